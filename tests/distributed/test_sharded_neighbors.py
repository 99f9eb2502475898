"""Search in shards gives what HammingNeighbors gives for all codes."""

import numpy as np
import pytest

from sklearn_hash import HammingNeighbors
from sklearn_hash.distributed import ShardedHammingNeighbors, write_parts
from sklearn_hash.neighbors import near_duplicates

da = pytest.importorskip("dask.array")

RNG = np.random.default_rng(0)
# codes around a few centres, with repeats: ties at every distance
CODES = (RNG.integers(0, 256, (9, 3), dtype=np.uint8)[RNG.integers(0, 9, 400)]) ^ (
    RNG.integers(0, 2, (400, 3), dtype=np.uint8) << RNG.integers(0, 8, (400, 3), dtype=np.uint8)
)
QUERIES = CODES[::23] ^ np.uint8(1)
DIVISIONS = [(400,), (200, 200), (1, 399), (0, 400), (100, 0, 250, 50), (133, 133, 134), (50,) * 8]


def sharded(chunks=(100,) * 4, **params):
    return ShardedHammingNeighbors(**params).fit(da.from_array(CODES, chunks=(chunks, -1)))


@pytest.fixture(scope="module")
def whole():
    return HammingNeighbors(packed=True, n_bits=24).fit(CODES)


@pytest.mark.parametrize("chunks", DIVISIONS)
@pytest.mark.parametrize("algorithm", ["flat", "pruned"])
def test_nearest_neighbors(chunks, algorithm, whole):
    search = sharded(chunks, algorithm=algorithm)
    for k in (1, 7, 400):
        for got, expected in zip(search.kneighbors(QUERIES, k), whole.kneighbors(QUERIES, k), strict=True):
            np.testing.assert_array_equal(got, expected)
            assert got.dtype == expected.dtype


@pytest.mark.parametrize("chunks", DIVISIONS)
@pytest.mark.parametrize("radius", [0, 3, 24])
def test_radius_neighbors(chunks, radius, whole):
    distances, rows = sharded(chunks).radius_neighbors(QUERIES, radius)
    expected = whole.radius_neighbors(QUERIES, radius)
    for i in range(len(QUERIES)):
        np.testing.assert_array_equal(distances[i], expected[0][i])
        np.testing.assert_array_equal(rows[i], expected[1][i])


@pytest.mark.parametrize("chunks", DIVISIONS)
@pytest.mark.parametrize("radius", [0, 1, 2, 5])
def test_near_duplicates(chunks, radius):
    labels, kept = sharded(chunks).near_duplicates(radius)
    expected_labels, expected_kept = near_duplicates(CODES, radius, packed=True)
    np.testing.assert_array_equal(labels, expected_labels)
    np.testing.assert_array_equal(kept, expected_kept)


def test_folder_of_parts(tmp_path, whole):
    write_parts(da.from_array(CODES, chunks=(150, -1)), tmp_path)
    rows = ShardedHammingNeighbors(n_neighbors=4).fit(tmp_path).kneighbors(QUERIES, return_distance=False)
    np.testing.assert_array_equal(rows, whole.kneighbors(QUERIES, 4, return_distance=False))


def test_columns_in_chunks_and_odd_code_lengths():
    bits = np.random.default_rng(1).integers(0, 2, (90, 21))
    codes = np.packbits(bits, axis=1)
    search = ShardedHammingNeighbors(n_bits=21).fit(da.from_array(codes, chunks=(40, 2)))
    expected = HammingNeighbors().fit(bits).kneighbors(bits[:9])
    for got, wanted in zip(search.kneighbors(codes[:9]), expected, strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (CODES, TypeError, "X must be a dask array of packed codes.*got ndarray"),
        (da.zeros((4, 3)), ValueError, "X must be packed codes, uint8.*got float64"),
        (da.zeros((0, 3), dtype=np.uint8), ValueError, "with at least one row"),
        (da.from_array(CODES)[da.from_array(CODES[:, 0] > 9)], ValueError, "compute_chunk_sizes"),
    ],
)
def test_what_is_no_codes_is_refused(X, error, message):
    with pytest.raises(error, match=message):
        ShardedHammingNeighbors().fit(X)


def test_bad_queries_and_parameters():
    search = sharded()
    with pytest.raises(ValueError, match="n_neighbors must be from 1 to the 400 fitted rows; got 401"):
        search.kneighbors(QUERIES, 401)
    with pytest.raises(ValueError, match="radius must not be negative; got -1"):
        search.radius_neighbors(QUERIES, -1)
    with pytest.raises(ValueError, match="X must have 3 bytes"):
        search.kneighbors(QUERIES[:, :2])
    with pytest.raises(ValueError, match="X must have 1 bytes per code for n_bits=8; got 3"):
        sharded(n_bits=8)
    with pytest.raises(ValueError, match="'algorithm' parameter"):
        sharded(algorithm="fast")
