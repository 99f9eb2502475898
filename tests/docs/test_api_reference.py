"""The list of the API pages against the names that the packages export."""

import pkgutil
import runpy
from importlib import import_module
from pathlib import Path

import pytest

import sklearn_hash

API_REFERENCE = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "api_reference.py"))["API_REFERENCE"]
PACKAGES = [
    "sklearn_hash",
    *(
        f"sklearn_hash.{module.name}"
        for module in pkgutil.iter_modules(sklearn_hash.__path__)
        if module.ispkg and not module.name.startswith("_")
    ),
]


def listed(package):
    return [name for names in API_REFERENCE.get(package, {}).values() for name in names]


def exported(package):
    """Names of a package that are neither modules nor metadata."""
    module = import_module(package)
    subpackages = {name.rpartition(".")[2] for name in PACKAGES}
    return {name for name in module.__all__ if name not in subpackages and not name.startswith("__")}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_a_page(package):
    top = set(listed("sklearn_hash"))
    documented_above = {name for name in exported(package) & top if package != "sklearn_hash"}
    for name in documented_above:
        assert getattr(import_module(package), name) is getattr(sklearn_hash, name)
    assert set(listed(package)) == exported(package) - documented_above


def test_no_name_is_listed_twice_and_every_package_is_public():
    assert set(API_REFERENCE) <= set(PACKAGES)
    for package in API_REFERENCE:
        assert len(set(listed(package))) == len(listed(package))
