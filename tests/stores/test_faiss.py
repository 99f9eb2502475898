"""To faiss and back: faiss itself searches what we hand it, and the other way round."""

import gc

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors
from sklearn_hash.stores import from_faiss, to_faiss

faiss = pytest.importorskip("faiss")

RNG = np.random.default_rng(0)
BITS = RNG.integers(0, 2, (300, 45), dtype=np.uint8)
PACKED = np.packbits(BITS, axis=1)
IDS = RNG.permutation(10**12 + np.arange(300) * 7)


def same_neighbours(index, search, queries, k=12):
    """Distances are equal, and so are the ids but for the ties at the last distance, which faiss may cut elsewhere."""
    ours, our_ids = search.kneighbors(queries, k)
    theirs, their_ids = index.search(np.packbits(queries, axis=1), k)
    assert_array_equal(theirs, ours)
    for row in range(len(queries)):
        inner = ours[row] < ours[row, -1]
        assert set(their_ids[row][inner]) == set(our_ids[row][inner])


@pytest.mark.parametrize("ids", [None, IDS], ids=["rows", "ids"])
def test_faiss_finds_the_same(ids, tmp_path):
    search = HammingNeighbors().fit(BITS, ids=ids)
    index = to_faiss(search)
    gc.collect()  # the flat index must live as long as the map of ids around it
    same_neighbours(index, search, BITS[:20])
    faiss.write_index_binary(index, str(tmp_path / "index"))
    back = from_faiss(faiss.read_index_binary(str(tmp_path / "index")), n_bits=45, n_neighbors=4)
    assert back.n_bits_ == 45
    assert_array_equal(back.kneighbors(BITS[:20]), search.kneighbors(BITS[:20], 4))


def test_removed_rows_stay_away():
    search = HammingNeighbors().fit(BITS).remove(range(10, 200))
    index = to_faiss(search)
    assert index.ntotal == 110
    same_neighbours(index, search, BITS[:20])
    assert_array_equal(from_faiss(index).ids_, search.ids_)


def test_an_index_of_faiss_is_searched():
    flat = faiss.IndexBinaryFlat(48)
    flat.add(PACKED)
    for kind in (faiss.IndexBinaryIDMap, faiss.IndexBinaryIDMap2):
        index = kind(faiss.IndexBinaryFlat(48))
        index.add_with_ids(PACKED, IDS)
        assert_array_equal(from_faiss(index).ids_, IDS)
    search = from_faiss(flat)
    assert_array_equal(search.ids_, np.arange(300))
    flat.reset()
    assert_array_equal(search.packed_codes_, PACKED)


def test_refusals():
    with pytest.raises(ValueError, match="64-bit integers"):
        to_faiss(HammingNeighbors().fit(BITS[:2], ids=["a", "b"]))
    with pytest.raises(ValueError, match="IndexBinaryHNSW"):
        from_faiss(faiss.IndexBinaryHNSW(48, 4))
    index = faiss.IndexBinaryIDMap(faiss.IndexBinaryFlat(48))
    index.add_with_ids(np.full((2, 6), 255, np.uint8), np.array([1, 1]))
    with pytest.raises(ValueError, match="last 3 bits"):
        from_faiss(index, n_bits=45)
    with pytest.raises(ValueError, match="repeat"):
        from_faiss(index)
    with pytest.raises(ValueError, match="at least one code"):
        from_faiss(faiss.IndexBinaryFlat(48))
