"""Vectors of RerankedNeighbors: forms that are kept, files and Arrow columns, appended and removed rows, pickles."""

import pickle
import tracemalloc

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator

from sklearn_hash import LSHHasher, RerankedNeighbors

RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 6)).astype(np.float32)
QUERIES = RNG.standard_normal((10, 6)).astype(np.float32)
HASHER = LSHHasher(16, random_state=0)


def exhaustive(**params):
    """A search that compares all vectors."""
    return RerankedNeighbors(HASHER, 5, oversample=200, metric="euclidean", **params)


def distances_to(vectors):
    """The five least distances of each query, and their rows."""
    distances = np.linalg.norm(QUERIES[:, None].astype(float) - vectors.astype(float), axis=2)
    rows = np.argsort(distances.round(9), axis=1, kind="stable")[:, :5]
    return np.take_along_axis(distances, rows, axis=1), rows


def check(search, vectors, queries=QUERIES):
    distances, ids = search.kneighbors(queries)
    expected, rows = distances_to(vectors)
    np.testing.assert_allclose(distances, expected, atol=1e-9)
    np.testing.assert_array_equal(ids, search.ids_[rows])


@pytest.fixture
def saved(tmp_path):
    """Path of a .npy file with the vectors."""
    np.save(tmp_path / "vectors.npy", X)
    return tmp_path / "vectors.npy"


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int8, np.uint8])
def test_vectors_as_given_are_not_copied(dtype):
    vectors = (10 * abs(X)).astype(dtype)
    search = exhaustive().fit(vectors)
    assert np.shares_memory(search._vectors._parts[0].vectors, vectors)
    assert search.nbytes_per_row_ == 2 + vectors.itemsize * 6
    check(search, vectors)


@pytest.mark.parametrize("dtype", [np.int64, bool, np.uint16])
def test_other_types_are_converted(dtype):
    vectors = (10 * X > 3).astype(dtype) * np.arange(1, 7).astype(dtype)
    check(exhaustive().fit(vectors), vectors)


@pytest.mark.parametrize(("vectors", "n_bytes"), [("float32", 4), ("float16", 2)])
def test_copies_in_another_type(vectors, n_bytes):
    given = X.astype(np.float64)
    search = exhaustive(vectors=vectors).fit(given)
    assert search.nbytes_per_row_ == 2 + 6 * n_bytes
    given[:] = 0
    check(search, X.astype(vectors))


def quantized(vectors, fitted):
    """Vectors rounded to 256 levels from the least to the largest value of each column of others."""
    low, high = fitted.min(axis=0).astype(float), fitted.max(axis=0).astype(float)
    step = np.where(high > low, (high - low) / 255, 1)
    return low + step * np.clip(np.round((vectors - low) / step), 0, 255)


def test_int8_rounds_to_the_levels_of_each_dimension():
    vectors = X * [1, 100, 0.01, 1, 1, 0] + [0, 0, 0, 50, -50, 7]
    search = exhaustive(vectors="int8").fit(vectors)
    assert search.nbytes_per_row_ == 2 + 6
    check(search, quantized(vectors, vectors))
    more = 2 * vectors[:20]
    search.partial_fit(more)
    check(search, np.concatenate([quantized(vectors, vectors), quantized(more, vectors)]))


def test_without_vectors_only_the_code_is_kept():
    search = exhaustive(vectors=None).fit(X)
    assert search.nbytes_per_row_ == 2
    assert len(pickle.dumps(search)) < 4000 + 200 * 2
    with pytest.raises(ValueError, match="X must be given with vectors=None"):
        search.kneighbors()


def test_values_beyond_half_precision_are_refused():
    with pytest.raises(ValueError, match=r"values up to 70000, too large for vectors='float16'"):
        exhaustive(vectors="float16").fit(np.where(X > 2, np.float32(70000), X))


@pytest.mark.parametrize("as_type", [str, lambda path: path], ids=["str", "Path"])
def test_file_by_its_path_is_mapped(saved, as_type):
    search = exhaustive().fit(as_type(saved))
    assert isinstance(search._vectors._parts[0].vectors.base, np.memmap)
    check(search, X)
    np.save(saved.parent / "queries.npy", QUERIES)
    check(search, X, saved.parent / "queries.npy")


