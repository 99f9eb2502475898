"""Recall of true neighbors as a scorer, for searches and cross-validation without labels."""

from numbers import Integral

from sklearn_hash._compat import Interval, validate_params
from sklearn_hash.metrics._neighbor_recall import neighbor_recall
from sklearn_hash.metrics._retrieval import TIES
from sklearn_hash.metrics._scorer import codes_of
from sklearn_hash.metrics._true_neighbors import NEIGHBOR_CONSTRAINTS

__all__ = ["make_neighbor_scorer"]


@validate_params(
    {**NEIGHBOR_CONSTRAINTS, "n_candidates": [Interval(Integral, 1, None, closed="left")], "ties": [TIES]},
    prefer_skip_nested_validation=True,
)
def make_neighbor_scorer(metric="cosine", *, n_neighbors=10, n_candidates=10, ties="expected", n_jobs=None):
    """Make a scorer from the recall of true nearest neighbors.

    The scorer is called as ``scorer(estimator, X)`` and needs no labels. Each row of X searches all the other rows of X
    by their codes (leave-one-out). The true neighbors are those among the rows of X as they are given, before any
    step of a pipeline, so they are the same whatever parameters are compared.

    Parameters
    ----------
    metric : str or callable, default="cosine"
        Metric of the true neighbors, as in :func:`neighbor_recall`; they cannot be precomputed.
    n_neighbors : int, default=10
        Number of true neighbors of each row.
    n_candidates : int, default=10
        Number of rows retrieved by their codes.
    ties : {"expected", "index"}, default="expected"
        As in :func:`neighbor_recall`.
    n_jobs : int, default=None
        Number of threads, in joblib's sense.

    Returns
    -------
    scorer : callable
        For ``scoring`` of :class:`~sklearn.model_selection.GridSearchCV`,
        :func:`~sklearn.model_selection.cross_validate` and the like, alone or in a dict. It can be pickled if the
        metric can.

    Raises
    ------
    ValueError
        If a parameter is malformed.

    See Also
    --------
    neighbor_recall : The measure.
    make_retrieval_scorer : Scorers that go by labels.

    Notes
    -----
    The fitted rows are not searched, even where the estimator is a pipeline that ends in
    :class:`~sklearn_hash.HammingNeighbors`: this keeps the codes of these rows, but not the vectors that their true
    distances are computed from. So the score depends on the number of rows of X, and scores are comparable between
    folds of one size. For the recall in a database of its own, call :func:`neighbor_recall`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn_hash import ITQHasher
    >>> from sklearn_hash.metrics import make_neighbor_scorer
    >>> X, _ = load_digits(return_X_y=True)
    >>> scorer = make_neighbor_scorer("euclidean", n_candidates=50)
    >>> search = GridSearchCV(ITQHasher(random_state=0), {"n_bits": [8, 16, 32]}, scoring=scorer, cv=3).fit(X)
    >>> search.best_params_
    {'n_bits': 32}
    """
    if metric == "precomputed":
        raise ValueError("metric must not be 'precomputed': a scorer is given rows, of which neighbors are computed.")
    return _NeighborScorer(metric, n_neighbors=n_neighbors, n_candidates=n_candidates, ties=ties, n_jobs=n_jobs)


class _NeighborScorer:
    """Scores an estimator by the recall of true neighbors among the rows given."""

    def __init__(self, metric, **params):
        self.metric = metric
        self.params = params

    def __call__(self, estimator, X, y=None):
        """Score the rows of X; y is not used."""
        codes, form = codes_of(estimator, X)
        return neighbor_recall(codes, X, metric=self.metric, **form, **self.params)

    def __repr__(self):
        params = "".join(f", {name}={value!r}" for name, value in self.params.items() if value is not None)
        return f"make_neighbor_scorer({self.metric!r}{params})"
