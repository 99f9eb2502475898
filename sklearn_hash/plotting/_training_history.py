"""TrainingHistoryDisplay: what the epochs of a training recorded."""

from numbers import Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash.plotting._base import BaseDisplay, check_matplotlib
from sklearn_hash.plotting._codes import hasher_of, name_of
from sklearn_hash.plotting._curves import draw_curves, join_name
from sklearn_hash.plotting._docs import document

__all__ = ["TrainingHistoryDisplay"]

_WORDS = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "valid_map": "validation mAP",
    "dur": "seconds",
}


class TrainingHistoryDisplay(BaseDisplay):
    """Losses, or anything else that a training recorded, against its epochs.

    It is recommended to use :meth:`from_estimator` or :meth:`from_history`. All parameters are stored as attributes.

    Parameters
    ----------
    epochs : ndarray of shape (n_epochs,)
        Numbers of the epochs.
    values : dict of ndarray of shape (n_epochs,)
        What was recorded, by its name in the history; NaN where an epoch recorded nothing.
    name : str, default=None
        Name of the training in the legend.

    Attributes
    ----------
    line_ : matplotlib Line2D or list of Line2D
        The curves; a list where there are several.
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Figure that contains the curves.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import HashNetHasher
    >>> from sklearn_hash.plotting import TrainingHistoryDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = HashNetHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> TrainingHistoryDisplay.from_estimator(hasher)
    <...>
    >>> TrainingHistoryDisplay.from_estimator(hasher, metric="beta")
    <...>
    >>> plt.show()
    """

    def __init__(self, *, epochs, values, name=None):
        self.epochs = epochs
        self.values = values
        self.name = name

    @document
    def plot(self, ax=None, *, name=None, curve_kwargs=None):
        """Draw the curves.

        Parameters
        ----------
        {ax}
        {display name}
        {some curves}

        Returns
        -------
        display : TrainingHistoryDisplay
        """
        ax, name = self._start(ax, name)
        from matplotlib.ticker import MaxNLocator

        words = {key: _WORDS.get(key, key) for key in self.values}
        alone = len(words) == 1  # then the axis says what is drawn
        curves = [(name if alone else join_name(name, words[key]), values) for key, values in self.values.items()]
        self.line_ = draw_curves(ax, self.epochs, curves, curve_kwargs)
        ax.set(xlabel="Epoch", ylabel=_common_word([*words.values()]))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        return self

    @classmethod
    @document
    def from_estimator(cls, estimator, *, metric=None, name=None, ax=None, curve_kwargs=None):
        """Draw what a hasher's training recorded.

        Parameters
        ----------
        estimator : fitted hasher, Pipeline that ends in one, or search over either
            One that has a ``history_``.
        {metric}
        {class name}
        {ax}
        {some curves}

        Returns
        -------
        display : TrainingHistoryDisplay

        Raises
        ------
        ValueError
            If the estimator keeps no history, or no epoch recorded the metric as a number.
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        hasher = hasher_of(estimator)
        check_is_fitted(hasher)
        if not hasattr(hasher, "history_"):
            raise ValueError(f"estimator must have a history_; {type(hasher).__name__} was not trained in epochs.")
        name = name_of(estimator, name)
        return cls.from_history(hasher.history_, metric=metric, name=name, ax=ax, curve_kwargs=curve_kwargs)

    @classmethod
    @document
    def from_history(cls, history, *, metric=None, name=None, ax=None, curve_kwargs=None):
        """Draw what a history holds.

        Parameters
        ----------
        history : skorch History or list of dict
            A dictionary for each epoch.
        {metric}
        {name}
        {ax}
        {some curves}

        Returns
        -------
        display : TrainingHistoryDisplay

        Raises
        ------
        ValueError
            If no epoch recorded the metric as a number.
        """
        check_matplotlib(f"{cls.__name__}.from_history")
        metrics = _check_metrics(metric, history)
        values = {key: np.array([float(epoch.get(key, np.nan)) for epoch in history]) for key in metrics}
        epochs = np.array([epoch.get("epoch", number) for number, epoch in enumerate(history, start=1)])
        return cls(epochs=epochs, values=values, name=name).plot(ax, curve_kwargs=curve_kwargs)


def _check_metrics(metric, history):
    """The names to draw, each of which some epoch recorded as a number."""
    recorded = {
        key: None
        for epoch in history
        for key, value in epoch.items()
        if isinstance(value, Real) and not isinstance(value, bool) and key != "epoch"
    }
    if metric is None:
        metrics = [key for key in ("train_loss", "valid_loss") if key in recorded] or ["train_loss"]
    else:
        metrics = [metric] if isinstance(metric, str) else list(metric)
    for key in metrics:
        if key not in recorded:
            raise ValueError(f"metric must be of what the history holds as numbers, {[*recorded]}; got {key!r}.")
    return metrics


def _common_word(words):
    """What the values of an axis are: the one name, or the last word that all names share."""
    ends = {word.split()[-1] for word in words}
    word = words[0] if len(words) == 1 else ends.pop() if len(ends) == 1 else "value"
    return word[0].upper() + word[1:]
