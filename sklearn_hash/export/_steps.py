"""Modules that compute the preprocessing steps of a pipeline on dense rows, in the same floating-point types."""

import numpy as np
import torch
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler
from torch import nn

__all__ = ["step_module"]


class _Affine(nn.Module):
    """Computation of ``(x - shift) / scale`` for every column."""

    def __init__(self, shift, scale):
        super().__init__()
        self.register_buffer("shift", shift)
        self.register_buffer("scale", scale)

    def forward(self, x):
        x = x.to(self.scale.dtype)
        return (x - self.shift) / self.scale


class _Range(nn.Module):
    """Computation of ``x * scale + shift`` in float64, converted to a type and optionally clipped."""

    def __init__(self, scale, shift, dtype, limits):
        super().__init__()
        self.dtype = dtype
        self.limits = limits
        self.register_buffer("scale", scale)
        self.register_buffer("shift", shift)

    def forward(self, x):
        x = (x.double() * self.scale).to(self.dtype)
        x = (x.double() + self.shift).to(self.dtype)
        return x if self.limits is None else x.clamp(*self.limits)


class _Norm(nn.Module):
    """Division of rows by their norm; rows of zeros are not changed."""

    def __init__(self, order, dtype):
        super().__init__()
        self.order = order
        self.dtype = dtype

    def forward(self, x):
        x = x.to(self.dtype)
        norms = torch.linalg.vector_norm(x, self.order, dim=1, keepdim=True)
        return x / torch.where(norms > 0, norms, torch.ones_like(norms))


class _Components(nn.Module):
    """Projection onto components, with a shift and a scale."""

    def __init__(self, components, shift, scale):
        super().__init__()
        self.register_buffer("components", components)
        self.register_buffer("shift", shift)
        self.register_buffer("scale", scale)

    def forward(self, x):
        return (x.to(self.components.dtype) @ self.components - self.shift) / self.scale


def _standard(step, dtype):
    n = step.n_features_in_
    shift = step.mean_ if step.with_mean else np.zeros(n)
    scale = step.scale_ if step.with_std else np.ones(n)
    return _Affine(*_tensors(dtype, shift, scale)), dtype


def _min_max(step, dtype):
    limits = step.feature_range if step.clip else None
    scale, shift = _tensors("float64", step.scale_, step.min_)
    return _Range(scale, shift, getattr(torch, dtype), limits), dtype


def _normalize(step, dtype):
    order = {"l1": 1, "l2": 2, "max": float("inf")}[step.norm]
    return _Norm(order, getattr(torch, dtype)), dtype


def _pca(step, dtype):
    scale = np.ones(len(step.components_))
    if step.whiten:
        deviations = np.sqrt(step.explained_variance_)
        scale = np.maximum(deviations, np.finfo(deviations.dtype).eps)
    return _components(step, dtype, step.mean_ @ step.components_.T, scale)


def _svd(step, dtype):
    n = len(step.components_)
    return _components(step, dtype, np.zeros(n), np.ones(n))


def _components(step, dtype, shift, scale):
    dtype = np.result_type(dtype, step.components_.dtype).name
    return _Components(*_tensors(dtype, step.components_.T, shift, scale)), dtype


_STEPS = {
    StandardScaler: _standard,
    MinMaxScaler: _min_max,
    Normalizer: _normalize,
    PCA: _pca,
    TruncatedSVD: _svd,
}


def step_module(name, step, dtype):
    """Build the module of a fitted preprocessing step.

    Parameters
    ----------
    name : str
        Name of the step in the pipeline.
    step : transformer
    dtype : {"float32", "float64"}
        Type of its input rows.

    Returns
    -------
    module : nn.Module
    dtype : {"float32", "float64"}
        Type of its output rows.

    Raises
    ------
    TypeError
        If the class of the step is not supported.
    """
    build = _STEPS.get(type(step))
    if build is None:
        known = ", ".join(cls.__name__ for cls in _STEPS)
        raise TypeError(
            f"Step {name!r} of the pipeline, {type(step).__name__}, cannot be part of the graph; {known} can. Export "
            "the steps after it, as pipeline[i:], and apply it to the rows beforehand."
        )
    return build(step, dtype)


def _tensors(dtype, *arrays):
    return [torch.from_numpy(np.ascontiguousarray(array, dtype)) for array in arrays]
