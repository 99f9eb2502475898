"""Precision within a radius against plain masks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hash.codes import pack_codes
from sklearn_hash.metrics import precision_within_radius


def by_masks(distances, relevant, radius, empty):
    within = distances <= radius
    return relevant[within].mean() if within.any() else empty


@given(
    seed=st.integers(0, 2**32 - 1),
    n_bits=st.integers(1, 12),
    radius=st.integers(0, 13),
    multilabel=st.booleans(),
    leave_one_out=st.booleans(),
    empty=st.sampled_from([0.0, 1.0, np.nan]),
)
@settings(deadline=None, max_examples=80)
def test_equals_masks(seed, n_bits, radius, multilabel, leave_one_out, empty):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, (40, n_bits))
    y = rng.integers(0, 2, (40, 3)) if multilabel else rng.integers(0, 3, 40)
    distances = (codes[:, None] != codes[None]).sum(axis=2)
    relevant = (y @ y.T > 0) if multilabel else y[:, None] == y
    if leave_one_out:
        arguments = codes, y
        pairs = [(np.delete(distances[i], i), np.delete(relevant[i], i)) for i in range(40)]
    else:
        arguments = codes[:10], y[:10], codes[10:], y[10:]
        pairs = [(distances[i, 10:], relevant[i, 10:]) for i in range(10)]
    scores = np.array([by_masks(d, r, radius, empty) for d, r in pairs])
    expected = scores[~np.isnan(scores)].mean() if (~np.isnan(scores)).any() else np.nan
    score = precision_within_radius(*arguments, radius=radius, zero_division=empty)
    np.testing.assert_allclose(score, expected, rtol=0, atol=1e-14)


def test_packed_codes_of_odd_length():
    rng = np.random.default_rng(0)
    codes, y = rng.integers(0, 2, (50, 5)), rng.integers(0, 3, 50)
    packed = precision_within_radius(pack_codes(codes), y, packed=True, n_bits=5, n_jobs=2)
    assert packed == precision_within_radius(codes, y)


@pytest.mark.parametrize("radius", [-1, 1.5, "2"])
def test_bad_radius(radius):
    with pytest.raises(ValueError, match="'radius' parameter"):
        precision_within_radius([[0, 1]], [0], radius=radius)
