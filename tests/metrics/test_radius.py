"""Precision and recall within a radius against plain masks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hash.codes import pack_codes
from sklearn_hash.metrics import _distance_counts as counts_module
from sklearn_hash.metrics import hamming_precision_recall_curve, precision_within_radius, recall_within_radius

MEASURES = [precision_within_radius, recall_within_radius]


def by_masks(distances, relevant, radius, nothing):
    """Precision and recall of one query."""
    within = distances <= radius
    if not relevant.any():
        return nothing, nothing
    precision = relevant[within].mean() if within.any() else nothing
    return precision, (relevant & within).sum() / relevant.sum()


def mean_of_defined(scores):
    scores = np.asarray(scores)
    return scores[~np.isnan(scores)].mean() if (~np.isnan(scores)).any() else np.nan


@given(
    seed=st.integers(0, 2**32 - 1),
    n_bits=st.integers(1, 12),
    multilabel=st.booleans(),
    leave_one_out=st.booleans(),
    nothing=st.sampled_from([0.0, 1.0, np.nan]),
)
@settings(deadline=None, max_examples=40)
def test_equals_masks(seed, n_bits, multilabel, leave_one_out, nothing):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, (40, n_bits))
    y = rng.integers(0, 2, (40, 3)) if multilabel else rng.integers(0, 8, 40)
    distances = (codes[:, None] != codes[None]).sum(axis=2)
    relevant = (y @ y.T > 0) if multilabel else y[:, None] == y
    if leave_one_out:
        arguments = codes, y
        pairs = [(np.delete(distances[i], i), np.delete(relevant[i], i)) for i in range(40)]
    else:
        arguments = codes[:10], y[:10], codes[10:], y[10:]
        pairs = [(distances[i, 10:], relevant[i, 10:]) for i in range(10)]
    *curve, radii = hamming_precision_recall_curve(*arguments, zero_division=nothing)
    np.testing.assert_array_equal(radii, np.arange(n_bits + 1))
    for radius in range(n_bits + 3):  # beyond the length of the codes there is nothing more to find
        expected = [
            mean_of_defined(scores)
            for scores in zip(*(by_masks(*pair, radius, nothing) for pair in pairs), strict=True)
        ]
        found = [measure(*arguments, radius=radius, zero_division=nothing) for measure in MEASURES]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)
        if radius <= n_bits:
            np.testing.assert_allclose([part[radius] for part in curve], expected, rtol=0, atol=1e-14)


def test_curve_of_many_blocks_of_queries(monkeypatch):
    rng = np.random.default_rng(0)
    codes, y = rng.integers(0, 2, (300, 9)), rng.integers(0, 40, 300)
    whole = hamming_precision_recall_curve(codes, y, zero_division=np.nan)
    monkeypatch.setattr(counts_module, "_COUNTS_A_BLOCK", 2 * 10 * 7)
    np.testing.assert_allclose(hamming_precision_recall_curve(codes, y, zero_division=np.nan), whole, rtol=1e-14)


def test_curve_of_packed_codes_ends_with_their_length():
    codes, y = np.eye(5, dtype=int), [0, 0, 0, 1, 1]
    precision, recall, radii = hamming_precision_recall_curve(pack_codes(codes), y, packed=True, n_bits=5)
    np.testing.assert_allclose(recall, [0, 0, 1, 1, 1, 1])
    np.testing.assert_allclose(precision, [0, 0, *[(3 * 2 / 4 + 2 * 1 / 4) / 5] * 4])
    assert radii[-1] == 5


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("radius", [-1, 1.5, "2"])
def test_bad_radius(measure, radius):
    with pytest.raises(ValueError, match="'radius' parameter"):
        measure([[0, 1]], [0], radius=radius)
