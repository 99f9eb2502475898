"""Modules that compute the codes of the shallow hashers from dense rows, in the same floating-point types."""

import math

import numpy as np
import torch
from torch import nn

from sklearn_hash.hashers import ITQHasher, LSHHasher, PCAHasher, SDHHasher, SpectralHasher

__all__ = ["shallow_module"]


class _Projection(nn.Module):
    """Projection of centred rows."""

    def __init__(self, mean, *factors):
        super().__init__()
        self.register_buffer("mean", mean)
        for number, factor in enumerate(factors):
            self.register_buffer(f"factor_{number}", factor)
        self.n_factors = len(factors)

    def forward(self, x):
        x = x.to(self.mean.dtype) - self.mean
        for number in range(self.n_factors):
            x = x @ self.get_buffer(f"factor_{number}")
        return x


class _Eigenfunctions(nn.Module):
    """Cosines of several frequencies along the axes of a box."""

    def __init__(self, projection, lower, upper, directions, modes):
        super().__init__()
        self.projection = projection
        self.register_buffer("lower", lower)
        self.register_buffer("length", upper - lower)
        self.register_buffer("directions", directions)
        self.register_buffer("frequencies", math.pi * modes)

    def forward(self, x):
        phases = (self.projection(x) - self.lower) / self.length
        return torch.cos(self.frequencies * phases.index_select(1, self.directions))


class _Kernels(nn.Module):
    """Weighted sums of Gaussian kernels around anchors and a constant.

    As in scikit-learn, distances are computed in float64 and kernels in the type of the rows and anchors.
    """

    weights: torch.Tensor
    constant: torch.Tensor

    def __init__(self, anchors, gamma, projection):
        super().__init__()
        self.dtype = anchors.dtype
        self.gamma = gamma
        self.register_buffer("anchors", anchors.double().T.contiguous())
        self.register_buffer("squares", anchors.double().square().sum(dim=1))
        self.register_buffer("weights", projection[:-1])
        self.register_buffer("constant", projection[-1])

    def forward(self, x):
        x = x.to(self.dtype).double()
        distances = x.square().sum(dim=1, keepdim=True) - 2 * (x @ self.anchors) + self.squares
        kernels = torch.exp(-self.gamma * distances.to(self.dtype).clamp(min=0))
        return kernels.double() @ self.weights + self.constant


def _project(hasher, dtype):
    tensors = _tensors(hasher, dtype, "mean_", "components_")
    return _Projection(tensors[0], tensors[1].T.contiguous())


def _project_and_rotate(hasher, dtype):
    mean, components, rotation = _tensors(hasher, dtype, "mean_", "components_", "rotation_")
    return _Projection(mean, components.T.contiguous(), rotation)


def _eigenfunctions(hasher, dtype):
    lower, upper, modes = _tensors(hasher, dtype, "lower_", "upper_", "modes_")
    return _Eigenfunctions(_project(hasher, dtype), lower, upper, torch.from_numpy(hasher.directions_), modes)


def _kernels(hasher, dtype):
    anchors = hasher.anchors_.toarray() if hasattr(hasher.anchors_, "toarray") else hasher.anchors_
    anchors = torch.from_numpy(anchors.astype(np.result_type(dtype, anchors.dtype)))
    return _Kernels(anchors, hasher.gamma_, torch.from_numpy(hasher.projection_))


_MODULES = {
    LSHHasher: _project,
    PCAHasher: _project,
    ITQHasher: _project_and_rotate,
    SpectralHasher: _eigenfunctions,
    SDHHasher: _kernels,
}


def shallow_module(hasher, dtype):
    """Build the module of a fitted shallow hasher.

    Parameters
    ----------
    hasher : ShallowHasher
    dtype : {"float32", "float64"}
        Type of the rows.

    Returns
    -------
    module : nn.Module
        Module that maps rows of shape (n, n_features) to real-valued codes of shape (n, n_bits).

    Raises
    ------
    TypeError
        If the class of the hasher is not supported.
    """
    for known, build in _MODULES.items():
        # A subclass that overrides `_project` is not supported.
        if type(hasher)._project is known._project:
            return build(hasher, dtype)
    names = ", ".join(known.__name__ for known in _MODULES)
    raise TypeError(f"{type(hasher).__name__} cannot be exported. The shallow hashers that can are {names}.")


def _tensors(hasher, dtype, *names):
    """Return fitted arrays in the type in which numpy computes for rows of the given type."""
    dtype = np.result_type(dtype, hasher.components_.dtype)
    return [torch.from_numpy(getattr(hasher, name).astype(dtype)) for name in names]
