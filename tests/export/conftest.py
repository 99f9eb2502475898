"""Data and comparisons that the tests of exported graphs share."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def digits():
    """300 handwritten digits: float32 pixels in [0, 1], and the ten classes."""
    X, y = load_digits(return_X_y=True)
    return (X[:300] / 16).astype(np.float32), y[:300]


@pytest.fixture(scope="session")
def images():
    """60 colour images of bytes, channels last, of a height that pooling does not divide, and two classes."""
    X = np.random.default_rng(0).integers(256, size=(60, 13, 10, 3), dtype=np.uint8)
    return X, np.arange(60) % 2


@pytest.fixture(scope="session")
def check_codes():
    return assert_codes


def assert_codes(codes, estimator, X):
    """Packed codes are those of an estimator with output="packed", but for bits whose real value is nearly zero."""
    expected = estimator.transform(X)
    assert codes.dtype == np.uint8
    assert codes.shape == expected.shape
    n_bits = estimator[-1].n_bits_ if hasattr(estimator, "steps") else estimator.n_bits_
    differing = np.unpackbits(codes ^ expected, axis=1)
    assert not differing[:, n_bits:].any()
    z = (estimator[:-1].transform(X), estimator[-1]) if hasattr(estimator, "steps") else (X, estimator)
    z = z[1].decision_function(z[0])
    assert np.abs(z[differing[:, :n_bits] > 0]).max(initial=0) < 1e-4
    assert differing.mean() < 1e-3
