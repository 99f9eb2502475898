"""One list of methods feeds estimators, main job, documentation, benchmark and checks: none may miss a method."""

import inspect
from importlib import import_module
from pathlib import Path

import pytest

import sklearn_hash
from sklearn_hash.hashers import BaseHasher
from sklearn_hash.hashers._deep import DeepHasher
from sklearn_hash.hashers._methods import METHODS

ROOT = Path(__file__).parents[1]


def is_method(cls):
    """Whether a hasher can be fitted: the bases lack a method or a loss."""
    return not inspect.isabstract(cls) and (not issubclass(cls, DeepHasher) or hasattr(cls, "_loss_class"))


def test_the_list_holds_every_hasher_that_a_module_defines():
    found = {}
    for file in (ROOT / "sklearn_hash" / "hashers").glob("_[a-z]*.py"):
        module = import_module(f"sklearn_hash.hashers.{file.stem}")
        for name, cls in inspect.getmembers(module, inspect.isclass):
            if cls.__module__ == module.__name__ and issubclass(cls, BaseHasher) and is_method(cls):
                found[file.stem[1:]] = name
    assert found == METHODS


@pytest.mark.parametrize(("method", "name"), METHODS.items())
def test_every_method_is_exported_documented_and_tested(method, name):
    assert name in sklearn_hash.__all__
    page = ROOT / "docs" / "methods" / f"{method}.md"
    assert f"`{name}`" in page.read_text()
    assert f"({method}.md): `{name}`" in (page.parent / "index.md").read_text()
    tests = [ROOT / "tests" / room / f"test_{method}.py" for room in ("losses", "hashers")]
    assert any(file.exists() for file in tests)


def test_the_main_job_offers_every_method():
    from sklearn_hash._cli._demo import _parse

    assert _parse(["--methods", "all"]).methods == list(METHODS)
    assert [_parse(["--methods", method]).methods for method in METHODS] == [[method] for method in METHODS]


def load_script(path):
    spec = import_module("importlib.util").spec_from_file_location(path.stem, path)
    module = import_module("importlib.util").module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_benchmark_tunes_every_method(monkeypatch):
    """And only by parameters that there are."""
    monkeypatch.syspath_prepend(ROOT / "examples" / "benchmarks")
    benchmark = load_script(ROOT / "examples" / "benchmarks" / "bench_quality.py")
    assert set(benchmark.SPACES) == set(METHODS)
    for method, name in METHODS.items():
        for config in benchmark.configurations(method, 8):
            getattr(sklearn_hash, name)().set_params(**config)


def test_the_checks_of_scikit_learn_run_on_every_method():
    checks = load_script(ROOT / "tests" / "hashers" / "test_common.py")
    assert {type(hasher).__name__ for hasher in checks.HASHERS} == set(METHODS.values())
