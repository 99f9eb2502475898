"""All ways of the flat scan give the same neighbours, and are compiled for any processor."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_hash._hamming import _flat_search
from sklearn_hash._hamming._scan_planes import MOST_PLANE_WORDS

WAYS = ["words", "rows", "planes"]


def search(way, bits, queries, k, where=None):
    """Return the distances and rows of the ``k`` nearest, found in one way where the codes allow it."""

    class OneWay(_flat_search.FlatSearch):
        def _fastest(self, n_queries, possible):
            return way if possible[way] else "words"

    return OneWay(np.packbits(bits, axis=1), np.packbits(queries, axis=1), where).knn(k, 1)


def sorted_neighbors(bits, queries, k):
    distances = (queries[:, None] != bits).sum(axis=2)
    rows = distances.argsort(axis=1, kind="stable")[:, :k]
    return np.take_along_axis(distances, rows, axis=1), rows


def make_bits(rng, n, n_bits, clustered):
    bits = rng.integers(0, 2, (n, n_bits), dtype=np.uint8)
    return bits[rng.integers(0, min(n, 3), n)] ^ (rng.random(bits.shape) < 0.05) if clustered else bits


@pytest.mark.parametrize("way", WAYS)
@settings(deadline=None, max_examples=40)
@given(
    n_bits=st.sampled_from([20, 32, 64, 100, 128, 192, 256]),
    n=st.integers(1, 900),
    n_queries=st.integers(1, 20),
    clustered=st.booleans(),
    seed=st.integers(0, 2**32),
    data=st.data(),
)
def test_xor_and_permuted_bits(way, n_bits, n, n_queries, clustered, seed, data):
    rng = np.random.default_rng(seed)
    bits = make_bits(rng, n + n_queries, n_bits, clustered)
    k = data.draw(st.integers(1, n), "k")
    mask, order = rng.integers(0, 2, n_bits, dtype=np.uint8), rng.permutation(n_bits)
    expected = sorted_neighbors(bits[:n], bits[n:], k)
    for changed in (bits, bits ^ mask, bits[:, order]):
        assert_array_equal(search(way, changed[:n], changed[n:], k), expected)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n_bits", [32, 64, 128, 256])
def test_every_bit_counts(way, n_bits):
    # One code differs in bit b alone, row 0 in two bits: a scan that overlooks a bit finds another order.
    bits = np.concatenate([np.zeros((1, n_bits), np.uint8), np.eye(n_bits, dtype=np.uint8)])
    bits[0, :2] = 1
    distances, rows = search(way, bits, np.zeros((17, n_bits), np.uint8), n_bits + 1)
    assert_array_equal(distances, [[*[1] * n_bits, 2]] * 17)
    assert_array_equal(rows, [[*range(1, n_bits + 1), 0]] * 17)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n_bits", [32, 64, 128, 256])
def test_distances_from_zero_to_all_bits(way, n_bits):
    bits = np.tril(np.ones((n_bits + 1, n_bits), np.uint8), -1)[::-1]  # the farthest first
    queries = np.repeat([[0], [1]], 9, axis=0).astype(np.uint8).repeat(n_bits, axis=1)
    for k in (1, 2, n_bits // 2, n_bits + 1):
        assert_array_equal(search(way, bits, queries, k), sorted_neighbors(bits, queries, k))


@pytest.mark.parametrize(
    ("n_bits", "native", "few", "many"),
    [
        (16, False, "words", "words"),
        (32, False, "words", "planes"),
        (64, False, "words", "planes"),
        (64, True, "words", "words"),
        (128, False, "rows", "planes"),
        (128, True, "rows", "words"),
        (64 * MOST_PLANE_WORDS, False, "rows", "planes"),
        (64 * MOST_PLANE_WORDS + 64, False, "rows", "words"),
        (100, False, "words", "planes"),
    ],
)
def test_way_follows_processor_width_and_number_of_queries(monkeypatch, n_bits, native, few, many):
    monkeypatch.setattr(_flat_search, "counts_bits_of_vectors", lambda: native)
    codes = np.zeros((5, -(-n_bits // 8)), np.uint8)
    scan = _flat_search.FlatSearch(codes, codes[:1], None)
    assert [scan._fastest(m, scan._possible()) for m in (1, 100)] == [few, many]


@pytest.mark.parametrize(
    ("target", "expected"),
    [({"NUMBA_CPU_NAME": "generic"}, False), ({"NUMBA_CPU_FEATURES": "+avx2,+avx512vpopcntdq"}, True)],
)
def test_native_count_is_that_of_the_compiler_target(target, expected):
    code = "from sklearn_hash._hamming._target import counts_bits_of_vectors as native; print(native())"
    found = subprocess.run([sys.executable, "-c", code], env=os.environ | target, capture_output=True, text=True)
    assert found.stdout.strip() == str(expected), found.stderr


ON_TARGET = """
import numpy as np
from test_ways import WAYS, make_bits, search, sorted_neighbors
from sklearn_hash._hamming import MultiIndex, PrunedIndex
rng = np.random.default_rng(0)
for n_bits in (64, 128):
    bits = make_bits(rng, 1100, n_bits, True)
    expected = sorted_neighbors(bits[100:], bits[:100], 10)
    for way in WAYS:
        np.testing.assert_array_equal(search(way, bits[100:], bits[:100], 10), expected)
packed = np.packbits(bits[:, :64], axis=1)
inside = (bits[:100, None, :64] != bits[100:, :64]).sum(axis=2) <= 3
for index in (PrunedIndex, MultiIndex):
    indptr, _, rows = index(packed[100:], 64).radius(packed[:100], 3)
    assert indptr[-1] == inside.sum() and inside[np.repeat(np.arange(100), np.diff(indptr)), rows].all()
found = PrunedIndex(packed[100:], 64).knn(packed[:100], 10)
np.testing.assert_array_equal(found, sorted_neighbors(bits[100:, :64], bits[:100, :64], 10))
"""


def test_portable_code_for_a_processor_without_extensions():
    environment = os.environ | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    subprocess.run([sys.executable, "-c", ON_TARGET], env=environment, check=True, cwd=Path(__file__).parent)
