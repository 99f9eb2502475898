"""Nearest neighbours of shards, merged, are those of all codes."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from sklearn_hash.distributed import local_topk, merge_topk


def brute_force(codes, queries, k):
    distances = cdist(np.unpackbits(queries, axis=1), np.unpackbits(codes, axis=1), "hamming") * codes.shape[1] * 8
    rows = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(distances, rows, axis=1).round().astype(int), rows


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_any_division_and_order_of_merging_gives_the_neighbors_of_all(data):
    n, n_bytes = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 3))
    # few values: many ties
    codes = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, 4, (n, n_bytes), dtype=np.uint8)
    cuts = sorted(data.draw(st.lists(st.integers(0, n), max_size=7)))
    k = data.draw(st.integers(1, n))
    bounds = [0, *cuts, n]
    parts = [local_topk(codes[a:b], codes[:5], k, offset=a) for a, b in itertools.pairwise(bounds)]
    while len(parts) > 1:
        i = data.draw(st.integers(0, len(parts) - 2))
        parts = [*parts[:i], merge_topk(parts[i : i + 2], k), *parts[i + 2 :]]
    distances, rows = brute_force(codes, codes[:5], k)
    np.testing.assert_array_equal(parts[0][0], distances)
    np.testing.assert_array_equal(parts[0][1], rows)


def test_codes_of_a_length_that_is_no_multiple_of_8():
    codes = np.packbits(np.eye(10, dtype=bool), axis=1)
    distances, rows = local_topk(codes, codes[3:4], 2, offset=100, n_bits=10)
    assert distances.tolist() == [[0, 2]]
    assert rows.tolist() == [[103, 100]]
