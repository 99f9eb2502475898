"""Memory maps, pickles, threads and imports."""

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from joblib import Parallel, delayed
from numpy.testing import assert_array_equal
from sklearn.base import clone

from sklearn_hash import HammingNeighbors, _hamming

ALGORITHMS = ["auto", "flat", "pruned", "multi_index"]


@pytest.fixture(scope="module")
def packed():
    """Clustered codes, enough for ``auto`` to probe."""
    rng = np.random.default_rng(0)
    centres = rng.integers(0, 256, (30, 8), dtype=np.uint8)
    return centres[rng.integers(0, 30, 25_000)] ^ np.packbits(rng.random((25_000, 64)) < 0.03, axis=1)


def stable_sort(queries, packed, k):
    distances = np.bitwise_count(queries[:, None] ^ packed).sum(axis=2)
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


def test_a_memory_map_is_searched_in_place(packed, tmp_path):
    packed.tofile(tmp_path / "codes")
    mapped = np.memmap(tmp_path / "codes", dtype=np.uint8, mode="r", shape=packed.shape)
    search = HammingNeighbors(packed=True, algorithm="flat").fit(mapped)
    assert_array_equal(search.kneighbors(packed[:9], return_distance=False), stable_sort(packed[:9], packed, 5))
    assert np.shares_memory(search._index.packed, mapped)
    assert not mapped.flags.writeable
    search.partial_fit(packed[:2]).remove([3])
    assert search.n_samples_fit_ == len(packed) + 1


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_pickle_is_the_packed_codes(algorithm, packed):
    search = HammingNeighbors(packed=True, algorithm=algorithm).fit(packed)
    expected = search.kneighbors(packed[:150])
    search.radius_neighbors(packed[:150])
    stored = pickle.dumps(search)
    assert len(stored) < packed.nbytes + 4096
    assert_array_equal(pickle.loads(stored).kneighbors(packed[:150]), expected)


def test_a_pickle_after_removal_keeps_ids(packed):
    search = HammingNeighbors(packed=True).fit(packed, ids=np.arange(25_000) * 3).remove([0, 9])
    loaded = pickle.loads(pickle.dumps(search))
    assert_array_equal(loaded.ids_, search.ids_)
    assert_array_equal(loaded.kneighbors(packed[:9]), search.kneighbors(packed[:9]))
    assert loaded.partial_fit(packed[:1]).ids_[-1] == 3 * 25_000 - 2


def test_memory_of_removed_rows_is_freed_once_they_are_most(packed):
    search = HammingNeighbors(packed=True).fit(packed, y=np.zeros(25_000)).remove(np.arange(20_000))
    assert len(pickle.dumps(search)) < 5000 * (8 + 8 + 8) + 4096  # codes, ids, labels
    assert_array_equal(search.ids_, np.arange(20_000, 25_000))


def test_clone_takes_parameters_only(packed):
    search = HammingNeighbors(3, 1.5, "pruned", packed=True, n_bits=64, n_jobs=2).fit(packed)
    fresh = clone(search)
    assert fresh.get_params() == search.get_params()
    assert not hasattr(fresh, "n_bits_")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_first_searches_of_many_threads(algorithm, packed, monkeypatch):
    built = []
    for name in ("FlatIndex", "PrunedIndex", "MultiIndex"):
        structure = getattr(_hamming, name)

        def build(*args, structure=structure):
            built.append(structure)
            return structure(*args)

        monkeypatch.setattr(_hamming, name, build, raising=False)
    search = HammingNeighbors(packed=True, algorithm=algorithm, n_jobs=2).fit(packed)
    n_threads = 8
    start = Barrier(n_threads)

    def ask(thread):
        queries = packed[thread :: 50 * n_threads]
        start.wait()
        within = search.radius_neighbors_graph(queries, 3)
        return queries, search.kneighbors(queries, return_distance=False), within

    with ThreadPoolExecutor(n_threads) as pool:
        answers = list(pool.map(ask, range(n_threads)))
    for queries, rows, within in answers:
        assert_array_equal(rows, stable_sort(queries, packed, 5))
        distances = np.bitwise_count(queries[:, None] ^ packed).sum(axis=2)
        assert_array_equal(within.toarray() > 0, distances <= 3)
    assert len(built) == len(set(built))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_processes_of_joblib_answer_alike(algorithm, packed):
    search = HammingNeighbors(packed=True, algorithm=algorithm, n_jobs=2).fit(packed)
    expected = search.kneighbors(packed[:150])
    ask = delayed(HammingNeighbors.kneighbors)
    for found in Parallel(2, backend="loky")(ask(search, packed[:150]) for _ in range(2)):
        assert_array_equal(found, expected)


def test_nothing_heavy_is_imported_before_it_is_needed():
    script = """
import sys
import numpy as np
from sklearn_hash import HammingNeighbors
from sklearn_hash.metrics import mean_average_precision
search = HammingNeighbors(packed=True).fit(np.arange(64, dtype=np.uint8).reshape(8, 8), y=np.arange(8) % 2)
search.partial_fit(np.zeros((1, 8), np.uint8), y=[1]).remove([0])
assert "numba" not in sys.modules
search.kneighbors()
search.score(np.zeros((1, 8), np.uint8), [1])
assert "numba" in sys.modules
assert "torch" not in sys.modules
assert "skorch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
