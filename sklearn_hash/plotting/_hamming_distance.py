"""Display of the Hamming distances of similar and of dissimilar pairs."""

import numpy as np

from sklearn_hash.metrics._distance_counts import mean_over_queries
from sklearn_hash.metrics._retrieval import check_retrieval
from sklearn_hash.plotting._curve_display import CurveDisplay
from sklearn_hash.plotting._curves import draw_curves, join_labels
from sklearn_hash.plotting._docs import document

__all__ = ["HammingDistanceDisplay"]


@document
class HammingDistanceDisplay(CurveDisplay):
    """Visualization of the Hamming distances of similar and of dissimilar pairs.

    At distances where the two curves overlap, a search cannot separate similar from dissimilar rows. It is recommended
    to use :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    similar, dissimilar : ndarray of shape (n_bits + 1,)
        Fraction of the similar and of the dissimilar pairs at each distance from 0 to n_bits.
    {name}

    Attributes
    ----------
    {pair lines}
    {axes}

    See Also
    --------
    HammingPrecisionRecallDisplay : Precision against recall within each distance.
    LossShapeDisplay : Loss of a pair as a function of its distance.

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

    def _draw(self, ax, name, curve_kwargs):
        curves = [
            (join_labels(name, "similar pairs"), self.similar),
            (join_labels(name, "dissimilar pairs"), self.dissimilar),
        ]
        self.line_ = draw_curves(ax, np.arange(len(self.similar)), curves, curve_kwargs)
        ax.set(xlabel="Hamming distance", ylabel="Fraction of pairs")

    @classmethod
    @document
    def from_estimator(
        cls, estimator, X, y, X_database=None, y_database=None, *, name=None, ax=None, curve_kwargs=None
    ):
        """Encode rows and draw the distances of their pairs.

        Parameters
        ----------
        {estimator and data}
        {class name}
        {ax}
        {curves}

        {returns}
        """
        codes, database_codes, name = cls._validate_and_get_codes(estimator, X, X_database, name=name)
        return cls.from_codes(codes, y, database_codes, y_database, name=name, ax=ax, curve_kwargs=curve_kwargs)

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
        """Draw the distances between the codes of queries and of a database.

        Parameters
        ----------
        {codes and labels}
        {packing}
        {name}
        {ax}
        {curves}

        {returns}

        Raises
        ------
        ValueError
            If codes or labels are not valid, or there are no similar or no dissimilar pairs.
        """
        cls._check_matplotlib("from_codes")
        retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
        dissimilar, similar = mean_over_queries(retrieval, lambda counts: counts)
        if not (similar.any() and dissimilar.any()):
            problem = "all pairs share a label" if similar.any() else "no two rows share a label"
            raise ValueError(f"y_query must make both similar and dissimilar pairs; {problem}. Pass more rows.")
        display = cls(similar=similar / similar.sum(), dissimilar=dissimilar / dissimilar.sum(), name=name)
        return display.plot(ax, curve_kwargs=curve_kwargs)
