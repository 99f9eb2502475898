"""Cumulative gains against every order of ties written out, and scikit-learn's ndcg_score."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import ndcg_score

from sklearn_hash.metrics import average_cumulative_gain, ndcg_at_k, precision_at_k


def acg(gains, k):
    return gains[:k].mean()


def dcg(gains, k):
    first = gains[:k]
    return (first / np.log2(np.arange(len(first)) + 2)).sum()


def ndcg(gains, k):
    return dcg(gains, k) / dcg(np.sort(gains)[::-1], k)


def expected(measure, distances, gains, k):
    """Mean over every order of the rows that keeps distances ascending."""
    rings = [np.flatnonzero(distances == value) for value in np.unique(distances)]
    orders = product(*(permutations(ring) for ring in rings))
    return np.mean([measure(gains[list(sum(order, ()))], k) for order in orders])


def by_argsort(measure, distances, gains, k):
    return measure(gains[np.argsort(distances, kind="stable")], k)


def at_most_two(shared):
    return np.minimum(shared, 2) / 2


def of_pairs(shared):
    """Gain that is 0 for a relevant row, and not monotone."""
    return np.where(shared == 2, 1.0, np.maximum(shared - 2, 0) / 4)


GAINS = {"linear": lambda r: r, "exponential": lambda r: 2.0**r - 1, at_most_two: at_most_two, of_pairs: of_pairs}
MEASURES = [(average_cumulative_gain, acg), (ndcg_at_k, ndcg)]


@pytest.mark.parametrize(("ours", "measure"), MEASURES)
@pytest.mark.parametrize(("ties", "rule"), [("expected", expected), ("index", by_argsort)])
@given(
    seed=st.integers(0, 2**32 - 1),
    n_bits=st.integers(1, 4),
    n_database=st.integers(0, 5),
    k=st.integers(1, 8),
    gain=st.sampled_from(list(GAINS)),
    leave_one_out=st.booleans(),
    nothing=st.sampled_from([0.0, 1.0, np.nan]),
)
@settings(deadline=None, max_examples=60)
def test_equals_definition(ours, measure, ties, rule, seed, n_bits, n_database, k, gain, leave_one_out, nothing):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, (3 + n_database, n_bits))
    y = rng.integers(0, 2, (len(codes), 4)) * rng.integers(0, 2, (len(codes), 1))
    codes, y = (codes[:6], y[:6]) if leave_one_out else (codes, y)  # there are 5! orders of as many others
    distances, gains = (codes[:, None] != codes).sum(axis=2), GAINS[gain](y @ y.T)
    if leave_one_out:
        arguments = codes, y
        pairs = [(np.delete(distances[i], i), np.delete(gains[i], i)) for i in range(len(codes))]
    else:
        arguments = codes[:3], y[:3], codes[3:], y[3:]
        pairs = [(distances[i, 3:], gains[i, 3:]) for i in range(3)]
    scores = np.array([rule(measure, d, g, k) if g.any() else nothing for d, g in pairs])
    mean = scores[~np.isnan(scores)].mean() if (~np.isnan(scores)).any() else np.nan
    found = ours(*arguments, k=k, ties=ties, gain=gain, zero_division=nothing)
    np.testing.assert_allclose(found, mean, rtol=0, atol=1e-13)


@pytest.fixture(scope="module")
def large():
    """Codes that take several blocks of the kernels, and sets of 90 labels, two words of them; some are empty."""
    rng = np.random.default_rng(0)
    y = (rng.random((6000, 90)) < 0.05).astype(int)
    codes = (y @ rng.standard_normal((90, 24)) + rng.standard_normal((6000, 24))) > 0
    return codes[:50], y[:50], codes[50:], y[50:]


@pytest.mark.parametrize("k", [None, 1, 10, 5000])
@pytest.mark.parametrize("gain", ["linear", "exponential"])
def test_ndcg_equals_scikit_learn(large, k, gain):
    """Its default is the mean over the orders of ties as well; distances made distinct by the row give the other."""
    query, y_query, database, y_database = large
    distances, gains = (query[:, None] != database).sum(axis=2), GAINS[gain](y_query @ y_database.T)
    assert (gains.sum(axis=1) == 0).any()  # which scikit-learn counts 0 as we do
    for ties, scores in (("expected", -distances), ("index", -distances - np.arange(len(database)) / 1e5)):
        found = ndcg_at_k(*large, k=k, gain=gain, ties=ties, n_jobs=2)
        assert found == pytest.approx(ndcg_score(gains, scores, k=k), abs=1e-12)


@pytest.mark.parametrize("k", [1, 10, 5000])
def test_acg_equals_the_mean_over_shuffled_databases(large, k):
    query, y_query, database, y_database = large
    distances, gains = (query[:, None] != database).sum(axis=2), y_query @ y_database.T
    rng = np.random.default_rng(0)
    shuffled = []
    for _ in range(40):
        order = rng.permutation(len(database))
        first = np.argsort(distances[:, order], axis=1, kind="stable")[:, :k]
        shuffled.append(np.take_along_axis(gains[:, order], first, axis=1).mean())
    error = np.std(shuffled) / np.sqrt(len(shuffled))
    assert average_cumulative_gain(*large, k=k) == pytest.approx(np.mean(shuffled), abs=4 * error)


@pytest.mark.parametrize("ties", ["expected", "index"])
def test_class_labels_are_sets_of_one(ties):
    rng = np.random.default_rng(0)
    codes, y = rng.integers(0, 2, (60, 8)), rng.integers(0, 4, 60)
    indicator = np.eye(4, dtype=int)[y]
    for gain in ("linear", "exponential"):
        acgs = [average_cumulative_gain(codes, labels, k=7, ties=ties, gain=gain) for labels in (y, indicator)]
        ndcgs = [ndcg_at_k(codes, labels, ties=ties, gain=gain) for labels in (y, sparse.csr_array(indicator))]
        assert acgs == pytest.approx([precision_at_k(codes, y, k=7, ties=ties)] * 2, abs=1e-14)
        assert ndcgs == pytest.approx([ndcgs[0]] * 2, abs=1e-14)


def test_best_order_scores_one():
    y = np.tril(np.ones((6, 6), dtype=int))  # row i has the first i + 1 labels
    codes = np.triu(np.ones((6, 6), dtype=int), 1)  # and differs from the last in 5 - i bits
    assert ndcg_at_k(codes[-1:], y[-1:], codes, y) == pytest.approx(1, abs=1e-15)
    assert ndcg_at_k(codes[-1:], y[-1:], 1 - codes, y) < 0.8


def test_far_down_a_long_ranking():
    """Two relevant rows behind 300,000: the sum of discounts loses no digits that matter."""
    database = np.zeros((300_002, 1), dtype=int)
    database[-2:] = 1
    y = database[:, 0]
    score = ndcg_at_k([[0]], [1], database, y)
    ideal = 1 + 1 / np.log2(3)
    assert score == pytest.approx((1 / np.log2(300_002) + 1 / np.log2(300_003)) / ideal, abs=1e-11)


@pytest.mark.parametrize(
    "gain",
    [lambda r: r + 1, lambda r: -r, lambda r: r[1:], lambda r: r / np.zeros_like(r), lambda r: 1.0],
    ids=["of nothing", "negative", "too few", "not finite", "scalar"],
)
@pytest.mark.parametrize("measure", [average_cumulative_gain, ndcg_at_k])
@pytest.mark.filterwarnings("ignore:(divide|invalid)")
def test_bad_gain(measure, gain):
    with pytest.raises(ValueError, match="gain must return non-negative gains"):
        measure([[0, 1]], [0], [[0, 1]], [0], k=1, gain=gain)


@pytest.mark.parametrize("measure", [average_cumulative_gain, ndcg_at_k])
@pytest.mark.parametrize("ties", ["expected", "index"])
def test_zero_division_is_for_queries_without_gain(measure, ties):
    """The first query shares one label with a row, which has no gain; the second shares two, which have."""
    arguments = [[0], [0]], [[1, 0, 0], [0, 1, 1]], [[0], [1]], [[1, 0, 0], [0, 1, 1]]
    second = {average_cumulative_gain: 1 / 2, ndcg_at_k: 1 / np.log2(3)}[measure]
    for nothing, mean in [(0.0, second / 2), (1.0, (1 + second) / 2), (np.nan, second)]:
        assert measure(*arguments, k=2, ties=ties, gain=of_pairs, zero_division=nothing) == pytest.approx(mean)


def test_bad_options():
    with pytest.raises(ValueError, match="'gain' parameter"):
        ndcg_at_k([[0, 1]], [0], gain="square")
    with pytest.raises(ValueError, match="'k' parameter"):
        average_cumulative_gain([[0, 1]], [0], k=None)
