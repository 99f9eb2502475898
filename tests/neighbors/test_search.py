"""Results of searches against brute force and scikit-learn."""

import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array, csr_matrix, isspmatrix_csr
from scipy.spatial.distance import cdist
from sklearn import config_context
from sklearn.cluster import DBSCAN
from sklearn.neighbors import NearestNeighbors

from sklearn_hash import HammingNeighbors, _hamming
from sklearn_hash.codes import pack_codes, signs_from_codes

ALGORITHMS = ["auto", "flat", "pruned", "multi_index"]
N_BITS = 36


def distances_of(queries, database):
    return np.rint(cdist(queries, database, "hamming") * database.shape[1]).astype(int)


def clustered(n, n_bits=N_BITS, n_centres=6, seed=0):
    """Return codes around few centres, with many ties and duplicates."""
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 2, (n_centres, n_bits), dtype=np.uint8)
    return centres[rng.integers(0, n_centres, n)] ^ (rng.random((n, n_bits)) < 0.04).view(np.uint8)


@pytest.fixture(scope="module")
def database():
    return clustered(300)


@pytest.fixture(scope="module")
def queries():
    return np.vstack([clustered(30, seed=0)[:20], np.random.default_rng(1).integers(0, 2, (20, N_BITS))])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("n_neighbors", [1, 7, 300])
def test_kneighbors_are_a_stable_sort(algorithm, n_neighbors, database, queries):
    search = HammingNeighbors(algorithm=algorithm).fit(database)
    expected = distances_of(queries, database)
    order = np.argsort(expected, axis=1, kind="stable")[:, :n_neighbors]
    distances, rows = search.kneighbors(queries, n_neighbors)
    assert_array_equal(rows, order)
    assert_array_equal(distances, np.take_along_axis(expected, order, axis=1))
    assert distances.dtype == np.int32
    assert rows.dtype == np.int64
    assert_array_equal(search.kneighbors(queries, n_neighbors, return_distance=False), order)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("radius", [0, 2, 2.9, N_BITS, np.inf])
def test_radius_is_inclusive_and_sorted(algorithm, radius, database, queries):
    search = HammingNeighbors(radius=radius, algorithm=algorithm).fit(database)
    expected = distances_of(queries, database)
    distances, rows = search.radius_neighbors(queries)
    assert distances.shape == rows.shape == (len(queries),)
    for query, reference in enumerate(expected):
        order = np.argsort(reference, kind="stable")
        order = order[reference[order] <= radius]
        assert_array_equal(rows[query], order)
        assert_array_equal(distances[query], reference[order])
    assert distances[0].dtype == np.int32
    for found, again in zip(rows, search.radius_neighbors(queries, return_distance=False), strict=True):
        assert_array_equal(found, again)


def test_radius_neighbors_of_equal_counts_stay_one_array_per_query():
    distances, rows = HammingNeighbors(radius=0).fit([[0, 1], [0, 1]]).radius_neighbors([[0, 1], [0, 1]])
    assert distances.shape == rows.shape == (2,)
    assert_array_equal(rows[1], [0, 1])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_fitted_codes_leave_out_themselves_and_nothing_else(algorithm, database):
    codes = np.vstack([np.repeat(database[:1], 9, axis=0), database[:40]])  # more duplicates than neighbours
    search = HammingNeighbors(algorithm=algorithm).fit(codes)
    expected = distances_of(codes, codes)
    np.fill_diagonal(expected, N_BITS + 1)
    distances, rows = search.kneighbors(n_neighbors=4)
    order = np.argsort(expected, axis=1, kind="stable")[:, :4]
    assert_array_equal(rows, order)
    assert_array_equal(distances, np.take_along_axis(expected, order, axis=1))
    for itself, found in enumerate(search.radius_neighbors(radius=3, return_distance=False)):
        assert_array_equal(np.sort(found), np.flatnonzero(expected[itself] <= 3))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("itself", [True, False])
def test_where_restricts_the_neighbours(algorithm, itself, database, queries):
    where = np.random.default_rng(0).random(len(database)) < 0.3
    search = HammingNeighbors(algorithm=algorithm).fit(database)
    expected = distances_of(database if itself else queries, database)
    if itself:
        np.fill_diagonal(expected, 2 * N_BITS)
    expected[:, ~where] = 2 * N_BITS
    X = None if itself else queries
    n_neighbors = where.sum() - itself
    assert_array_equal(
        search.kneighbors(X, n_neighbors, where=where)[1],
        np.argsort(expected, axis=1, kind="stable")[:, :n_neighbors],
    )
    for query, found in enumerate(search.radius_neighbors(X, 4, where=where)[1]):
        assert_array_equal(np.sort(found), np.flatnonzero(expected[query] <= 4))


