"""Saving of estimators in a single safetensors file that holds no code, and loading of such files.

Functions are imported on first use, so that reading the card of a file does not import scikit-learn.
"""

from importlib import import_module

_DEFINED_IN = {"load": "_load", "read_card": "_card", "save": "_save"}

__all__ = ["load", "read_card", "save"]


def __getattr__(name):
    if name in _DEFINED_IN:
        return getattr(import_module(f"sklearn_hash.persistence.{_DEFINED_IN[name]}"), name)
    raise AttributeError(f"module 'sklearn_hash.persistence' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
