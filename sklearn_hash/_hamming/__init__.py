"""Compiled kernels with all loops over pairs of codes. They take only arrays; Numba is imported on first use."""

from importlib import import_module

_MODULES = {
    "FlatIndex": "_flat",
    "MultiIndex": "_multi_index",
    "PrunedIndex": "_pruned",
    "distance_histograms": "_histogram",
    "prunes_well": "_pruned",
}

__all__ = ["FlatIndex", "PrunedIndex", "MultiIndex", "distance_histograms", "prunes_well"]


def __getattr__(name):
    if name in _MODULES:
        return getattr(import_module(f"sklearn_hash._hamming.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'sklearn_hash._hamming' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