def test_pickle_of_a_path_holds_the_path_only(tmp_path):
    many = RNG.standard_normal((20_000, 8)).astype(np.float32)
    np.save(tmp_path / "many.npy", many)
    search = RerankedNeighbors(HASHER, 5).fit(tmp_path / "many.npy")
    stored = pickle.dumps(search)
    assert len(stored) < many.nbytes / 8
    restored = pickle.loads(stored)
    for array, other in zip(restored.kneighbors(many[:9]), search.kneighbors(many[:9]), strict=True):
        np.testing.assert_array_equal(array, other)


@pytest.mark.parametrize("vectors", ["given", "float16", "int8"])
def test_pickle(vectors):
    search = exhaustive(vectors=vectors).fit(X, ids=[f"row {row}" for row in range(200)])
    restored = pickle.loads(pickle.dumps(search))
    for array, other in zip(restored.kneighbors(QUERIES), search.kneighbors(QUERIES), strict=True):
        np.testing.assert_array_equal(array, other)


def test_memory_map_is_read_in_blocks(tmp_path):
    many = np.lib.format.open_memmap(tmp_path / "many.npy", "w+", np.float32, (60_000, 64))
    many[:] = RNG.standard_normal((1, 64)) + np.arange(60_000)[:, None]
    frozen = FrozenEstimator(LSHHasher(16, random_state=0).fit(many[:500]))
    search = RerankedNeighbors(frozen, 3, metric="euclidean", asymmetric_oversample=1, oversample=2)
    search.fit(np.asarray(many[:50])).kneighbors(many[:2])  # imports and compiles
    tracemalloc.start()
    search.fit(tmp_path / "many.npy").kneighbors(many[:2])
    assert tracemalloc.get_traced_memory()[1] < many.nbytes / 1.5
    tracemalloc.stop()


@pytest.mark.parametrize("n_chunks", [1, 3])
def test_arrow_column(n_chunks):
    pa = pytest.importorskip("pyarrow")
    chunks = np.split(X, [0, 50, 51][-n_chunks + 1 :] if n_chunks > 1 else [])
    arrays = [pa.FixedSizeListArray.from_arrays(pa.array(chunk.ravel()), 6) for chunk in chunks]
    column = arrays[0] if n_chunks == 1 else pa.chunked_array(arrays)
    search = exhaustive().fit(column)
    check(search, X)
    first = np.asarray((column if n_chunks == 1 else column.chunk(0)).flatten().to_numpy(zero_copy_only=True))
    assert n_chunks > 1 or np.shares_memory(search._vectors._parts[0].vectors, first)
    check(exhaustive().fit(column[20:150]), X[20:150])
    check(exhaustive(vectors="int8").fit(column), quantized(X, X))
    assert exhaustive().fit(column, ids=np.arange(200) + 7).ids_[0] == 7


def test_arrow_file_is_mapped(tmp_path):
    feather = pytest.importorskip("pyarrow.feather")
    import pyarrow as pa

    column = pa.FixedSizeListArray.from_arrays(pa.array(X.astype(np.float16).ravel()), 6)
    feather.write_feather(
        pa.table({"embedding": column}), tmp_path / "x.arrow", compression="uncompressed", chunksize=64
    )
    allocated = pa.total_allocated_bytes()
    search = exhaustive().fit(feather.read_table(tmp_path / "x.arrow", memory_map=True)["embedding"])
    check(search, X.astype(np.float16))
    assert pa.total_allocated_bytes() == allocated


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda pa: pa.array([[1.0, 2.0], [3.0, 4.0]]), r"must be an Arrow column of fixed-size lists.*list<"),
        (lambda pa: pa.array([1.0, 2.0]), "must be an Arrow column of fixed-size lists.*double"),
        (lambda pa: pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2)), "with 1 nulls"),
        (lambda pa: pa.array([[1.0, None]], pa.list_(pa.float32(), 2)), "vectors hold nulls"),
        (lambda pa: pa.table({"x": [1.0]}), "must be an Arrow column of fixed-size lists.*got Table"),
    ],
)
def test_other_arrow_columns_are_refused(make, message):
    pa = pytest.importorskip("pyarrow")
    with pytest.raises(ValueError, match=message):
        exhaustive().fit(make(pa))


