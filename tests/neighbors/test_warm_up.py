"""Compilation ahead of the first query, and what is printed about it."""

import os
import subprocess
import sys

import numpy as np
import pytest

from sklearn_hash import HammingNeighbors
from sklearn_hash.neighbors import warm_up

QUERIES = """
import sys
import numpy as np
from sklearn_hash import HammingNeighbors
from numba.core import event
rng = np.random.default_rng(0)
n_bits, algorithm = int(sys.argv[1]), sys.argv[2]
codes = rng.integers(0, 2, (21_000, n_bits), dtype=np.uint8)
search = HammingNeighbors(algorithm=algorithm).fit(codes).warm_up()
with event.install_recorder("numba:compile") as recorder:
    for n_queries in (1, 5, 200):
        for where in (None, np.arange(len(codes)) % 3 > 0):
            search.kneighbors(codes[:n_queries], where=where)
            search.radius_neighbors(codes[:n_queries], where=where)
print(len(recorder.buffer))
"""
NOTICE = """
import numpy as np
from sklearn_hash import HammingNeighbors
codes = np.zeros((20, 16), np.uint8)
search = HammingNeighbors(n_neighbors=1, algorithm="flat", verbose=True).fit(codes)
search.kneighbors(codes[:2])
print("found")
search.kneighbors(codes[:2])
"""


def run(code, *arguments, cache=None):
    environment = os.environ | ({} if cache is None else {"NUMBA_CACHE_DIR": str(cache)})
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


@pytest.mark.parametrize(("n_bits", "algorithm"), [(16, "flat"), (100, "auto"), (128, "flat"), (256, "flat")])
def test_nothing_is_left_to_compile(n_bits, algorithm):
    assert run(QUERIES, n_bits, algorithm).splitlines()[-1] == "0"


def test_verbose_prints_when_something_is_compiled(tmp_path):
    first, last, found = run(NOTICE, cache=tmp_path).splitlines()
    assert first.startswith("Compiling")
    assert last.startswith("Compiled in")
    assert found == "found"
    assert run(NOTICE, cache=tmp_path).splitlines() == ["found"]  # from the cache


def test_function_compiles_what_a_searcher_needs(capsys):
    warm_up(24, algorithm="flat")
    warm_up(24, algorithm="flat", verbose=True)
    codes = np.eye(24, dtype=np.uint8)
    HammingNeighbors(algorithm="flat", verbose=True).fit(codes).kneighbors()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("n", [1, 3])
def test_fewer_rows_than_neighbors(n):
    search = HammingNeighbors(algorithm="flat").fit(np.eye(3, dtype=np.uint8)[:n]).warm_up()
    assert search.n_samples_fit_ == n


def test_removed_rows_stay_out():
    search = HammingNeighbors(n_neighbors=1, algorithm="flat").fit(np.eye(3, dtype=np.uint8)).remove([0]).warm_up()
    assert search.kneighbors([[1, 0, 0]], return_distance=False).tolist() == [[1]]


@pytest.mark.parametrize(("n_bits", "options"), [(0, {}), (8, {"algorithm": "tree"})])
def test_bad_arguments(n_bits, options):
    with pytest.raises(ValueError, match="parameter of warm_up must be"):
        warm_up(n_bits, **options)
