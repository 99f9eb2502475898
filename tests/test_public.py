"""The public face: what imports cost, what the names are, and that each of them is documented."""

import inspect
import pkgutil
import runpy
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from numpydoc.validate import validate

import sklearn_hash

PACKAGES = [
    f"sklearn_hash.{module.name}"
    for module in pkgutil.iter_modules(sklearn_hash.__path__)
    if module.ispkg and not module.name.startswith("_")
]
PUBLIC = {
    package: [f"{package}.{name}" for name in module.__all__ if callable(getattr(module, name))]
    for package, module in ((package, import_module(package)) for package in PACKAGES)
}
every_package = pytest.mark.parametrize("package", PUBLIC)
# What the net is made of, and what a method is written with: CONTRIBUTING has an example of these as a whole.
API_REFERENCE = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "api_reference.py"))["API_REFERENCE"]
PARTS = {
    f"sklearn_hash.training.{name}"
    for section in ("Net and batches", "Devices, seeds and state")
    for name in API_REFERENCE["sklearn_hash.training"][section]
}

# No docstring; parameters missing, unknown or out of order; no return value; summary without capital or full stop.
GATE = {"GL08", "PR01", "PR02", "PR03", "PR10", "RT01", "SS02", "SS03"}


def resolve(path):
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def methods(path):
    """Public methods that our own code defines for a class; what torch or skorch calls is documented there."""
    cls = resolve(path)
    if not inspect.isclass(cls):
        return []
    theirs = {name for base in cls.__mro__ if base.__module__.startswith(("torch.", "skorch.")) for name in vars(base)}
    found = inspect.getmembers(cls, inspect.isfunction)
    return [
        f"{path}.{name}"
        for name, f in found
        if not name.startswith("_") and name not in theirs and f.__module__.startswith("sklearn_hash")
    ]


@every_package
def test_docstrings(package):
    found = []
    for path in (each for name in PUBLIC[package] for each in (name, *methods(name))):
        # A net has the parameters of skorch's.
        gate = GATE - {"PR01"} if path == "sklearn_hash.training.HashingNet" else GATE
        found += [(path, *error) for error in validate(path)["errors"] if error[0] in gate]
    assert found == []


@every_package
def test_runnable_examples(package):
    concrete = [path for path in PUBLIC[package] if path not in PARTS and not inspect.isabstract(resolve(path))]
    assert [path for path in concrete if ">>> " not in resolve(path).__doc__] == []


def test_top_level_names_are_the_objects_of_their_subpackages():
    for name in ("DualHingeHasher", "HashNetHasher", "DHNHasher", "HammingNeighbors"):
        assert name in dir(sklearn_hash)
        assert getattr(sklearn_hash, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'NoSuchHasher'"):
        sklearn_hash.NoSuchHasher  # noqa: B018


HEAVY = ["torch", "numba", "skorch", "matplotlib"]
# In one process, one after another; each with what must not have been imported by then.
STATEMENTS = {
    "import sklearn_hash": [*HEAVY, "sklearn"],
    "import sklearn_hash.metrics, sklearn_hash.codes, sklearn_hash.datasets": HEAVY,
    "from sklearn_hash import ITQHasher, SDHHasher": HEAVY,
    "from sklearn_hash import HammingNeighbors": HEAVY,
    "import sklearn_hash.plotting": HEAVY,
}


@pytest.mark.parametrize(
    "statements", [STATEMENTS, {"import sklearn_hash.losses": ["numba", "skorch", "sklearn", "scipy"]}]
)
def test_imports_nothing_heavy_before_it_is_needed(statements):
    code = "import sys\n"
    for statement, absent in statements.items():
        code += f"{statement}\nprint([name for name in {absent} if name in sys.modules])\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]"] * len(statements)
