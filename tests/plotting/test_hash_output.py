"""Histograms of hash outputs against numpy's."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_hash.plotting import HashOutputDisplay

Z = np.random.default_rng(0).normal(size=(60, 7)).astype(np.float32)


def test_relaxed_codes():
    line = HashOutputDisplay.from_codes(Z, beta=3, bins=10).line_
    expected, edges = np.histogram(np.tanh(3 * Z), bins=10, range=(-1, 1), density=True)
    np.testing.assert_allclose(line.get_xdata(), (edges[1:] + edges[:-1]) / 2, atol=1e-12)
    np.testing.assert_allclose(line.get_ydata(), expected)


def test_outputs_themselves():
    line = HashOutputDisplay.from_codes(Z, beta=3, kind="z").line_
    reach = np.abs(Z).max()
    expected, _ = np.histogram(Z, bins=40, range=(-reach, reach), density=True)
    np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-5)
    assert line.get_xdata()[0] == -line.get_xdata()[-1]


def test_steepness_is_that_which_the_continuation_reached(fitted):
    hasher, X, _ = fitted
    pipeline = make_pipeline(FunctionTransformer().fit(X), hasher)
    for estimator in (hasher, pipeline):
        display = HashOutputDisplay.from_estimator(estimator, X)
        assert display.beta == hasher.history_[-1]["beta"]
        assert display.beta > 1
        np.testing.assert_array_equal(display.z, hasher.decision_function(X))
    assert HashOutputDisplay.from_estimator(hasher, X, beta=2.5).beta == 2.5
    assert "2.5" in HashOutputDisplay.from_codes(Z, beta=2.5).line_.get_label()


@pytest.mark.parametrize("codes", [Z > 0, (Z > 0).astype(np.uint8), np.where(Z > 0, 1, -1)])
def test_bits_have_no_outputs(codes):
    with pytest.raises(ValueError, match="z must hold real values, as decision_function gives"):
        HashOutputDisplay.from_codes(codes)
