"""Recall of true neighbours among candidates, compared with the probability of each row to be among them."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from sklearn_hash import LSHHasher, RerankedNeighbors
from sklearn_hash.plotting import NeighborRecallDisplay

RNG = np.random.default_rng(0)
X, QUERIES = RNG.standard_normal((80, 8)), RNG.standard_normal((15, 8))


@pytest.mark.parametrize("n_candidates", [[1, 6, 33, 80], 6])
@pytest.mark.parametrize("metric", ["cosine", "manhattan"])
def test_curve_is_the_expectation_over_the_orders_of_tied_rows(n_candidates, metric):
    line = NeighborRecallDisplay.from_codes(
        QUERIES[:, :5], QUERIES, X[:, :5], X, n_neighbors=4, n_candidates=n_candidates, metric=metric
    ).line_
    np.testing.assert_array_equal(line.get_xdata(), np.atleast_1d(n_candidates))
    true = NearestNeighbors(n_neighbors=4, algorithm="brute", metric=metric).fit(X).kneighbors(QUERIES)[1]
    distances = ((QUERIES[:, None, :5] > 0) != (X[:, :5] > 0)).sum(axis=2)
    nearer = (distances[:, :, None] > distances[:, None, :]).sum(axis=2)
    tied = (distances[:, :, None] == distances[:, None, :]).sum(axis=2)
    probability = [np.clip((n - nearer) / tied, 0, 1) for n in np.atleast_1d(n_candidates)]
    expected = [np.take_along_axis(each, true, axis=1).mean() for each in probability]
    np.testing.assert_allclose(line.get_ydata(), expected, atol=1e-12)


def test_curve_is_the_recall_of_a_search_that_reranks():
    hasher = LSHHasher(12, random_state=0).fit(X)
    curve = NeighborRecallDisplay.from_estimator(hasher, QUERIES, X, n_neighbors=5, n_candidates=[15], ties="index")
    search = RerankedNeighbors(LSHHasher(12, random_state=0), 5, oversample=3, asymmetric_oversample=1).fit(X)
    true = NearestNeighbors(n_neighbors=5, algorithm="brute", metric="cosine").fit(X).kneighbors(QUERIES)[1]
    found = search.kneighbors(QUERIES, return_distance=False)
    assert curve.recall[0] == pytest.approx((found[:, :, None] == true[:, None]).any(axis=2).mean())


@pytest.mark.parametrize(
    ("n_queries", "n_database", "ends"), [(20, 60, (10, 60)), (20, None, (10, 19)), (1500, None, (10, 1000))]
)
def test_default_candidates_end_at_the_size_of_the_database_or_1000(n_queries, n_database, ends):
    data = [RNG.standard_normal((n, 3)) for n in (n_queries, n_database) if n for _ in range(2)]
    n_candidates = NeighborRecallDisplay.from_codes(*data).n_candidates
    assert (n_candidates[0], n_candidates[-1]) == ends
    assert (np.diff(n_candidates) > 0).all()


def test_axis_of_candidates_is_logarithmic_and_names_the_neighbours():
    ax = NeighborRecallDisplay.from_codes(X, X, n_neighbors=3).ax_
    assert ax.get_xscale() == "log"
    assert ax.get_ylabel() == "Recall of the 3 true neighbours"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_candidates": [0]}, "n_candidates must hold positive integers"),
        ({"n_neighbors": 80}, "n_neighbors must be at most 79"),
        ({"X_query": X[1:]}, "X_query must have 80 rows"),
    ],
)
def test_refuses_what_the_measure_refuses(params, message):
    with pytest.raises(ValueError, match=message):
        NeighborRecallDisplay.from_codes(**{"query_codes": X, "X_query": X, **params})
