"""The compiled core: every loop over pairs of codes. It knows arrays only, and loads Numba on first use."""

from importlib import import_module

_HOMES = {
    "FlatIndex": "_flat",
    "MultiIndex": "_multi_index",
    "PrunedIndex": "_pruned",
    "distance_histograms": "_histogram",
    "prunes_well": "_pruned",
}

__all__ = ["FlatIndex", "PrunedIndex", "MultiIndex", "distance_histograms", "prunes_well"]


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"sklearn_hash._hamming.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'sklearn_hash._hamming' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
