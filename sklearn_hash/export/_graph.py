"""The module from raw rows to packed codes of a hasher or a pipeline."""

from sklearn.pipeline import Pipeline

from sklearn_hash.export._deep import deep_module
from sklearn_hash.export._packed_codes import PackedCodes
from sklearn_hash.export._shallow import shallow_module
from sklearn_hash.export._steps import step_module
from sklearn_hash.hashers import BaseHasher
from sklearn_hash.hashers._deep import DeepHasher

__all__ = ["final_hasher", "graph_module"]


def final_hasher(estimator):
    """Return the hasher itself, or the last step of a pipeline.

    Raises
    ------
    TypeError
        If it is not a hasher.
    """
    is_pipeline = isinstance(estimator, Pipeline)
    hasher = estimator.steps[-1][1] if is_pipeline else estimator
    if not isinstance(hasher, BaseHasher):
        ending = f" that ends with {type(hasher).__name__}. Of one that ends with a search, pass pipeline[:-1]"
        raise TypeError(
            f"estimator must be a hasher or a Pipeline that ends with one; got {type(estimator).__name__}"
            f"{ending if is_pipeline else ''}."
        )
    return hasher


def graph_module(estimator, dtype, channels):
    """Build the module of a graph.

    Parameters
    ----------
    estimator : hasher or Pipeline
    dtype : {"float32", "float64", "uint8"}
        Type of the rows.
    channels : {"first", "last"} or None
        Position of the channel axis of images; None for that of the hasher's `images`.

    Returns
    -------
    module : PackedCodes
    row_shape : tuple of int
        Shape of a row that it takes.
    """
    hasher = final_hasher(estimator)
    steps = estimator.steps[:-1] if isinstance(estimator, Pipeline) else []
    parts, n_features = [], None
    for name, step in steps:
        if step is None or step == "passthrough":
            continue
        part, dtype = step_module(name, step, _float_type(dtype))
        parts.append(part)
        n_features = n_features or step.n_features_in_
    if isinstance(hasher, DeepHasher):
        parts.append(deep_module(hasher))
        shape = hasher._row_shape
    else:
        parts.append(shallow_module(hasher, _float_type(dtype)))
        shape = (hasher.n_features_in_,)
    shape = (n_features,) if n_features else shape
    last = len(shape) == 3 and _channels(hasher, channels) == "last"
    return PackedCodes(parts, hasher.n_bits_, last), (*shape[1:], shape[0]) if last else shape


def _float_type(dtype):
    """Return the type that scikit-learn's steps and the shallow hashers convert rows to."""
    return "float32" if dtype == "float32" else "float64"


def _channels(hasher, channels):
    known = None if hasher.images is None else hasher.images.channels
    return channels or ("last" if known == "last" else "first")
