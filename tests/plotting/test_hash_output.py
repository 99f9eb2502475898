"""Histograms of hash outputs, compared with numpy."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_hash.plotting import HashOutputDisplay

Z = np.random.default_rng(0).normal(size=(60, 7)).astype(np.float32)


@pytest.mark.parametrize(
    ("kind", "values", "limit", "label"),
    [("relaxed", np.tanh(3 * Z), 1, r"$\beta$ = 3"), ("z", Z, np.abs(Z).max(), "_child0")],
)
@pytest.mark.parametrize("bins", [10, 40])
def test_histogram_is_symmetric_about_zero(kind, values, limit, label, bins):
    line = HashOutputDisplay.from_codes(Z, beta=3, kind=kind, bins=bins).line_
    expected, edges = np.histogram(values, bins=bins, range=(-limit, limit), density=True)
    np.testing.assert_allclose(line.get_xdata(), (edges[1:] + edges[:-1]) / 2, atol=1e-6)
    np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-5)
    assert line.get_label() == label


@pytest.mark.parametrize("steps", [[], [FunctionTransformer()]], ids=["hasher", "pipeline"])
def test_beta_is_by_default_that_of_the_last_epoch(fitted, steps):
    hasher, X, _ = fitted
    estimator = make_pipeline(*steps, hasher) if steps else hasher
    assert HashOutputDisplay.from_estimator(estimator, X).beta == hasher.history_[-1]["beta"] > 1
    assert HashOutputDisplay.from_estimator(estimator, X, beta=2.5).beta == 2.5


@pytest.mark.parametrize("codes", [Z > 0, (Z > 0).astype(np.uint8), np.where(Z > 0, 1, -1)])
def test_refuses_bits_and_signs(codes):
    with pytest.raises(ValueError, match=f"z must hold real values; got {codes.dtype}"):
        HashOutputDisplay.from_codes(codes)
