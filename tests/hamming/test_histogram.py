"""Histograms of distances against numpy's bincount, and merged columns against numpy's unique."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hash._hamming import _distinct, distance_histograms
from sklearn_hash._hamming._distinct import as_words, distinct_columns, distinct_with_inverse


def by_bincount(query, codes, weights, n_bits):
    distances = np.bitwise_count(codes ^ query[:, None]).sum(axis=0, dtype=np.int64)
    return np.bincount(distances, weights, minlength=n_bits + 1)


def random_words(rng, n_words, n):
    """Return columns near one of a few centres, so that distances repeat."""
    noise = rng.integers(0, 2**64, (3, n_words, n), dtype=np.uint64)
    return rng.integers(0, 2**64, (n_words, 1), dtype=np.uint64) ^ (noise[0] & noise[1] & noise[2])


# Few codes and many take different tables; 64 bits against 20,000 codes is the first of the larger kind.
@pytest.mark.parametrize("n_codes", [0, 1, 2047, 2048, 2049, 20_000])
@pytest.mark.parametrize("n_words", [1, 2, 5])
@pytest.mark.parametrize("n_queries", [1, 2, 17])
def test_equals_bincount(n_codes, n_words, n_queries):
    rng = np.random.default_rng(n_codes + n_words)
    queries, codes = random_words(rng, n_words, n_queries), random_words(rng, n_words, n_codes)
    weights = rng.integers(1, 1000, n_codes)
    n_bits = 64 * n_words
    expected = [by_bincount(query, codes, weights, n_bits) for query in queries.T]
    for n_jobs in (1, 2):
        histograms = distance_histograms(queries, codes, weights, n_bits, n_jobs=n_jobs)
        np.testing.assert_array_equal(histograms[:, 0], expected)


@pytest.mark.parametrize("n_codes", [3000, 5000])  # of 16 bits and two kinds: either side of the larger table
@pytest.mark.parametrize("n_mark_words", [1, 3])
def test_marks_split_the_counts(n_codes, n_mark_words):
    rng = np.random.default_rng(n_codes)
    queries, codes = (rng.integers(0, 2**16, (1, n), dtype=np.uint64) for n in (5, n_codes))
    query_marks, marks = (np.uint64(1) << rng.integers(0, 8, (n_mark_words, n), dtype=np.uint64) for n in (5, n_codes))
    query_marks[:, 0] = 0
    weights = rng.integers(1, 5, n_codes)
    histograms = distance_histograms(queries, codes, weights, 16, query_marks=query_marks, marks=marks)
    for query, mark, histogram in zip(queries.T, query_marks.T, histograms, strict=True):
        shared = (marks & mark[:, None]).any(axis=0)
        for kind, chosen in enumerate((~shared, shared)):
            expected = by_bincount(query, codes[:, chosen], weights[chosen], 16)
            np.testing.assert_array_equal(histogram[kind], expected)


@pytest.mark.parametrize("n_codes", [3000, 30_000])  # either side of the larger table
@pytest.mark.parametrize("n_kinds", [2, 3, 5, 9])  # no code shares more than 6 marks
def test_counts_by_the_number_of_shared_marks(n_codes, n_kinds):
    rng = np.random.default_rng(n_codes)
    queries, codes = (rng.integers(0, 2**8, (1, n), dtype=np.uint64) for n in (5, n_codes))
    query_marks, marks = (rng.integers(0, 2**3, (2, n), dtype=np.uint64) for n in (5, n_codes))
    weights = rng.integers(1, 5, n_codes)
    histograms = distance_histograms(queries, codes, weights, 8, query_marks=query_marks, marks=marks, n_kinds=n_kinds)
    assert histograms.shape == (5, n_kinds, 9)
    for query, mark, histogram in zip(queries.T, query_marks.T, histograms, strict=True):
        shared = np.minimum(np.bitwise_count(marks & mark[:, None]).sum(axis=0), n_kinds - 1)
        expected = [by_bincount(query, codes[:, shared == s], weights[shared == s], 8) for s in range(n_kinds)]
        np.testing.assert_array_equal(histogram, expected)


def test_counts_beyond_32_bits():
    codes = np.zeros((1, 20_000), dtype=np.uint64)
    weights = np.full(20_000, 2**30)
    histogram = distance_histograms(codes[:, :2], codes, weights, 64)
    assert histogram[:, 0, 0].tolist() == [20_000 * 2**30] * 2


@given(seed=st.integers(0, 2**32 - 1), n_bytes=st.integers(1, 20), n=st.integers(1, 60), collide=st.booleans())
@settings(deadline=None, max_examples=60)
def test_merged_columns_stand_for_all_columns(seed, n_bytes, n, collide):
    """Columns with colliding keys may not be merged, but none is lost or mixed with another."""
    rng = np.random.default_rng(seed)
    packed = rng.integers(0, 2, (n, n_bytes), dtype=np.uint8)
    words = as_words(packed)
    with pytest.MonkeyPatch.context() as patch:
        if collide:
            patch.setattr(_distinct, "_keys", lambda words: np.zeros(words.shape[1], np.uint64))
        distinct, weights = distinct_columns(words)
        columns, inverse = distinct_with_inverse(words)
    np.testing.assert_array_equal(columns[:, inverse], words)
    expected, counts = np.unique(words, axis=1, return_counts=True)
    found, group = np.unique(distinct, axis=1, return_inverse=True)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.bincount(group.ravel(), weights), counts)
    if not collide:
        assert distinct.shape == expected.shape == columns.shape


def test_words_keep_every_bit_apart():
    packed = np.eye(72, dtype=np.uint8)
    words = as_words(np.packbits(packed, axis=1))
    assert words.shape == (2, 72)
    assert np.bitwise_count(words).sum(axis=0).tolist() == [1] * 72
    assert len(np.unique(words, axis=1).T) == 72
