"""Display of the losses and other metrics recorded in training, against the epochs."""

from numbers import Real
from textwrap import shorten

import numpy as np

from sklearn_hash.plotting._curve_display import CurveDisplay
from sklearn_hash.plotting._curves import draw_curves, join_labels, set_integer_ticks
from sklearn_hash.plotting._docs import document

__all__ = ["TrainingHistoryDisplay"]

_LABELS = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "valid_map": "validation mAP",
    "dur": "seconds",
}


@document
class TrainingHistoryDisplay(CurveDisplay):
    """Visualization of the losses or other metrics recorded in training, against the epochs.

    It is recommended to use :meth:`from_estimator` or :meth:`from_history`. All parameters are stored as attributes.

    Parameters
    ----------
    epochs : ndarray of shape (n_epochs,)
        Numbers of the epochs.
    values : dict of ndarray of shape (n_epochs,)
        Values of each metric, by its name in the history; NaN for epochs in which it was not recorded.
    {name}

    Attributes
    ----------
    line_ : matplotlib Line2D or list of Line2D
        The curves; a list if there are several.
    {axes}

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

    def _draw(self, ax, name, curve_kwargs):
        metrics = [_LABELS.get(key, key) for key in self.values]
        # A single metric is named by the label of the axis.
        labels = [name] if len(metrics) == 1 else [join_labels(name, metric) for metric in metrics]
        curves = list(zip(labels, self.values.values(), strict=True))
        self.line_ = draw_curves(ax, self.epochs, curves, curve_kwargs)
        ax.set(xlabel="Epoch", ylabel=_axis_label(metrics))
        set_integer_ticks(ax.xaxis)

    @classmethod
    @document
    def from_estimator(cls, estimator, *, metric=None, name=None, ax=None, curve_kwargs=None):
        """Draw the training history of a hasher.

        Parameters
        ----------
        estimator : fitted hasher, Pipeline that ends with one, or parameter search over either
            Estimator with a ``history_``.
        {metric}
        {class name}
        {ax}
        {curves}

        {returns}

        Raises
        ------
        ValueError
            If the estimator has no history, or no epoch recorded the metric as a number.
        """
        hasher, name = cls._validate_estimator(estimator, name=name, attribute="history_")
        return cls.from_history(hasher.history_, metric=metric, name=name, ax=ax, curve_kwargs=curve_kwargs)

    @classmethod
    @document
    def from_history(cls, history, *, metric=None, name=None, ax=None, curve_kwargs=None):
        """Draw a training history.

        Parameters
        ----------
        history : skorch History or list of dict
            A dictionary for each epoch.
        {metric}
        {name}
        {ax}
        {curves}

        {returns}

        Raises
        ------
        ValueError
            If no epoch recorded the metric as a number.
        """
        cls._check_matplotlib("from_history")
        metrics = _check_metrics(metric, history)
        values = {key: np.array([float(epoch.get(key, np.nan)) for epoch in history]) for key in metrics}
        epochs = np.array([epoch.get("epoch", number) for number, epoch in enumerate(history, start=1)])
        return cls(epochs=epochs, values=values, name=name).plot(ax, curve_kwargs=curve_kwargs)


def _check_metrics(metric, history):
    """Return the names of the metrics to draw; each must be recorded as a number in at least one epoch."""
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
            names = shorten(", ".join(map(repr, recorded)), 200)
            raise ValueError(f"metric must be recorded as a number in the history: {names}; got {key!r:.50}.")
    return metrics


def _axis_label(metrics):
    """Return the name of a single metric, or the last word if it is the same in the names of all metrics."""
    last_words = {metric.split()[-1] for metric in metrics}
    label = metrics[0] if len(metrics) == 1 else last_words.pop() if len(last_words) == 1 else "value"
    return label[0].upper() + label[1:]
