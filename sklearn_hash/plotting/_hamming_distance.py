"""HammingDistanceDisplay: how far apart similar and dissimilar pairs lie."""

import numpy as np

from sklearn_hash.metrics._distance_counts import mean_over_queries
from sklearn_hash.metrics._retrieval import check_retrieval
from sklearn_hash.plotting._base import BaseDisplay, check_matplotlib
from sklearn_hash.plotting._codes import codes_of, name_of
from sklearn_hash.plotting._curves import draw_curves, join_name
from sklearn_hash.plotting._docs import document

__all__ = ["HammingDistanceDisplay"]


class HammingDistanceDisplay(BaseDisplay):
    """Hamming distances of similar pairs against those of dissimilar ones.

    Where the two curves overlap, a search confuses them. It is recommended to use :meth:`from_estimator` or
    :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    similar, dissimilar : ndarray of shape (n_bits + 1,)
        Share of the similar and of the dissimilar pairs at the distances 0 to n_bits.
    name : str, default=None
        Name of the codes in the legend.

    Attributes
    ----------
    line_ : list of matplotlib Line2D
        The curves of similar and of dissimilar pairs.
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Figure that contains the curves.

    See Also
    --------
    HammingPrecisionRecallDisplay : What a search within each distance is worth.
    LossShapeDisplay : What a loss asks for at each distance.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_hash.plotting import HammingDistanceDisplay
    >>> codes, labels = [[0, 0, 0], [0, 0, 1], [1, 1, 1], [0, 1, 1]], ["cat", "cat", "dog", "dog"]
    >>> display = HammingDistanceDisplay.from_codes(codes, labels)
    >>> display.similar
    array([0., 1., 0., 0.])
    >>> plt.show()
    """

    def __init__(self, *, similar, dissimilar, name=None):
        self.similar = similar
        self.dissimilar = dissimilar
        self.name = name

    @document
    def plot(self, ax=None, *, name=None, curve_kwargs=None):
        """Draw the curves.

        Parameters
        ----------
        {ax}
        {display name}
        {two curves}

        Returns
        -------
        display : HammingDistanceDisplay
        """
        ax, name = self._start(ax, name)
        curves = [
            (join_name(name, "similar pairs"), self.similar),
            (join_name(name, "dissimilar pairs"), self.dissimilar),
        ]
        self.line_ = draw_curves(ax, np.arange(len(self.similar)), curves, curve_kwargs)
        ax.set(xlabel="Hamming distance", ylabel="Share of the pairs")
        return self

    @classmethod
    @document
    def from_estimator(
        cls, estimator, X, y, X_database=None, y_database=None, *, name=None, ax=None, curve_kwargs=None
    ):
        """Hash rows and draw the distances of their pairs.

        Parameters
        ----------
        {estimator}
        {rows and labels}
        {class name}
        {ax}
        {two curves}

        Returns
        -------
        display : HammingDistanceDisplay
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        codes, database_codes = codes_of(estimator, X, X_database)
        return cls.from_codes(
            codes,
            y,
            database_codes,
            y_database,
            name=name_of(estimator, name),
            ax=ax,
            curve_kwargs=curve_kwargs,
        )

    @classmethod
    @document
    def from_codes(
        cls,
        query_codes,
        y_query,
        database_codes=None,
        y_database=None,
        *,
        packed=False,
        n_bits=None,
        name=None,
        ax=None,
        curve_kwargs=None,
    ):
        """Draw the distances of the pairs of a query and a row of the database.

        Parameters
        ----------
        {codes and labels}
        {packing}
        {name}
        {ax}
        {two curves}

        Returns
        -------
        display : HammingDistanceDisplay

        Raises
        ------
        ValueError
            If codes or labels are malformed, or all pairs are similar, or all dissimilar.
        """
        check_matplotlib(f"{cls.__name__}.from_codes")
        retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
        dissimilar, similar = mean_over_queries(retrieval, lambda counts: counts)
        if not (similar.any() and dissimilar.any()):
            shared = "all" if similar.any() else "none"
            raise ValueError(f"The labels must make similar and dissimilar pairs, but {shared} of the pairs share one.")
        display = cls(similar=similar / similar.sum(), dissimilar=dissimilar / dissimilar.sum(), name=name)
        return display.plot(ax, curve_kwargs=curve_kwargs)
