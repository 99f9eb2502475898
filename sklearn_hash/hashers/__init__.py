"""Learning to hash as scikit-learn estimators.

A class is imported on first use, so that the shallow hashers never import torch.
"""

from importlib import import_module

from sklearn_hash.hashers._methods import METHODS

_MODULES = {"BaseHasher": "base", **{name: module for module, name in METHODS.items()}}

__all__ = ["BaseHasher", *METHODS.values()]


def __getattr__(name):
    if name in _MODULES:
        return getattr(import_module(f"sklearn_hash.hashers._{_MODULES[name]}"), name)
    raise AttributeError(f"module 'sklearn_hash.hashers' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