def test_files_that_cannot_be_mapped_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"got 'x.parquet'.*pyarrow.parquet.read_table"):
        exhaustive().fit(tmp_path / "x.parquet")
    np.save(tmp_path / "columns.npy", np.asfortranarray(X))
    with pytest.raises(ValueError, match=r"of shape \(200, 6\), not in C order"):
        exhaustive().fit(tmp_path / "columns.npy")
    np.save(tmp_path / "line.npy", X[0])
    with pytest.raises(ValueError, match=r"of shape \(6,\)"):
        exhaustive().fit(tmp_path / "line.npy")


@pytest.mark.parametrize("vectors", ["given", "float32", "int8"])
@pytest.mark.parametrize("mapped", [False, True])
def test_rows_appended_and_removed(vectors, mapped, saved):
    """The nearest ids are those of a search in the rows that should be left, after every change."""
    search = exhaustive(vectors=vectors).fit(saved if mapped else X)
    rows = quantized(X, X) if vectors == "int8" else X
    ids = np.arange(200)
    rng = np.random.default_rng(1)
    for step in range(12):
        if step % 3:
            more = rng.standard_normal((1 + 20 * (step % 2), 6)).astype(np.float32)
            rows = np.concatenate([rows, quantized(more, X) if vectors == "int8" else more])
            ids = np.concatenate([ids, search._rows._next_id + np.arange(len(more))])
            search.partial_fit(more)
        else:
            drop = rng.random(len(ids)) < 0.6
            search.remove(ids[drop])
            rows, ids = rows[~drop], ids[~drop]
        np.testing.assert_array_equal(search.ids_, ids)
        check(search, rows)
    mask = rng.random(len(ids)) < 0.5
    distances, found = search.kneighbors(QUERIES, where=mask)
    expected, nearest = distances_to(rows[mask])
    np.testing.assert_allclose(distances, expected, atol=1e-9)
    np.testing.assert_array_equal(found, ids[mask][nearest])


def test_few_parts_after_many_appends():
    search = exhaustive().fit(X)
    for row in QUERIES.repeat(20, axis=0):
        search.partial_fit(row[None])
    assert len(search._vectors._parts) < 12
    assert search.kneighbors(QUERIES[3:4])[1][0].tolist() == [260, 261, 262, 263, 264]


def test_appended_file_is_mapped(saved):
    search = exhaustive().fit(X).partial_fit(saved)
    assert isinstance(search._vectors._parts[1].vectors.base, np.memmap)
    assert search.kneighbors(X[:1], 2, return_distance=False).tolist() == [[0, 200]]


def test_nothing_is_appended_if_rows_are_refused():
    search = exhaustive().fit((10 * X).astype(np.int8), ids=np.arange(200) * 2)
    before = pickle.dumps(search)
    with pytest.raises(ValueError, match="X must be of the type of the rows given before, int8; got float32"):
        search.partial_fit(X)
    with pytest.raises(ValueError, match=r"ids must not be in use already; in use: \[4\]"):
        search.partial_fit((10 * X[:2]).astype(np.int8), ids=[4, 5])
    with pytest.raises(ValueError, match="NaN"):
        search.partial_fit(np.full((1, 6), np.nan))
    assert pickle.dumps(search) == before
    search.partial_fit(np.empty((0, 6)))
    assert search.n_samples_fit_ == 200


def test_fit_leaves_a_fitted_search_unchanged_if_it_fails():
    search = exhaustive().fit(X)
    with pytest.raises(ValueError, match="infinity"):
        search.fit(np.where(X > 2, np.inf, X))
    with pytest.raises(ValueError, match="ids must hold one id per row"):
        search.fit(X[:100], ids=[1, 2])
    check(search, X)
