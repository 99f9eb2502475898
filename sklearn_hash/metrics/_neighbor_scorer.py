"""Recall of true neighbours as a scorer, for model selection without labels."""

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
    """Make a scorer from the recall of true nearest neighbours.

    The scorer is called as ``scorer(estimator, X)`` and needs no labels. Each row of X searches all other rows of X by
    their codes (leave-one-out). The true neighbours are computed from the rows of X as given, before any step of a
    pipeline, so that they are the same for all parameters that are compared.

    Parameters
    ----------
    metric : str or callable, default="cosine"
        Metric of the true neighbours, as in :func:`neighbor_recall`, except "precomputed".
    n_neighbors : int, default=10
        Number of true neighbours of each row.
    n_candidates : int, default=10
        Number of rows retrieved by their codes.
    ties : {"expected", "index"}, default="expected"
        How rows at equal distance are ordered, as in :func:`neighbor_recall`.
    n_jobs : int, default=None
        Number of threads: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all processors.

    Returns
    -------
    scorer : callable
        Scorer for the ``scoring`` parameter of :class:`~sklearn.model_selection.GridSearchCV`,
        :func:`~sklearn.model_selection.cross_validate` and similar tools, alone or in a dict. It can be pickled if the
        metric can.

    Raises
    ------
    ValueError
        If a parameter is not valid.

    See Also
    --------
    neighbor_recall : The measure that the scorer computes.
    make_retrieval_scorer : Scorers based on labels.

    Notes
    -----
    The fitted rows are not searched, even if the estimator is a pipeline that ends with
    :class:`~sklearn_hash.HammingNeighbors`, since it stores the codes of these rows but not the vectors needed for the
    true distances. The score therefore depends on the number of rows of X, and scores are comparable only between folds
    of the same size. For the recall in a separate database, call :func:`neighbor_recall`.

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
        raise ValueError("metric must not be 'precomputed': a scorer computes the true neighbours of the given rows.")
    return _NeighborScorer(metric, n_neighbors=n_neighbors, n_candidates=n_candidates, ties=ties, n_jobs=n_jobs)


class _NeighborScorer:
    """Scorer by the recall of true neighbours among the given rows."""

    def __init__(self, metric, **params):
        self.metric = metric
        self.params = params

    def __call__(self, estimator, X, y=None):
        """Score the rows of X; y is ignored."""
        codes, form = codes_of(estimator, X)
        return neighbor_recall(codes, X, metric=self.metric, **form, **self.params)

    def __repr__(self):
        params = "".join(f", {name}={value!r}" for name, value in self.params.items() if value is not None)
        return f"make_neighbor_scorer({self.metric!r}{params})"
