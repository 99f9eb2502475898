"""Display of the recall of true neighbours against the number of candidates."""

import numpy as np

from sklearn_hash._compat import _num_samples
from sklearn_hash.metrics import neighbor_recall
from sklearn_hash.plotting._curve_display import CurveDisplay
from sklearn_hash.plotting._curves import draw_curves
from sklearn_hash.plotting._docs import document

__all__ = ["NeighborRecallDisplay"]

_MOST_CANDIDATES, _N_POINTS = 1000, 21  # largest value and number of values of the default n_candidates


@document
class NeighborRecallDisplay(CurveDisplay):
    """Visualization of the recall of true nearest neighbours against the number of candidates.

    The candidates are the first rows of the ranking by codes. A search that re-ranks them by their vectors has this
    recall. It is recommended to use :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as
    attributes.

    Parameters
    ----------
    n_candidates : array-like of shape (n_points,)
        Numbers of candidates.
    recall : ndarray of shape (n_points,)
        Mean recall over the queries.
    n_neighbors : int, default=10
        Number of true neighbours of each query.
    {name}

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve.
    {axes}

    See Also
    --------
    sklearn_hash.metrics.neighbor_recall : Recall of true neighbours.
    sklearn_hash.RerankedNeighbors : Search that re-ranks candidates.
    PrecisionAtKDisplay : Precision by labels.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import ITQHasher
    >>> from sklearn_hash.plotting import NeighborRecallDisplay
    >>> X, _ = load_digits(return_X_y=True)
    >>> hasher = ITQHasher(32, random_state=0).fit(X)
    >>> display = NeighborRecallDisplay.from_estimator(hasher, X[:300], X[300:], n_candidates=[10, 100, 1000])
    >>> display.recall.round(2)
    array([0.46, 0.98, 1.  ])
    >>> plt.show()
    """

    def __init__(self, *, n_candidates, recall, n_neighbors=10, name=None):
        self.n_candidates = n_candidates
        self.recall = recall
        self.n_neighbors = n_neighbors
        self.name = name

    def _draw(self, ax, name, curve_kwargs):
        self.line_ = draw_curves(ax, self.n_candidates, [(name, self.recall)], curve_kwargs)
        ax.set(xlabel="Number of candidates", ylabel=f"Recall of the {self.n_neighbors} true neighbours", xscale="log")

    @classmethod
    @document
    def from_estimator(
        cls,
        estimator,
        X,
        X_database=None,
        *,
        n_neighbors=10,
        n_candidates=None,
        metric="cosine",
        ties="expected",
        n_jobs=None,
        name=None,
        ax=None,
        curve_kwargs=None,
    ):
        """Encode rows and draw the recall of their codes.

        The true neighbours are computed from the rows as given, before any step of a pipeline.

        Parameters
        ----------
        {estimator}
        X : array-like or sparse matrix of shape (n_queries, n_features)
            Rows of the queries.
        X_database : array-like or sparse matrix of shape (n_database, n_features), default=None
            Rows of the database; by default each query searches all other rows of X.
        {candidates}
        {class name}
        {ax}
        {curve}

        {returns}
        """
        codes, database_codes, name = cls._validate_and_get_codes(estimator, X, X_database, name=name)
        return cls.from_codes(
            codes,
            X,
            database_codes,
            X_database,
            n_neighbors=n_neighbors,
            n_candidates=n_candidates,
            metric=metric,
            ties=ties,
            n_jobs=n_jobs,
            name=name,
            ax=ax,
            curve_kwargs=curve_kwargs,
        )

    @classmethod
    @document
    def from_codes(
        cls,
        query_codes,
        X_query,
        database_codes=None,
        X_database=None,
        *,
        n_neighbors=10,
        n_candidates=None,
        metric="cosine",
        ties="expected",
        packed=False,
        n_bits=None,
        n_jobs=None,
        name=None,
        ax=None,
        curve_kwargs=None,
    ):
        """Draw the recall of codes.

        Parameters
        ----------
        query_codes : array-like of shape (n_queries, n_bits), or (n_queries, n_bytes) with ``packed=True``
            Bits, signs or real values (a bit is set where the value is positive), or packed bytes.
        X_query : array-like or sparse matrix of shape (n_queries, n_features)
            Vectors of the queries. With ``metric="precomputed"``, the true neighbours of each query as returned by
            :func:`sklearn_hash.metrics.true_neighbors`.
        database_codes : array-like of shape (n_database, n_bits), default=None
            Codes of the database; by default each query searches all other queries.
        X_database : array-like or sparse matrix of shape (n_database, n_features), default=None
            Vectors of the database.
        {candidates}
        {packing}
        {name}
        {ax}
        {curve}

        {returns}

        Raises
        ------
        ValueError
            If codes, vectors or numbers are not valid or inconsistent.
        """
        cls._check_matplotlib("from_codes")
        if n_candidates is None:
            n_candidates = _default_candidates(query_codes, database_codes, n_neighbors)
        n_candidates = np.atleast_1d(n_candidates)
        recall = neighbor_recall(
            query_codes,
            X_query,
            database_codes,
            X_database,
            n_neighbors=n_neighbors,
            n_candidates=n_candidates,
            metric=metric,
            ties=ties,
            packed=packed,
            n_bits=n_bits,
            n_jobs=n_jobs,
        )
        display = cls(n_candidates=n_candidates, recall=recall, n_neighbors=n_neighbors, name=name)
        return display.plot(ax, curve_kwargs=curve_kwargs)


def _default_candidates(query_codes, database_codes, n_neighbors):
    """Return geometrically spaced numbers, from ``n_neighbors`` to the size of the database or the largest default."""
    n_rows = _num_samples(query_codes) - 1 if database_codes is None else _num_samples(database_codes)
    most = max(1, min(n_rows, _MOST_CANDIDATES))
    return np.unique(np.geomspace(min(n_neighbors, most), most, _N_POINTS).round().astype(int))
