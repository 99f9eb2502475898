"""``pad=True``: as many neighbours as there are, against a stable sort and faiss."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors
from sklearn_hash.codes import pack_codes

ALGORITHMS = ["auto", "flat", "pruned", "multi_index"]
N_BITS = 10


@settings(deadline=None, max_examples=80)
@given(data=st.data(), algorithm=st.sampled_from(ALGORITHMS), itself=st.booleans(), named=st.booleans())
def test_first_the_neighbors_then_padding(data, algorithm, itself, named):
    n, k = data.draw(st.integers(1, 8), "n"), data.draw(st.integers(1, 12), "k")
    bits = np.random.default_rng(data.draw(st.integers(0, 99), "seed")).integers(0, 2, (n + 3, N_BITS), dtype=np.uint8)
    gone = data.draw(st.lists(st.integers(0, n - 1), unique=True), "removed")
    kept = np.setdiff1d(np.arange(n), gone)
    where = np.array(data.draw(st.lists(st.booleans(), min_size=len(kept), max_size=len(kept)), "where"), dtype=bool)
    names = [f"row {row}" for row in range(n)] if named else list(range(n))
    search = HammingNeighbors(algorithm=algorithm).fit(bits[:n], ids=names).remove([names[row] for row in gone])

    queries = kept if itself else np.arange(n, n + 3)
    found = search.kneighbors(None if itself else bits[queries], k, where=where, pad=True)
    assert found[0].shape == found[1].shape == (len(queries), k)
    for query, distances, ids in zip(queries, *found, strict=True):
        candidates = [row for row in kept[where] if row != query]
        expected = sorted(((bits[query] != bits[row]).sum(), row) for row in candidates)[:k]
        n_padded = k - len(expected)
        assert distances.tolist() == [distance for distance, _ in expected] + [N_BITS + 1] * n_padded
        assert ids.tolist() == [names[row] for _, row in expected] + [None if named else -1] * n_padded
    assert found[0].dtype == np.int32
    assert found[1].dtype == (object if named else np.int64)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_nothing_is_padded_where_rows_suffice(algorithm):
    bits = np.random.default_rng(0).integers(0, 2, (50, N_BITS), dtype=np.uint8)
    search = HammingNeighbors(algorithm=algorithm).fit(bits)
    assert_array_equal(search.kneighbors(bits, 50, pad=True), search.kneighbors(bits, 50))
    assert_array_equal(search.kneighbors(n_neighbors=49, pad=True), search.kneighbors(n_neighbors=49))


def test_ids_as_faiss_pads_them():
    faiss = pytest.importorskip("faiss")
    codes = pack_codes(np.random.default_rng(0).integers(0, 2, (5, 64)))
    reference = faiss.IndexBinaryFlat(64)
    reference.add(codes)
    distances, ids = HammingNeighbors(packed=True).fit(codes).kneighbors(codes, 8, pad=True)
    expected_distances, expected = reference.search(codes, 8)
    assert_array_equal(ids < 0, expected < 0)
    assert_array_equal(distances[:, :5], expected_distances[:, :5])


def test_emptied_by_removal():
    search = HammingNeighbors(2).fit([[0, 1], [1, 1]], ids=["a", "b"]).remove(["a", "b"])
    distances, ids = search.kneighbors([[0, 1]], pad=True)
    assert distances.tolist() == [[3, 3]]
    assert ids.tolist() == [[None, None]]
    assert search.kneighbors(pad=True)[1].shape == (0, 2)


def test_the_error_without_it_names_it():
    with pytest.raises(ValueError, match="pass pad=True to kneighbors for as many as there are"):
        HammingNeighbors().fit([[0, 1], [1, 1]]).kneighbors([[0, 1]])
