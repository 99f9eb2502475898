"""Engines that are not installed: the package works without them, and errors say what to install."""

import subprocess
import sys

import pytest

from sklearn_hash import HammingNeighbors
from sklearn_hash.stores import LanceNeighbors, from_faiss, read_ipc, read_parquet, to_arrow, to_faiss, write_parquet

SEARCH = HammingNeighbors().fit([[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("module", "call", "extra"),
    [
        ("pyarrow", lambda: to_arrow([[0, 1]]), "arrow"),
        ("pyarrow", lambda: read_ipc("codes"), "arrow"),
        ("pyarrow.parquet", lambda: write_parquet("codes", [[0, 1]]), "arrow"),
        ("pyarrow.parquet", lambda: read_parquet("codes"), "arrow"),
        ("faiss", lambda: to_faiss(SEARCH), "bench"),
        ("faiss", lambda: from_faiss(None), "bench"),
        ("lance", lambda: LanceNeighbors("codes").checkout(), "lance"),
    ],
)
def test_a_missing_engine_is_named(module, call, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"{module} is missing.*sklearn_hash\[{extra}\]"):
        call()


def test_the_package_needs_none_of_them():
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['pyarrow', 'lance', 'faiss']));"
        "from sklearn_hash import HammingNeighbors; from sklearn_hash.stores import fingerprint;"
        "print(HammingNeighbors(1).fit([[0, 1], [1, 1]]).kneighbors([[0, 1]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[[0]]" in done.stdout
