"""What a Display asks of an estimator: its name, and codes in whatever form its ``transform`` gives them."""

from scipy import sparse
from sklearn.pipeline import Pipeline

__all__ = ["codes_of", "hash_outputs", "hasher_of", "name_of"]


def hasher_of(estimator):
    """The estimator itself, the last step of a pipeline, or the best estimator of a search."""
    if hasattr(estimator, "best_estimator_"):
        return hasher_of(estimator.best_estimator_)
    return hasher_of(estimator[-1]) if isinstance(estimator, Pipeline) else estimator


def name_of(estimator, name):
    """The name given, or else the class of the hasher: pipelines and searches would all be called the same."""
    return type(hasher_of(estimator)).__name__ if name is None else name


def codes_of(estimator, X, X_database=None):
    """Codes of the queries and of the database, None where there is none.

    Real-valued codes say what the bits are and need no word on packing; where an estimator has none, its codes are
    what ``transform`` gives.
    """
    encode = getattr(estimator, "decision_function", None) or getattr(estimator, "transform", None)
    if encode is None:
        raise ValueError(f"estimator must be a hasher, with transform; got {type(estimator).__name__}.")
    codes = [None if rows is None else encode(rows) for rows in (X, X_database)]
    if sparse.issparse(codes[0]):
        raise ValueError(
            "estimator must give codes, but its transform gave a sparse matrix. Of a pipeline that ends in "
            "HammingNeighbors pass what precedes the search, pipeline[:-1]."
        )
    return codes


def hash_outputs(estimator, X):
    """Real-valued codes."""
    if not hasattr(estimator, "decision_function"):
        raise ValueError(
            f"estimator must have a decision_function, which gives codes before the sign; {type(estimator).__name__} "
            "has none. Of a pipeline that ends in HammingNeighbors pass what precedes the search, pipeline[:-1]."
        )
    return estimator.decision_function(X)
