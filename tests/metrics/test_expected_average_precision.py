"""The closed form on counts too large to enumerate."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import hypergeom

from sklearn_hash.metrics._expected_average_precision import _harmonic_span, _hypergeometric, expected_average_precision

SPANS = [(0, 0), (0, 1), (0, 63), (63, 2), (64, 1), (65, 300), (10, 2000)]


@pytest.mark.parametrize(("start", "length"), SPANS)
def test_harmonic_span_is_exact(start, length):
    exact = float(sum((Fraction(1, n) for n in range(start + 1, start + length + 1)), Fraction(0)))
    span = _harmonic_span(np.array([float(start)]), np.array([float(length)]))
    np.testing.assert_allclose(span, exact, rtol=4e-15, atol=0)


def test_harmonic_span_loses_nothing_far_out():
    """A billion items down the ranking a difference of two logarithms keeps only seven digits."""
    span = _harmonic_span(np.array([1e9]), np.array([1.0]))
    np.testing.assert_allclose(span, 1 / (1e9 + 1), rtol=1e-14)


@pytest.mark.parametrize(
    ("total", "relevant", "kept"),
    [(7, 3, 4), (50, 49, 10), (50, 1, 49), (1000, 500, 30), (100_000, 40_000, 5000), (100_000, 3, 50_000)],
)
def test_hypergeometric_equals_scipy(total, relevant, kept):
    drawn, probability = _hypergeometric(total, relevant, kept)
    expected = hypergeom(total, relevant, kept).pmf(drawn)
    np.testing.assert_allclose(probability, expected, rtol=1e-8, atol=1e-15)
    assert drawn @ probability == pytest.approx(kept * relevant / total, rel=1e-12)


def position_by_position(total, relevant):
    """The definition, summed over every position in extended precision."""
    before = found = 0
    score = np.longdouble(0)
    for size, hits in zip(total, relevant, strict=True):
        place = np.arange(size, dtype=np.longdouble)
        slope = np.longdouble(hits - 1) / (size - 1) if size > 1 else 0
        share = np.longdouble(hits) / size if size else 0
        score += (share * (found + 1 + place * slope) / (before + 1 + place)).sum()
        before, found = before + size, found + hits
    return float(score / found)


def test_a_million_rows():
    rng = np.random.default_rng(0)
    total = rng.multinomial(1_000_000, rng.dirichlet(np.ones(65), size=20))
    relevant = rng.binomial(total, rng.random(total.shape) ** 8)
    expected = [position_by_position(t, r) for t, r in zip(total, relevant, strict=True)]
    np.testing.assert_allclose(expected_average_precision(total, relevant), expected, rtol=1e-12)


def test_two_relevant_rows_behind_a_million():
    total, relevant = np.array([[1_000_000, 2]]), np.array([[0, 2]])
    expected = (1 / 1_000_001 + 2 / 1_000_002) / 2
    np.testing.assert_allclose(expected_average_precision(total, relevant), [expected], rtol=0, atol=1e-15)


def test_k_at_the_edge_of_a_ring_cuts_nothing():
    total, relevant = np.array([[5, 100, 7]]), np.array([[1, 30, 7]])
    whole = expected_average_precision(total[:, :2], relevant[:, :2])
    np.testing.assert_allclose(expected_average_precision(total, relevant, k=105), whole, rtol=1e-15)


def test_large_cut_ring_equals_simulation():
    """The divisor counts the relevant rows retrieved, so it varies with the numerator."""
    total, relevant, k = np.array([[3, 4000]]), np.array([[2, 40]]), 200
    rng = np.random.default_rng(0)
    scores = []
    for _ in range(4000):
        order = np.concatenate([rng.permutation([1, 1, 0]), rng.permutation(np.arange(4000) < 40)])[:k]
        hits = np.flatnonzero(order) + 1
        scores.append((np.arange(1, len(hits) + 1) / hits).mean())
    error = np.std(scores) / np.sqrt(len(scores))
    score = expected_average_precision(total, relevant, k=k)[0]
    assert score == pytest.approx(np.mean(scores), abs=4 * error)
