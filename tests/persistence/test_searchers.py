"""Searchers: rows, ids, labels and vectors of every kind come back, and appending and removing go on from there."""

from uuid import UUID

import numpy as np
import pytest
from scipy import sparse
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hash
from sklearn_hash import HammingNeighbors, ITQHasher, LSHHasher, RerankedNeighbors
from tests.persistence.conftest import make_hasher
from tests.persistence.test_round_trip import assert_equal, round_trip

CODES = np.random.default_rng(0).integers(2, size=(50, 13), dtype=np.uint8)

IDS = {
    "row numbers": None,
    "integers": list(range(100, 0, -2)),
    "negative": list(range(-50, 0)),
    "texts": [f"row {i} ü" for i in range(50)],
    "large integers": [2**70 + i for i in range(50)],
    "UUIDs": [UUID(int=i) for i in range(50)],
    "some of each": [*range(20), *[f"row {i}" for i in range(20)], *[UUID(int=i) for i in range(10)]],
    "tuples": [("a", i) for i in range(50)],
}


@pytest.mark.parametrize("name", IDS)
def test_ids(name, tmp_path):
    search = HammingNeighbors(n_neighbors=4).fit(CODES, ids=IDS[name])
    loaded = round_trip(search, tmp_path / "file")
    assert_equal(loaded.ids_, search.ids_)
    assert_equal(loaded.kneighbors(CODES), search.kneighbors(CODES))
    assert_equal(loaded.radius_neighbors(CODES[:1], 3)[0][0], search.radius_neighbors(CODES[:1], 3)[0][0])


def test_ids_without_a_form_are_refused_by_name(tmp_path):
    from datetime import date

    search = HammingNeighbors().fit(CODES, ids=[date(2020, 1, 1 + i % 28).replace(year=2000 + i) for i in range(50)])
    with pytest.raises(ValueError, match=r"ids\.0 is an object of datetime\.date"):
        sklearn_hash.save(search, tmp_path / "file")


@pytest.mark.parametrize(
    "labels",
    [
        np.arange(50) % 3,
        np.array(["a", "b"])[np.arange(50) % 2],
        np.array(["a", "b"], dtype=object)[np.arange(50) % 2],
        np.eye(5, dtype=int)[np.arange(50) % 5],
        sparse.csr_matrix(np.eye(5)[np.arange(50) % 5]),
        sparse.csr_array(np.eye(5)[np.arange(50) % 5]),
        (np.arange(50) % 2).astype(bool),
    ],
    ids=["numbers", "texts", "objects", "indicator", "sparse matrix", "sparse array", "booleans"],
)
def test_labels(labels, tmp_path):
    search = HammingNeighbors().fit(CODES, labels)
    loaded = round_trip(search, tmp_path / "file")
    assert type(loaded.labels_) is type(search.labels_)
    assert loaded.labels_.dtype == search.labels_.dtype
    assert (loaded.labels_ != search.labels_).sum() == 0
    assert loaded.score(CODES, labels) == search.score(CODES, labels)


def test_removed_rows_are_left_out_and_ids_are_not_given_twice(tmp_path):
    search = HammingNeighbors(n_neighbors=3).fit(CODES).remove([0, 7, 49])
    loaded = round_trip(search, tmp_path / "file")
    assert loaded.n_samples_fit_ == 47
    for each in (search, loaded):
        each.partial_fit(CODES[:2])
    assert loaded.ids_[-2:].tolist() == [50, 51]
    assert_equal(loaded.kneighbors(CODES), search.kneighbors(CODES))
    loaded.remove(loaded.ids_)
    assert round_trip(loaded, tmp_path / "file").n_samples_fit_ == 0


@pytest.mark.parametrize("algorithm", ["auto", "flat", "pruned", "multi_index"])
def test_algorithms_and_packed_codes(algorithm, tmp_path):
    packed = np.packbits(CODES, axis=1)
    search = HammingNeighbors(3, np.inf, algorithm, packed=True, n_bits=13, n_jobs=2).fit(packed)
    loaded = round_trip(search, tmp_path / "file")
    assert loaded.get_params() == search.get_params()
    assert_equal(loaded.kneighbors(packed), search.kneighbors(packed))


def test_memory_maps_are_written_from_their_file(tmp_path):
    np.save(tmp_path / "codes.npy", np.packbits(CODES, axis=1))
    mapped = np.load(tmp_path / "codes.npy", mmap_mode="r")
    search = HammingNeighbors(algorithm="flat", packed=True).fit(mapped)
    loaded = round_trip(search, tmp_path / "file")
    assert_equal(loaded.kneighbors(mapped), search.kneighbors(mapped))


@pytest.fixture(scope="module")
def vectors():
    return np.random.default_rng(1).standard_normal((60, 10)).astype(np.float32)


def assert_same_search(loaded, search, X):
    assert_equal(loaded.kneighbors(X), search.kneighbors(X))
    assert_equal(loaded.ids_, search.ids_)
    assert loaded.nbytes_per_row_ == search.nbytes_per_row_


@pytest.mark.parametrize("kept", ["given", "float32", "float16", "int8", None])
@pytest.mark.parametrize("metric", ["cosine", "euclidean", "inner_product"])
def test_reranked_searchers(kept, metric, vectors, tmp_path):
    hasher = make_pipeline(StandardScaler(), ITQHasher(8, random_state=0))
    search = RerankedNeighbors(hasher, 3, oversample=2, metric=metric, vectors=kept, random_state=0).fit(vectors)
    loaded = round_trip(search, tmp_path / "file")
    assert_same_search(loaded, search, vectors[:20])
    for each in (loaded, search):
        each.partial_fit(vectors[:5] + 0.5).remove([1, 3, 8])
    assert_same_search(loaded, search, vectors[:20])
    assert_same_search(round_trip(search, tmp_path / "file"), search, vectors[:20])
    assert_same_search(loaded.fit(vectors), search.fit(vectors), vectors[:20])


def test_reranked_searchers_with_deep_and_frozen_hashers(digits, tmp_path):
    X, y = digits
    for hasher in (make_hasher("DHNHasher"), FrozenEstimator(make_hasher("DHNHasher").fit(X, y))):
        search = RerankedNeighbors(hasher, 3, random_state=0).fit(X, y, ids=[f"row {i}" for i in range(len(X))])
        loaded = round_trip(search, tmp_path / "file")
        assert_same_search(loaded, search, X[:20])
    assert loaded.hasher_ is loaded.hasher
    n_weights = sum(tensor.numel() for tensor in hasher.net_.module_.state_dict().values())
    assert (tmp_path / "file").stat().st_size < X.nbytes + 8 * n_weights + 20_000  # the hasher is there once


def test_reranked_searchers_of_mapped_files(vectors, tmp_path):
    np.save(tmp_path / "vectors.npy", vectors)
    search = RerankedNeighbors(LSHHasher(8, random_state=0), 3).fit(str(tmp_path / "vectors.npy"))
    loaded = round_trip(search, tmp_path / "file")
    (tmp_path / "vectors.npy").unlink()
    assert_same_search(loaded, search, vectors[:20])
    search.remove(range(0, 40))
    assert_same_search(round_trip(search, tmp_path / "file"), search, vectors[:20])
