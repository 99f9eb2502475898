"""The public face: what imports cost, what the names are, and that each of them is documented."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest
from numpydoc.validate import validate

import sklearn_hash

SUBPACKAGES = [
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
]
PUBLIC = [
    f"sklearn_hash.{subpackage}.{name}"
    for subpackage in SUBPACKAGES
    for name in import_module(f"sklearn_hash.{subpackage}").__all__
]

# No docstring; parameters missing, unknown or out of order; no return value; summary without capital or full stop.
GATE = {"GL08", "PR01", "PR02", "PR03", "PR10", "RT01", "SS02", "SS03"}


def resolve(path):
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def methods(path):
    """Public methods that our own code defines for a class."""
    cls = resolve(path)
    if not inspect.isclass(cls):
        return []
    found = inspect.getmembers(cls, inspect.isfunction)
    return [
        f"{path}.{name}" for name, f in found if not name.startswith("_") and f.__module__.startswith("sklearn_hash")
    ]


@pytest.mark.parametrize("path", [*PUBLIC, *(name for path in PUBLIC for name in methods(path))])
def test_docstring(path):
    errors = [error for error in validate(path)["errors"] if error[0] in GATE]
    assert not errors


@pytest.mark.parametrize("path", PUBLIC)
def test_has_a_runnable_example(path):
    if inspect.isabstract(resolve(path)):
        return
    assert ">>> " in resolve(path).__doc__


def test_top_level_names_are_the_objects_of_their_subpackages():
    for name in ("DualHingeHasher", "HashNetHasher", "DHNHasher", "HammingNeighbors"):
        assert name in dir(sklearn_hash)
        assert getattr(sklearn_hash, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'NoSuchHasher'"):
        sklearn_hash.NoSuchHasher  # noqa: B018


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import sklearn_hash", ["torch", "numba", "skorch", "sklearn"]),
        ("from sklearn_hash import HammingNeighbors", ["torch", "numba", "skorch"]),
        ("from sklearn_hash import ITQHasher, SDHHasher", ["torch", "numba", "skorch"]),
        ("import sklearn_hash.metrics, sklearn_hash.codes, sklearn_hash.datasets", ["torch", "numba", "skorch"]),
        ("import sklearn_hash.losses", ["numba", "skorch", "sklearn"]),
    ],
)
def test_imports_nothing_heavy_before_it_is_needed(statement, absent):
    code = f"{statement}; import sys; print([name for name in {absent} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