def test_where_may_exclude_every_row(database, queries):
    search = HammingNeighbors().fit(database)
    nothing = np.zeros(len(database), dtype=bool)
    assert [len(found) for found in search.radius_neighbors(queries[:2], where=nothing)[1]] == [0, 0]
    with pytest.raises(ValueError, match=r"n_neighbors = 5, rows allowed by where = 0"):
        search.kneighbors(queries[:2], where=nothing)


def test_bits_signs_and_real_values_give_the_same_results(database, queries):
    expected = HammingNeighbors().fit(database).kneighbors(queries)
    rng = np.random.default_rng(0)
    forms = [
        lambda bits: bits.astype(bool),
        signs_from_codes,
        lambda bits: np.where(bits > 0, rng.random(bits.shape) + 0.01, -rng.random(bits.shape)),
        lambda bits: bits.tolist(),
    ]
    for form in forms:
        found = HammingNeighbors().fit(form(database)).kneighbors(form(queries))
        assert_array_equal(found, expected)
    packed = HammingNeighbors(packed=True, n_bits=N_BITS).fit(pack_codes(database))
    assert_array_equal(packed.kneighbors(pack_codes(queries)), expected)
    assert packed.n_bits_ == N_BITS
    assert packed.n_features_in_ == 5


def test_packed_columns_of_any_memory_order(database, queries):
    expected = HammingNeighbors().fit(database).kneighbors(queries)
    packed = np.asfortranarray(pack_codes(database))
    search = HammingNeighbors(packed=True, n_bits=N_BITS).fit(packed[:, ::-1][:, ::-1])
    assert_array_equal(search.kneighbors(np.asfortranarray(pack_codes(queries))), expected)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_queries(algorithm, database):
    search = HammingNeighbors(algorithm=algorithm).fit(database)
    nothing = np.empty((0, N_BITS))
    distances, rows = search.kneighbors(nothing)
    assert distances.shape == rows.shape == (0, 5)
    assert search.radius_neighbors(nothing)[1].shape == (0,)
    assert search.transform(nothing).shape == search.radius_neighbors_graph(nothing).shape == (0, 300)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_database_emptied_by_removal(algorithm, database, queries):
    search = HammingNeighbors(algorithm=algorithm).fit(database).remove(np.arange(300))
    assert search.n_samples_fit_ == 0
    assert [len(found) for found in search.radius_neighbors(queries[:2])[0]] == [0, 0]
    assert search.radius_neighbors_graph(queries[:2]).shape == (2, 0)
    assert search.radius_neighbors(return_distance=False).shape == (0,)
    with pytest.raises(ValueError, match="n_neighbors = 5, n_samples_fit = 0, n_samples = 2"):
        search.kneighbors(queries[:2])
    assert_array_equal(search.partial_fit(database[:2]).ids_, [300, 301])
    assert_array_equal(search.kneighbors(database[:1], 1)[1], [[300]])


@pytest.mark.parametrize("itself", [True, False])
def test_graphs_agree_with_scikit_learn(itself, database, queries):
    radius, X = 3, None if itself else queries
    search = HammingNeighbors(4, radius).fit(database)
    reference = NearestNeighbors(n_neighbors=4, radius=(radius + 0.5) / N_BITS, metric="hamming").fit(database)
    within = search.radius_neighbors_graph(X)
    assert_array_equal(within.toarray(), reference.radius_neighbors_graph(X).toarray())
    weights = search.radius_neighbors_graph(X, mode="distance")
    expected = reference.radius_neighbors_graph(X, mode="distance")
    assert_array_equal(weights.toarray(), np.rint(expected.toarray() * N_BITS))
    nearest = search.kneighbors_graph(X, mode="distance")
    expected = np.sort(reference.kneighbors_graph(X, mode="distance").data.reshape(-1, 4), axis=1)
    assert_array_equal(nearest.data.reshape(-1, 4), np.rint(expected * N_BITS))
    assert_array_equal(search.kneighbors_graph(X).toarray().sum(axis=1), 4)


def test_graph_columns_are_rows_whatever_the_ids(database):
    search = HammingNeighbors(2).fit(database[:4], ids=[7, -3, 40, 5]).remove([-3])
    graph = search.kneighbors_graph(database[2:3], mode="distance")
    assert graph.shape == (1, 3)
    assert_array_equal(search.ids_[graph.indices], search.kneighbors(database[2:3], return_distance=False)[0])


def test_transform_keeps_one_neighbour_more_and_its_zeros(database):
    search = HammingNeighbors(3)
    graph = search.fit_transform(database)
    assert graph.shape == (300, 300)
    assert_array_equal(np.diff(graph.indptr), 4)
    assert_array_equal(graph.data[::4], 0)  # every code finds itself or a duplicate first


