"""Fixed list of the estimators that can be saved, with the modules that handle their fitted state.

A new shallow method needs a line in ``_states.py`` and a new searcher a line here; deep methods need no declaration.
"""

from importlib import import_module

from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.persistence import _state_table
from sklearn_hash.persistence._states import STATES

__all__ = ["class_named", "state_module_of"]

_MODULES = {
    **dict.fromkeys(METHODS.values(), "sklearn_hash.hashers"),
    "HammingNeighbors": "sklearn_hash.neighbors",
    "NearDuplicates": "sklearn_hash.neighbors",
    "RerankedNeighbors": "sklearn_hash.neighbors",
    "StandardScaler": "sklearn.preprocessing",
    "MinMaxScaler": "sklearn.preprocessing",
    "Normalizer": "sklearn.preprocessing",
    "FunctionTransformer": "sklearn.preprocessing",
    "PCA": "sklearn.decomposition",
    "TruncatedSVD": "sklearn.decomposition",
    "SimpleImputer": "sklearn.impute",
    "MissingIndicator": "sklearn.impute",
    "FrozenEstimator": "sklearn.frozen",
    "Pipeline": "sklearn.pipeline",
    "ColumnTransformer": "sklearn.compose",
}

_OTHER_STATES = {"HammingNeighbors": "neighbors", "RerankedNeighbors": "reranked"}


def class_named(name):
    """Return the class with a name in the list, or None."""
    known = isinstance(name, str) and name in _MODULES
    return getattr(import_module(_MODULES[name]), name) if known else None


def state_module_of(name):
    """Return the module whose functions get, set and check the fitted state of a class in the list."""
    if name in STATES:
        return _state_table
    return import_module(f"sklearn_hash.persistence._state_{_OTHER_STATES.get(name, 'deep')}")
