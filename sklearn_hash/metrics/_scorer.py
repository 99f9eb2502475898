"""Scorers from measures of retrieval, for the model selection of scikit-learn."""

from functools import partial
from inspect import Parameter, signature
from numbers import Integral

from sklearn.pipeline import Pipeline

from sklearn_hash._compat import Interval, StrOptions, validate_params
from sklearn_hash._validation import check_codes
from sklearn_hash.metrics._at_k import precision_at_k, recall_at_k
from sklearn_hash.metrics._average_precision import mean_average_precision
from sklearn_hash.metrics._cumulative_gain import average_cumulative_gain, ndcg_at_k
from sklearn_hash.metrics._radius import precision_within_radius, recall_within_radius

__all__ = ["bind_metric", "make_retrieval_scorer"]

_METRICS = {
    metric.__name__: metric
    for metric in (
        mean_average_precision,
        precision_at_k,
        recall_at_k,
        average_cumulative_gain,
        ndcg_at_k,
        precision_within_radius,
        recall_within_radius,
    )
}


@validate_params(
    {
        "metric": [StrOptions(set(_METRICS)), callable],
        "k": [Interval(Integral, 1, None, closed="left"), None],
        "radius": [Interval(Integral, 0, None, closed="left"), None],
    },
    prefer_skip_nested_validation=True,
)
def make_retrieval_scorer(metric="mean_average_precision", *, k=None, radius=None, **params):
    """Make a scorer from a measure of retrieval.

    The scorer is called as ``scorer(estimator, X, y)``. If the estimator is a
    :class:`~sklearn_hash.HammingNeighbors` or a pipeline that ends with one, the rows of X are queries against the
    fitted rows. If it is a hasher, a pipeline that ends with one, or any other transformer that returns codes, each row
    of X searches all other rows of X (leave-one-out). Packed codes are recognised in either case.

    Parameters
    ----------
    metric : {"mean_average_precision", "precision_at_k", "recall_at_k", "average_cumulative_gain", "ndcg_at_k", \
            "precision_within_radius", "recall_within_radius"} or callable, default="mean_average_precision"
        Name of a measure of this module, or a function with the same parameters whose larger values are better.
    k : int, default=None
        Number of rows retrieved; the default of the measure if None.
    radius : int, default=None
        Largest distance of a retrieved row, in bits; the default of the measure if None.
    **params : dict
        Further parameters of the measure, such as ``ties``, ``gain``, ``zero_division`` or ``n_jobs``.

    Returns
    -------
    scorer : callable
        Scorer for the ``scoring`` parameter of :class:`~sklearn.model_selection.GridSearchCV`,
        :func:`~sklearn.model_selection.cross_validate` and similar tools, alone or in a dict. It can be pickled if the
        measure can.

    Raises
    ------
    ValueError
        If the measure is unknown, does not have a given parameter, or lacks a required one.

    See Also
    --------
    mean_average_precision : Measure that the ``score`` methods of hashers and HammingNeighbors return.
    make_neighbor_scorer : Scorer that needs no labels.

    Examples
    --------
    >>> from sklearn.decomposition import PCA
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_validate
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_hash import HammingNeighbors
    >>> from sklearn_hash.metrics import make_retrieval_scorer
    >>> X, y = load_iris(return_X_y=True)
    >>> search = make_pipeline(PCA(), HammingNeighbors())  # the signs of principal components are codes
    >>> scoring = {"map": make_retrieval_scorer(), "p@10": make_retrieval_scorer("precision_at_k", k=10)}
    >>> scores = cross_validate(search, X, y, scoring=scoring)
    >>> scores["test_map"].shape, scores["test_p@10"].shape
    ((5,), (5,))
    """
    return _RetrievalScorer(bind_metric(metric, k=k, radius=radius, **params))