def test_sparse_interface_follows_the_configuration(database):
    search = HammingNeighbors().fit(database)
    assert isspmatrix_csr(search.transform(database[:2]))
    assert isinstance(search.radius_neighbors_graph(database[:2]), csr_matrix)
    with config_context(sparse_interface="sparray"):
        assert isinstance(search.transform(database[:2]), csr_array)


def test_dbscan_on_the_radius_graph(database):
    graph = HammingNeighbors(radius=2).fit(database).radius_neighbors_graph(database, mode="distance")
    found = DBSCAN(eps=2, min_samples=4, metric="precomputed").fit_predict(graph)
    expected = DBSCAN(eps=2.5 / N_BITS, min_samples=4, metric="hamming").fit_predict(database)
    assert_array_equal(found, expected)
    assert len(np.unique(expected)) > 3


@pytest.fixture(scope="module")
def spread():
    return np.random.default_rng(0).integers(0, 256, (30_000, 8), dtype=np.uint8)


@pytest.fixture(scope="module")
def crowded():
    return pack_codes(clustered(30_000, n_bits=64, n_centres=20))


def slow_down(monkeypatch, index):
    """Make nearest-neighbour searches of an index take at least 50 ms."""
    search = index.knn

    def knn(*args, **kwargs):
        time.sleep(0.05)
        return search(*args, **kwargs)

    monkeypatch.setattr(index, "knn", knn)


@pytest.mark.parametrize(("slower", "choice"), [("FlatIndex", "pruned"), ("PrunedIndex", "flat")])
def test_auto_takes_the_faster_on_clustered_codes(slower, choice, crowded, monkeypatch):
    monkeypatch.setattr(_hamming, "prunes_well", lambda packed, n_bits: True, raising=False)
    slow_down(monkeypatch, getattr(_hamming, slower))
    assert HammingNeighbors(packed=True).fit(crowded).algorithm_ == choice


def test_auto_never_groups_spread_codes(spread, monkeypatch):
    slow_down(monkeypatch, _hamming.FlatIndex)
    monkeypatch.setattr(_hamming, "PrunedIndex", None, raising=False)
    search = HammingNeighbors(packed=True).fit(spread)
    search.kneighbors(spread[:200])
    search.radius_neighbors(spread[:200])
    assert search.algorithm_ == "flat"


@pytest.mark.parametrize("codes", ["spread", "crowded"])
def test_auto_changes_nothing_but_speed(codes, request):
    codes = request.getfixturevalue(codes)
    search, flat = (HammingNeighbors(packed=True, algorithm=name).fit(codes) for name in ("auto", "flat"))
    for n_queries in (50, 150, 50):  # before, at and after the 100 queries after which auto probes
        queries = codes[:n_queries]
        assert_array_equal(search.kneighbors(queries), flat.kneighbors(queries))
        for radius in (2, 12):
            found, expected = (each.radius_neighbors_graph(queries, radius) for each in (search, flat))
            assert_array_equal(found.indptr, expected.indptr)
            assert_array_equal(found.indices, expected.indices)


def test_auto_scans_for_a_few_queries(crowded, monkeypatch):
    monkeypatch.setattr(_hamming, "PrunedIndex", None, raising=False)
    monkeypatch.setattr(_hamming, "MultiIndex", None, raising=False)
    search = HammingNeighbors(packed=True).fit(crowded)
    for _ in range(3):
        search.kneighbors(crowded[:10])
        search.radius_neighbors(crowded[:10])


def test_auto_probes_again_once_most_codes_are_new(spread, monkeypatch):
    probed = []
    monkeypatch.setattr(_hamming, "prunes_well", lambda packed, n_bits: probed.append(len(packed)), raising=False)
    search = HammingNeighbors(packed=True).fit(spread)
    for n_new in (0, 0, 20_000, 20_000, 10_000):
        assert search.partial_fit(spread[:n_new]).algorithm_ == "flat"
    assert probed == [30_000, 70_000]


@pytest.mark.parametrize("algorithm", ["flat", "pruned", "multi_index"])
def test_a_named_algorithm_is_the_one_used(algorithm, database):
    assert HammingNeighbors(algorithm=algorithm).fit(database).algorithm_ == algorithm


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_threads_change_nothing(algorithm):
    codes = pack_codes(clustered(5000, n_bits=64))
    one, two = (HammingNeighbors(packed=True, algorithm=algorithm, n_jobs=n).fit(codes) for n in (1, 2))
    assert_array_equal(one.kneighbors(codes[:100], 20), two.kneighbors(codes[:100], 20))
    assert (one.radius_neighbors_graph(codes[:100], 6) != two.radius_neighbors_graph(codes[:100], 6)).nnz == 0
