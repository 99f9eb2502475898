"""The examples of the gallery run, and each says what it is. ``make docs`` runs them all,
``SKLEARN_HASH_GALLERY=1`` makes this test do so."""

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("plot_*.py"))
RUN = EXAMPLES if os.environ.get("SKLEARN_HASH_GALLERY") else [ROOT / "examples" / "plot_quick_start.py"]
ORDER = runpy.run_path(str(ROOT / "docs" / "_extensions" / "gallery_order.py"))["ORDER"]


def test_the_gallery_has_an_order():
    assert {example.stem for example in EXAMPLES} == set(ORDER)


def test_pages_link_examples_that_exist():
    pages = "".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))
    assert set(re.findall(r"<gallery/(plot_\w+)>", pages)) <= set(ORDER)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_a_title_sections_and_a_picture(example):
    text = example.read_text()
    title = ast.get_docstring(ast.parse(text)).strip().splitlines()
    assert title[0] == title[2] == "=" * len(title[0])
    assert len(title[0]) >= len(title[1])
    assert "\n# %%\n" in text
    assert "plt.show()" in text


@pytest.mark.parametrize("example", RUN, ids=lambda path: path.stem)
def test_an_example_runs(example):
    environment = {**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, example], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout
