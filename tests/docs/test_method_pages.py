"""Pages of methods: all in one form, with formulas that a browser draws and the figures that were measured."""

import json
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from sklearn_hash.hashers._methods import METHODS

ROOT = Path(__file__).parents[2]
EXTENSION = runpy.run_path(str(ROOT / "docs" / "_extensions" / "method_results.py"))
LOSSES = runpy.run_path(str(ROOT / "docs" / "_extensions" / "loss_curves.py"))
FORM = ("What the paper claims", "What was measured here", "Parameters")


def page_of(method):
    return (ROOT / "docs" / "methods" / f"{method}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("method", METHODS)
def test_a_page_has_the_form_of_all(method):
    text = page_of(method)
    headings = re.findall(r"(?m)^## (.+)$", text)
    first = next(heading for heading in headings if heading != "A reconstruction")
    assert first in ("Loss", "Codes", "Objective")
    positions = [headings.index(heading) for heading in (first, *FORM)]
    assert positions == sorted(positions)
    head = text.partition("\n## ")[0]
    assert f"`{METHODS[method]}`" in head
    assert re.search(r"\b(19|20)\d\d\b", head), "no reference"
    assert "$$" in text


@pytest.mark.parametrize("method", METHODS)
def test_formulas_of_a_page_become_elements_of_mathml(method):
    pytest.importorskip("sphinx")
    to_mathml = runpy.run_path(str(ROOT / "docs" / "_extensions" / "mathml.py"))["to_mathml"]
    text = re.sub(r"`[^`\n]*`", "", page_of(method))
    blocks = re.findall(r"(?s)\$\$(.+?)\$\$", text)
    inline = re.findall(r"\$([^$]+)\$", re.sub(r"(?s)\$\$.+?\$\$", "", text))
    assert blocks
    for tex in (*blocks, *inline):
        element = to_mathml(tex, as_block=tex in blocks)
        assert element.startswith("<math"), tex
        assert "\\" not in re.sub(r"<mtext>.*?</mtext>", "", element), tex


@pytest.mark.parametrize("method", METHODS)
def test_a_figure_shows_the_loss_of_each_method_that_has_one(method):
    if method in LOSSES["WITHOUT_LOSS"]:
        assert method not in LOSSES["KINDS"]
        title = page_of(method).partition("\n")[0].removeprefix("# ")
        assert re.search(rf"(?i){title}[^.]* find their codes\s+in one step", page_of("index"))
        return
    caption, panels = LOSSES["curves_of"](method)
    assert "\n\n" not in caption
    assert all(len(values) == len(panel.x) for panel in panels for values in panel.lines.values())
    assert all(np.isfinite(values).all() for panel in panels for values in panel.lines.values())
    assert all(np.ptp(values) > 0 for values in panels[0].lines.values())


def test_loss_curves_are_those_of_the_formulas():
    _, (pairs, _) = LOSSES["curves_of"]("hashnet")
    theta = 10 / 32 * (32 - 2 * np.arange(33))
    np.testing.assert_allclose(pairs.lines["similar pair"], np.log1p(np.exp(-theta)), rtol=1e-9)
    np.testing.assert_allclose(pairs.lines["dissimilar pair"], np.log1p(np.exp(theta)), rtol=1e-9)

    _, (bit, _) = LOSSES["curves_of"]("dpn")
    np.testing.assert_allclose(bit.lines["centre -1"], np.maximum(0, 0.5 + bit.x), atol=1e-6)

    _, (row, _) = LOSSES["curves_of"]("greedy_hash")
    own, quantization = (32 - 2 * row.x) / 32**0.5, 0.1 * 0.1**3  # of outputs of 0.9
    line = row.lines["towards another class"] - quantization
    np.testing.assert_allclose(line[0], np.log1p(9 * np.exp(-own[0])), rtol=1e-3)
    assert (line > np.log1p(np.exp(2 * row.x / 32**0.5 - own))).all()  # with one other class


def write_results(folder):
    row = {"data": "fashion_mnist", "stage": "final", "bits": 32}
    values = [("dhn", 0, 0.5), ("dhn", 1, 0.6), ("csq", 0, 0.7), ("csq", 1, 0.8), ("itq", 0, 0.9), ("itq", 1, 0.9)]
    rows = [{**row, "method": method, "seed": seed, "map": value} for method, seed, value in values]
    rows.append({**rows[2], "bits": 16})
    rows.insert(0, {**rows[0], "map": 0.1})  # done again later
    rows.append({**rows[0], "stage": "tune", "map": 1.0})
    lines = "\n".join(json.dumps(row) for row in rows)
    (folder / "quality.jsonl").write_text(lines + '\n{"data": "fash')
    (folder / "neighbors.jsonl").write_text("")


def test_results_are_means_and_ranks_of_the_fits_that_count(tmp_path):
    write_results(tmp_path)
    text = EXTENSION["results_of"]("dhn", tmp_path)
    cells = next(line for line in text.splitlines() if "`fashion_mnist`" in line).strip("| ").split(" | ")
    width = 12.706 * np.std([0.5, 0.6], ddof=1) / np.sqrt(2)  # t for 1 degree of freedom
    # ITQ learns from no labels: it has no rank, and counts in none.
    assert cells == [
        "`fashion_mnist`",
        "not measured",
        f"0.550\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{width:.3f}",
        "2 of 2",
    ]
    assert "rank" not in EXTENSION["results_of"]("itq", tmp_path)


def test_what_was_not_measured_is_said_to_be_so(tmp_path):
    write_results(tmp_path)
    text = EXTENSION["results_of"]("talr", tmp_path)
    assert "not measured yet" in text
    assert "|" not in text
