"""Display of the mean ranks of methods over several data sets, and of the methods that do not differ."""

from math import sqrt

import numpy as np
from scipy.stats import rankdata, studentized_range
from sklearn.utils import check_array

from sklearn_hash.plotting._base import BaseDisplay
from sklearn_hash.plotting._docs import document

__all__ = ["MethodRanksDisplay"]

# Distances in the drawing, in units of a line of text.
_ROW, _BAR = 1.0, 0.35


@document
class MethodRanksDisplay(BaseDisplay):
    """Visualization of the mean ranks of methods over data sets, with bars over methods that do not differ.

    This is the critical difference diagram of [1]_. Each method is drawn at its mean rank, where 1 is the best, and a
    bar connects methods whose mean ranks differ by less than the critical difference of the Nemenyi test. It is
    recommended to use :meth:`from_scores`. All parameters are stored as attributes.

    Parameters
    ----------
    mean_ranks : ndarray of shape (n_methods,)
        Mean rank of each method.
    methods : list of str
        Names of the methods.
    critical_difference : float
        Smallest difference of two mean ranks that is significant.
    name : str, default=None
        Name shown before the label of the axis.

    Attributes
    ----------
    groups_ : list of list of int
        Maximal groups of methods that do not differ, as indices of methods in the order of their ranks.
    {axes}

    See Also
    --------
    sklearn_hash.metrics.mean_average_precision : A score by which methods can be ranked.

    References
    ----------
    .. [1] J. Demsar. "Statistical Comparisons of Classifiers over Multiple Data Sets", Journal of Machine Learning
           Research 7, 2006.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_hash.plotting import MethodRanksDisplay
    >>> scores = {"HashNet": [0.7, 0.6, 0.8], "DHN": [0.6, 0.5, 0.7], "LSH": [0.2, 0.3, 0.1]}
    >>> MethodRanksDisplay.from_scores(scores).mean_ranks
    array([1., 2., 3.])
    >>> plt.show()
    """

    def __init__(self, *, mean_ranks, methods, critical_difference, name=None):
        self.mean_ranks = mean_ranks
        self.methods = methods
        self.critical_difference = critical_difference
        self.name = name

    @document
    def plot(self, ax=None, *, name=None):
        """Draw the diagram.

        Parameters
        ----------
        {ax}
        name : str, default=None
            Name shown before the label of the axis; by default the name of the Display.

        {returns}
        """
        order = np.argsort(self.mean_ranks, kind="stable")
        n_rows = -(-len(order) // 2)
        ax, name = self._validate_plot_params(ax=ax, name=name, figsize=(8, 1.4 + 0.3 * n_rows))
        self.groups_ = _groups(self.mean_ranks[order], self.critical_difference, order)
        n_methods = len(order)
        levels = _draw_bars(ax, self.mean_ranks, self.groups_)
        for place, method in enumerate(order):
            on_left = place < n_rows
            row = place if on_left else n_methods - 1 - place
            _draw_method(ax, self.methods[method], self.mean_ranks[method], levels + _ROW * row, on_left, n_methods)
        _set_axis(ax, n_methods, levels + _ROW * n_rows)
        title = f"critical difference {self.critical_difference:.2f}"
        ax.set_xlabel(f"Mean rank ({title})" if name is None else f"{name}: mean rank ({title})")
        return self

    @classmethod
    @document
    def from_scores(cls, scores, *, methods=None, alpha=0.05, name=None, ax=None):
        """Rank the methods of each data set by their scores and draw the mean ranks.

        Parameters
        ----------
        scores : array-like of shape (n_datasets, n_methods), or mapping of str to array-like of shape (n_datasets,)
            Scores, where larger is better; each row is one data set, or one data set at one code length. Equal scores
            get the mean of their ranks. Scores with different seeds on one data set are not independent: pass their
            mean.
        methods : list of str, default=None
            Names of the methods; by default the keys or column names of `scores`.
        alpha : float, default=0.05
            Level of significance.
        name : str, default=None
            Name shown before the label of the axis.
        {ax}

        {returns}

        Raises
        ------
        ValueError
            If there are fewer than two methods or data sets, a score is missing, or `methods` does not have one name
            per method.
        """
        cls._check_matplotlib("from_scores")
        if hasattr(scores, "keys"):
            columns = list(scores.keys())
            methods = [str(column) for column in columns] if methods is None else methods
            scores = np.column_stack([scores[column] for column in columns])
        table = check_array(scores, dtype=np.float64, ensure_min_samples=2, ensure_min_features=2, input_name="scores")
        n_datasets, n_methods = table.shape
        methods = [str(number) for number in range(n_methods)] if methods is None else list(methods)
        if len(methods) != n_methods:
            raise ValueError(f"methods must hold one name per column of scores, {n_methods}; got {len(methods)}.")
        if not 0 < alpha < 1:
            raise ValueError(f"alpha must be between 0 and 1; got {alpha!r:.60}.")
        mean_ranks = rankdata(-table, axis=1).mean(axis=0)
        difference = studentized_range.ppf(1 - alpha, n_methods, np.inf) * sqrt(
            n_methods * (n_methods + 1) / (12 * n_datasets)
        )
        display = cls(mean_ranks=mean_ranks, methods=methods, critical_difference=float(difference), name=name)
        return display.plot(ax)


def _groups(sorted_ranks, difference, order):
    """Return the maximal runs of methods whose first and last differ by less than the critical difference."""
    groups, last_end = [], 0
    for start in range(len(sorted_ranks)):
        end = int(np.searchsorted(sorted_ranks, sorted_ranks[start] + difference, side="left"))
        if end > last_end and end - start > 1:
            groups.append(order[start:end].tolist())
        last_end = max(last_end, end)
    return groups


def _draw_bars(ax, mean_ranks, groups):
    """Draw a bar for each group, and return the vertical position below the bars."""
    for level, group in enumerate(groups):
        height = _BAR * (level + 1)
        first, last = mean_ranks[group].min(), mean_ranks[group].max()
        ax.plot([first - 0.05, last + 0.05], [height, height], color="0.2", linewidth=4, solid_capstyle="round")
    return _BAR * (len(groups) + 1) + 0.4 * _ROW


def _draw_method(ax, method, rank, height, on_left, n_methods):
    """Draw a line from the rank of a method down to its name."""
    side = 0.8 if on_left else n_methods + 0.2
    ax.plot([rank, rank, side], [0, height, height], color="0.5", linewidth=1)
    ax.text(side, height, f" {method} ", ha="right" if on_left else "left", va="center")


def _set_axis(ax, n_methods, depth):
    """Place the axis of the ranks at the top, with the best on the left, and hide the other sides."""
    ax.set(xlim=(0.8, n_methods + 0.2), ylim=(depth, 0), xticks=range(1, n_methods + 1), yticks=[])
    ax.xaxis.set_ticks_position("top")
    ax.xaxis.set_label_position("top")
    for side in ("left", "right", "bottom"):
        ax.spines[side].set_visible(False)
