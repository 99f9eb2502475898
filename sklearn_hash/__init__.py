"""Learning to hash for scikit-learn.

Each published method is an estimator; :class:`HammingNeighbors` searches the codes. Sub-packages are imported on first
use: searching codes on the CPU does not import torch.
"""

from importlib import import_module

from sklearn_hash._version import __version__
from sklearn_hash.hashers._methods import METHODS

_DEFINED_IN = {
    **dict.fromkeys(METHODS.values(), "sklearn_hash.hashers"),
    "ImageInput": "sklearn_hash.training",
    "HammingNeighbors": "sklearn_hash.neighbors",
    "NearDuplicates": "sklearn_hash.neighbors",
    "RerankedNeighbors": "sklearn_hash.neighbors",
    "load": "sklearn_hash.persistence",
    "save": "sklearn_hash.persistence",
}
_SUBPACKAGES = (
    "codes",
    "datasets",
    "export",
    "hashers",
    "losses",
    "metrics",
    "neighbors",
    "persistence",
    "plotting",
    "stores",
    "training",
)

__all__ = ["__version__", *_DEFINED_IN, *_SUBPACKAGES]


def __getattr__(name):
    if name in _DEFINED_IN:
        return getattr(import_module(_DEFINED_IN[name]), name)
    if name in _SUBPACKAGES:
        return import_module(f"sklearn_hash.{name}")
    raise AttributeError(f"module 'sklearn_hash' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
