"""Data that every test of the hashers uses."""

import numpy as np
import pytest
from sklearn.datasets import load_digits


@pytest.fixture(scope="session")
def digits():
    """400 handwritten digits: float32 pixels from 0 to 16, and the ten classes."""
    X, y = load_digits(return_X_y=True)
    X, y = X[:400].astype(np.float32), y[:400]
    X.flags.writeable = y.flags.writeable = False
    return X, y


@pytest.fixture(scope="session")
def indicator():
    """A multi-label indicator for the digits: five labels, some rows with none."""
    Y = (np.random.default_rng(0).random((400, 5)) < 0.25).astype(int)
    Y[:3] = 0
    Y.flags.writeable = False
    return Y
