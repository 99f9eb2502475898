"""One query among few codes: the same neighbours, in the same order, as by brute force and by the compiled search."""

import numpy as np
import pytest

from sklearn_hash import HammingNeighbors
from sklearn_hash._hamming import FlatIndex
from sklearn_hash._hamming._flat_search import FlatSearch
from sklearn_hash._hamming._lone_query import are_few, nearest_of_few


@pytest.mark.parametrize("n_bytes", [1, 2, 3, 4, 6, 8, 12, 16, 31, 32, 33, 72])
@pytest.mark.parametrize("n", [1, 2, 300])
def test_order_by_distance_and_row(n, n_bytes):
    rng = np.random.default_rng(n)
    packed = rng.integers(0, 256, (n, n_bytes), dtype=np.uint8)
    packed[n // 2 :] = packed[: n - n // 2]  # every distance occurs twice
    packed[-1] = 255
    for query in (packed[:1], ~packed[-1:], rng.integers(0, 256, (2, n_bytes), dtype=np.uint8)[::-1][:1]):
        for k in {1, (n + 1) // 2, n}:
            expected = np.unpackbits(packed ^ query, axis=1).sum(axis=1)
            order = np.lexsort((np.arange(n), expected))[:k]
            distances, rows = nearest_of_few(packed, query, k)
            np.testing.assert_array_equal(rows, order[None])
            np.testing.assert_array_equal(distances, expected[order][None])
            for found, compiled in zip((distances, rows), FlatSearch(packed, query, None).knn(k, 1), strict=True):
                np.testing.assert_array_equal(found, compiled)
                assert found.dtype == compiled.dtype


def test_a_memory_map_is_searched_in_place(tmp_path):
    packed = np.random.default_rng(0).integers(0, 256, (50, 8), dtype=np.uint8)
    np.save(tmp_path / "codes.npy", packed)
    mapped = np.load(tmp_path / "codes.npy", mmap_mode="r")
    distances, rows = FlatIndex(mapped, 64).knn(packed[7:8], 3)
    assert (distances[0, 0], rows[0, 0]) == (0, 7)
    assert type(distances) is type(rows) is np.ndarray


@pytest.mark.parametrize(
    ("n", "n_bytes", "few"), [(8192, 8, True), (8193, 8, False), (8193, 1, False), (2049, 32, False)]
)
def test_many_codes_are_scanned(n, n_bytes, few):
    assert are_few(np.zeros((n, n_bytes), np.uint8)) == few


def test_n_jobs_is_checked_for_few_codes_too():
    with pytest.raises(ValueError, match="n_jobs"):
        HammingNeighbors(n_jobs=0).fit(np.eye(8)).kneighbors(np.eye(8)[:1], 1)
