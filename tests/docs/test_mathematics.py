"""Formulas of the docstrings: each of them is drawn by a browser without a network."""

import inspect
import re
import runpy
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("sphinx")

ROOT = Path(__file__).parents[2]
API_REFERENCE = runpy.run_path(str(ROOT / "docs" / "api_reference.py"))["API_REFERENCE"]
to_mathml = runpy.run_path(str(ROOT / "docs" / "_extensions" / "mathml.py"))["to_mathml"]
INLINE = re.compile(r":math:`([^`]+)`")
BLOCK = re.compile(r"\.\. math::\n\s*\n((?:[ ]{3,}\S.*\n|\n)+)")


def formulas():
    """Object and TeX of each formula."""
    for package, sections in API_REFERENCE.items():
        for name in (name for names in sections.values() for name in names):
            text = inspect.getdoc(getattr(import_module(package), name))
            yield from ((name, tex) for tex in INLINE.findall(text))
            yield from ((name, tex) for tex in BLOCK.findall(text))


def test_formulas_become_elements_of_mathml():
    found = list(formulas())
    assert len(found) > 50
    for name, tex in found:
        element = to_mathml(tex)
        assert element.startswith("<math"), (name, tex)
        assert "\\" not in re.sub(r"<mtext>.*?</mtext>", "", element), (name, tex)
