"""Module that maps raw rows to the packed codes of a hasher or a pipeline."""

import torch
from sklearn.pipeline import Pipeline

from sklearn_hash._last_step import last_step
from sklearn_hash.export._deep import deep_module
from sklearn_hash.export._packed_codes import PackedCodes
from sklearn_hash.export._shallow import shallow_module
from sklearn_hash.export._steps import step_module
from sklearn_hash.hashers import BaseHasher
from sklearn_hash.hashers._deep import DeepHasher

__all__ = ["final_hasher", "graph_module"]


def final_hasher(estimator):
    """Return the given hasher, or the last step of a pipeline.

    Raises
    ------
    TypeError
        If the estimator or the last step is not a hasher.
    """
    hasher = last_step(estimator)
    if not isinstance(hasher, BaseHasher):
        ending = f" that ends with {type(hasher).__name__}. Of one that ends with a search, pass pipeline[:-1]"
        raise TypeError(
            f"estimator must be a hasher or a Pipeline that ends with one; got {type(estimator).__name__}"
            f"{'' if hasher is estimator else ending}."
        )
    return hasher


def graph_module(estimator, dtype, channels):
    """Build the module to be exported as a graph.

    Parameters
    ----------
    estimator : hasher or Pipeline
    dtype : {"float32", "float64", "uint8"}
        Type of the rows.
    channels : {"first", "last"} or None
        Position of the channel axis of images; None means that of the `images` parameter of the hasher.

    Returns
    -------
    module : PackedCodes
    inputs : dict of str to tensor
        Example inputs of two rows, by name.
    """
    hasher = final_hasher(estimator)
    steps = _steps(estimator)
    parts, kind = [], dtype
    for name, step in steps:
        part, kind = step_module(name, step, _float_type(kind))
        parts.append(part)
    if isinstance(hasher, DeepHasher):
        parts.append(deep_module(hasher))
        shape = hasher._row_shape
    else:
        parts.append(shallow_module(hasher, _float_type(kind)))
        shape = (hasher.n_features_in_,)
    if isinstance(shape[0], str):  # the names of fields of token ids
        return PackedCodes(parts, hasher.n_bits_, has_fields=True), {
            name: torch.ones((2, 4), dtype=torch.int64) for name in shape
        }
    shape = (steps[0][1].n_features_in_,) if steps else shape
    last = len(shape) == 3 and _channels(hasher, channels) == "last"
    shape = (*shape[1:], shape[0]) if last else shape
    inputs = {"X": torch.zeros((2, *shape), dtype=getattr(torch, dtype))}
    return PackedCodes(parts, hasher.n_bits_, channels_last=last), inputs


def _steps(estimator):
    """Return the preprocessing steps of a pipeline with their names, or an empty list for a hasher."""
    steps = estimator.steps[:-1] if isinstance(estimator, Pipeline) else []
    return [(name, step) for name, step in steps if step is not None and step != "passthrough"]


def _float_type(dtype):
    """Return the type to which scikit-learn's steps and the shallow hashers convert rows."""
    return "float32" if dtype == "float32" else "float64"


def _channels(hasher, channels):
    known = None if hasher.images is None else hasher.images.channels
    return channels or ("last" if known == "last" else "first")