def bind_metric(metric, **params):
    """Return a measure with its parameters bound; a parameter that is None keeps its default.

    Raises
    ------
    ValueError
        If the measure is unknown, does not have a given parameter, or lacks a required one.
    """
    if isinstance(metric, str) and metric not in _METRICS:
        raise ValueError(f"metric must be one of {sorted(_METRICS)} or a callable; got {metric!r:.60}.")
    function = _METRICS[metric] if isinstance(metric, str) else metric
    params = {name: value for name, value in params.items() if value is not None}
    options = _options(function)
    unknown = sorted(params.keys() - options.keys())
    if unknown:
        raise ValueError(f"{_name(function)} takes no {' or '.join(unknown):.60}; it takes {', '.join(options):.200}.")
    missing = [name for name, option in options.items() if option.default is Parameter.empty and name not in params]
    if missing:
        raise ValueError(f"{_name(function)} needs {' and '.join(missing):.60}: pass them with the measure.")
    return partial(function, **params)


def _options(function):
    """Return the keyword parameters of a measure, without those that describe the codes."""
    parameters = signature(function).parameters
    return {
        name: parameter
        for name, parameter in parameters.items()
        if parameter.kind is Parameter.KEYWORD_ONLY and name not in ("packed", "n_bits")
    }


def _name(function):
    return getattr(function, "__name__", repr(function))


class _RetrievalScorer:
    """Scorer that applies a measure of retrieval to the codes of an estimator."""

    def __init__(self, metric):
        self.metric = metric

    def __call__(self, estimator, X, y):
        """Score the codes of the rows of X by the labels y."""
        last, X = _last_step(estimator, X)
        if hasattr(last, "packed_codes_"):
            return self._score_queries(last, X, y)
        similarity = getattr(last, "similarity", "share")
        if not isinstance(similarity, str) or similarity == "precomputed":
            raise ValueError(
                "A retrieval scorer needs labels in y, which this similarity does not use: call the estimator's score."
            )
        codes, form = _codes_of_step(last, X)
        return self.metric(codes, y, **form)

    def _score_queries(self, search, X, y):
        """Score queries against the rows that a search was fitted on."""
        if search.labels_ is None:
            raise ValueError("A retrieval scorer needs the labels of the fitted rows: pass y to fit.")
        queries, n_bits = check_codes(X, packed=search.packed, n_bits=search.n_bits_, name="X")
        return self.metric(queries, y, search.packed_codes_, search.labels_, packed=True, n_bits=n_bits)

    def __repr__(self):
        params = "".join(f", {name}={value!r}" for name, value in self.metric.keywords.items())
        return f"make_retrieval_scorer({_name(self.metric.func)!r}{params})"


def codes_of(estimator, X):
    """Return the codes of rows, and the parameters ``packed`` and ``n_bits`` with which a measure reads them.

    A hasher, also that of a :class:`~sklearn_hash.RerankedNeighbors`, transforms the rows; for a
    :class:`~sklearn_hash.HammingNeighbors`, the rows are already codes. In a pipeline, the last step decides.

    Raises
    ------
    TypeError
        If the estimator does not return codes.
    """
    return _codes_of_step(*_last_step(estimator, X))


def _codes_of_step(step, X):
    if hasattr(step, "packed_codes_"):
        return X, {"packed": step.packed, "n_bits": step.n_bits_}
    if hasattr(step, "hasher_"):  # a RerankedNeighbors, whose transform makes a graph
        return codes_of(step.hasher_, X)
    if not hasattr(step, "transform"):
        raise TypeError(f"A scorer needs codes, but {step!s:.60} has no transform.")
    return step.transform(X), {"packed": getattr(step, "output", None) == "packed"}


def _last_step(estimator, X):
    """Return the last step of an estimator, and X as transformed by the steps before it."""
    if hasattr(estimator, "best_estimator_"):
        return _last_step(estimator.best_estimator_, X)
    if isinstance(estimator, Pipeline):
        reached = estimator[:-1].transform(X) if len(estimator) > 1 else X
        return _last_step(estimator[-1], reached)
    return estimator, X
