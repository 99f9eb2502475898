"""Code on the pages: all of it parses and imports names that exist, and the examples of the first steps run."""

import ast
import importlib
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from torch import nn

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"


def blocks(page, section=None):
    """Blocks of Python of a page, or of one of its sections."""
    text = page.read_text()
    if section:
        text = re.split(r"(?m)^##+ ", text.partition(f"## {section}\n")[2])[0]
    return re.findall(r"(?ms)^```python\n(.*?)^```$", text)


def run(code):
    """Execute code in a folder of the test, networks trained for one epoch only; return its names."""
    names = {}
    exec(re.sub(r"DualHingeHasher\((\d+, )?", r"DualHingeHasher(\1max_epochs=1, ", code), names)
    return names


@pytest.mark.parametrize("page", [README, *sorted(DOCS.glob("*.md"))], ids=lambda page: page.stem)
def test_blocks_parse_and_their_imports_exist(page):
    found = blocks(page)
    assert len(found) == page.read_text().count("```python")
    for node in (node for block in found for node in ast.walk(ast.parse(block))):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "sklearn_hash":
            module = importlib.import_module(node.module)
            assert [name.name for name in node.names if not hasattr(module, name.name)] == []


def test_the_ten_lines():
    (code,) = blocks(README, "Ten lines")
    assert blocks(DOCS / "index.md", "Ten lines") == [code]
    assert len([line for line in code.splitlines() if line]) == 10
    names = run(code)
    assert names["codes"].shape == (1797, 32)
    assert names["codes"].dtype == np.uint8
    grid = names["grid"]
    assert grid.n_splits_ * len(grid.cv_results_["params"]) + 1 == 16
    assert grid.best_score_ > 0.2


def test_the_quick_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run("\n".join(blocks(DOCS / "quick_start.md")))
    assert names["codes"].shape == (1497, 32)
    assert names["distances"].shape == (300, 5)
    np.testing.assert_array_equal(names["hasher"].transform(names["X_database"]), names["codes"])


def test_from_embeddings_to_duckdb(tmp_path, monkeypatch):
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    X = np.random.default_rng(0).standard_normal((2000, 128), dtype=np.float32)
    np.save("embeddings.npy", X)
    names = run(*blocks(DOCS / "stores.md", "From embeddings to DuckDB"))
    names["store"].close()
    codes = np.unpackbits(names["hasher"].transform(X), axis=1)
    distances = (codes != codes[0]).sum(axis=1)
    nearest = np.argsort(distances, kind="stable")[:10]
    assert names["near"] == [(row, distances[row]) for row in nearest]
    assert names["near"][0] == (0, 0)


class Backbone(nn.Module):
    """In place of a network of timm: means of the pixels of an image, in 64 places and 3 channels."""

    def forward(self, X):
        return nn.functional.adaptive_avg_pool2d(X, 8).flatten(1)


def test_a_folder_of_images(tmp_path, monkeypatch):
    image = pytest.importorskip("PIL.Image")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "timm", SimpleNamespace(create_model=lambda *args, **kwargs: Backbone()))
    rng = np.random.default_rng(0)
    for kind, colour in [("cat", (200, 40, 40)), ("dog", (40, 40, 200))]:
        Path("photos", kind).mkdir(parents=True)
        for number in range(6):
            pixels = np.clip(colour + rng.integers(-30, 30, (20, 30, 3)), 0, 255).astype(np.uint8)
            image.fromarray(pixels).save(Path("photos", kind, f"{number}.jpg"))
    image.open("photos/dog/3.jpg").save("new.jpg")
    names = run("\n".join(blocks(DOCS / "images.md", "A folder of images")))
    assert names["found"].shape == (1, 10)
    assert set(names["found"][0]) <= set(names["paths"])
    assert list(names["y"]) == ["cat"] * 6 + ["dog"] * 6
