"""Precision and recall of the first k against every order of ties written out, and plain argsort."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hash.metrics import precision_at_k, recall_at_k


def precision(relevant, k):
    return relevant[:k].mean()


def recall(relevant, k):
    return relevant[:k].sum() / relevant.sum()


def orders(distances):
    """Every order of the rows that keeps distances ascending."""
    rings = [np.flatnonzero(distances == value) for value in np.unique(distances)]
    return [list(sum(order, ())) for order in product(*(permutations(ring) for ring in rings))]


def expected(measure, distances, relevant, k):
    return np.mean([measure(relevant[order], k) for order in orders(distances)])


def by_argsort(measure, distances, relevant, k):
    return measure(relevant[np.argsort(distances, kind="stable")], k)


def mean_over_queries(rule, measure, pairs, k, nothing):
    """The score by its definition; ``nothing`` is what a query counts that has nothing to find."""
    scores = np.array([rule(measure, d, r, k) if r.any() else nothing for d, r in pairs])
    defined = scores[~np.isnan(scores)]
    return defined.mean() if len(defined) else np.nan


def pairs_of(codes, others, y, y_others):
    """Distances and relevance of every query."""
    distances = (codes[:, None] != others).sum(axis=2)
    relevant = (y @ y_others.T > 0) if y.ndim == 2 else y[:, None] == y_others
    return list(zip(distances, relevant, strict=True))


MEASURES = [(precision_at_k, precision), (recall_at_k, recall)]
RULES = [("expected", expected), ("index", by_argsort)]


@pytest.mark.parametrize(("ours", "measure"), MEASURES)
@pytest.mark.parametrize(("ties", "rule"), RULES)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_bits=st.integers(1, 4),
    n_database=st.integers(0, 6),
    k=st.integers(1, 8),
    multilabel=st.booleans(),
    leave_one_out=st.booleans(),
    nothing=st.sampled_from([0.0, 1.0, np.nan]),
)
@settings(deadline=None, max_examples=90)
def test_equals_definition(ours, measure, ties, rule, seed, n_bits, n_database, k, multilabel, leave_one_out, nothing):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, (1 + n_database if leave_one_out else 3 + n_database, n_bits))
    y = rng.integers(0, 2, (len(codes), 3)) if multilabel else rng.integers(0, 3, len(codes))
    if leave_one_out:
        arguments = codes, y
        pairs = [(np.delete(d, i), np.delete(r, i)) for i, (d, r) in enumerate(pairs_of(codes, codes, y, y))]
    else:
        arguments = codes[:3], y[:3], codes[3:], y[3:]
        pairs = pairs_of(codes[:3], codes[3:], y[:3], y[3:])
    found = ours(*arguments, k=k, ties=ties, zero_division=nothing)
    np.testing.assert_allclose(found, mean_over_queries(rule, measure, pairs, k, nothing), rtol=0, atol=1e-14)


@pytest.mark.parametrize(("ours", "measure"), MEASURES)
@pytest.mark.parametrize("k", [1, 700, 5000])
def test_large_database(ours, measure, k):
    """Several blocks of the kernels; the expectation is the mean over shuffled databases."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 20, 5020)
    codes = rng.integers(0, 2, (20, 24))[y] ^ (rng.random((5020, 24)) < 0.2)
    pairs = pairs_of(codes[:20], codes[20:], y[:20], y[20:])
    by_row = mean_over_queries(by_argsort, measure, pairs, k, 0.0)
    shuffled = []
    for _ in range(100):
        order = rng.permutation(5000)
        shuffled.append(mean_over_queries(by_argsort, measure, [(d[order], r[order]) for d, r in pairs], k, 0.0))
    error = max(np.std(shuffled) / np.sqrt(len(shuffled)), 1e-14)
    for labels in (y, np.eye(20, dtype=int)[y]):
        arguments = codes[:20], labels[:20], codes[20:], labels[20:]
        assert ours(*arguments, k=k, ties="index", n_jobs=2) == pytest.approx(by_row, abs=1e-14)
        assert ours(*arguments, k=k, n_jobs=2) == pytest.approx(np.mean(shuffled), abs=4 * error)


def test_everything_retrieved():
    codes, y = np.random.default_rng(0).integers(0, 2, (30, 6)), np.arange(30) % 3
    assert precision_at_k(codes[:3], y[:3], codes, y, k=99) == pytest.approx(1 / 3, abs=1e-15)
    assert recall_at_k(codes[:3], y[:3], codes, y, k=99) == 1.0


@pytest.mark.parametrize("measure", [precision_at_k, recall_at_k])
@pytest.mark.parametrize("k", [None, 0, 2.5])
def test_bad_k(measure, k):
    with pytest.raises(ValueError, match="'k' parameter"):
        measure([[0, 1]], [0], k=k)
