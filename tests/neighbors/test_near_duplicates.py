"""Near-duplicates against brute force, scipy's components, and scikit-learn's checks for clusterers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import DBSCAN
from sklearn.utils.estimator_checks import check_param_validation, parametrize_with_checks

from sklearn_hash import HammingNeighbors, NearDuplicates
from sklearn_hash.codes import pack_codes
from sklearn_hash.neighbors import near_duplicates


@st.composite
def cases(draw):
    """Codes in few clusters, many of them equal, and a radius."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, n_bits = draw(st.integers(1, 100)), draw(st.sampled_from([1, 7, 16, 64, 96]))
    centres = rng.integers(0, 2, (draw(st.integers(1, 10)), n_bits))
    flipped = rng.random((n, n_bits)) < draw(st.sampled_from([0.0, 0.02, 0.1]))
    return (centres[rng.integers(0, len(centres), n)] ^ flipped).astype(np.uint8), draw(st.integers(0, n_bits + 1))


def all_distances(bits):
    return (bits[:, None] != bits).sum(axis=2)


@given(case=cases(), n_jobs=st.sampled_from([None, 2]))
@settings(deadline=None, max_examples=100)
def test_components(case, n_jobs):
    bits, radius = case
    labels, kept = near_duplicates(bits, radius, n_jobs=n_jobs)
    dbscan = DBSCAN(eps=radius + 0.5, min_samples=1, metric="precomputed").fit(all_distances(bits))
    np.testing.assert_array_equal(labels, dbscan.labels_)
    np.testing.assert_array_equal(kept, np.unique(labels, return_index=True)[1])


@given(case=cases())
@settings(deadline=None, max_examples=100)
def test_leader_groups(case):
    bits, radius = case
    labels, kept = near_duplicates(bits, radius, method="leader")
    distances, expected = all_distances(bits), []
    for row in range(len(bits)):
        if not any(distances[row, leader] <= radius for leader in expected):
            expected.append(row)
    np.testing.assert_array_equal(kept, expected)
    np.testing.assert_array_equal(labels, (distances[:, kept] <= radius).argmax(axis=1))


@given(case=cases())
@settings(deadline=None, max_examples=100)
def test_graph_of_the_pairs(case):
    bits, radius = case
    labels, _, graph = near_duplicates(bits, radius, return_graph=True)
    distances = all_distances(bits)
    near = (distances <= radius) & ~np.eye(len(bits), dtype=bool)
    coo = graph.tocoo()
    np.testing.assert_array_equal([coo.row, coo.col], np.nonzero(near))
    np.testing.assert_array_equal(coo.data, distances[near])
    np.testing.assert_array_equal(connected_components(near)[1], labels)


def test_graph_is_that_of_the_neighbors():
    bits = np.random.default_rng(0).integers(0, 2, (200, 16))
    graph = near_duplicates(bits, 3, return_graph=True)[2]
    expected = HammingNeighbors(radius=3).fit(bits).radius_neighbors_graph(mode="distance")
    expected.sort_indices()
    assert type(graph) is type(expected)
    assert graph.dtype == expected.dtype
    for part in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(graph, part), getattr(expected, part))


@pytest.mark.parametrize("method", ["components", "leader"])
def test_every_form_of_codes_gives_the_same_groups(method):
    bits = np.random.default_rng(0).integers(0, 2, (60, 12), dtype=np.uint8)
    expected = near_duplicates(bits, 3, method=method)
    for codes, options in [
        (2.0 * bits - 1, {}),
        (bits.tolist(), {}),
        (pack_codes(bits), {"packed": True, "n_bits": 12}),
    ]:
        found = near_duplicates(codes, 3.7, method=method, **options)
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])
        estimator = NearDuplicates(3, method=method, **options).fit(codes)
        np.testing.assert_array_equal(estimator.labels_, expected[0])
        np.testing.assert_array_equal(estimator.kept_indices_, expected[1])
        assert estimator.n_bits_ == 12


def test_components_chain_and_leader_groups_do_not():
    chain = np.tri(9, 8, -1, dtype=np.uint8)  # every code one bit from the next
    assert near_duplicates(chain, 2)[1].tolist() == [0]
    assert near_duplicates(chain, 2, method="leader")[1].tolist() == [0, 3, 6]


def test_an_endless_radius_makes_one_group():
    assert near_duplicates(np.eye(5), np.inf)[1].tolist() == [0]


def test_progress_bar(capsys):
    codes = np.random.default_rng(0).integers(0, 2, (50, 16))
    near_duplicates(codes, 1)
    assert capsys.readouterr().err == ""
    near_duplicates(codes, 1, verbose=1)
    assert "code" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"radius": -1}, "radius"),
        ({"radius": 1, "method": "chain"}, "method"),
        ({"radius": 1, "packed": True}, "must be a uint8 array"),
        ({"radius": 1, "n_bits": 9}, "n_bits=9"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        near_duplicates(np.zeros((3, 8)), **arguments)


def test_no_codes_are_refused():
    with pytest.raises(ValueError, match="at least one code"):
        near_duplicates(np.empty((0, 8)), 1)


# Of two columns, four codes remain: radius 0 tells them apart.
@parametrize_with_checks([NearDuplicates(radius=0), NearDuplicates(radius=0, method="leader", n_jobs=2)])
def test_estimator_checks(estimator, check):
    check(estimator)


def test_parameter_validation():
    check_param_validation("NearDuplicates", NearDuplicates())
