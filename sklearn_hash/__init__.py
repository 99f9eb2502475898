"""Learning to hash for scikit-learn.

Every published method is an estimator; :class:`HammingNeighbors` searches the codes. Sub-packages load on first
use: searching codes never pays for the import of torch.
"""

from importlib import import_module

from sklearn_hash._version import __version__
from sklearn_hash.hashers._methods import METHODS

_HOMES = {**dict.fromkeys(METHODS.values(), "sklearn_hash.hashers"), "HammingNeighbors": "sklearn_hash.neighbors"}
_ROOMS = ("codes", "datasets", "hashers", "losses", "metrics", "neighbors", "plotting", "training")

__all__ = ["__version__", *_HOMES, *_ROOMS]


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _ROOMS:
        return import_module(f"sklearn_hash.{name}")
    raise AttributeError(f"module 'sklearn_hash' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
