"""Fixtures of the tests of Displays: a backend without windows, codes with labels, and a fitted hasher."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_digits

from sklearn_hash import HashNetHasher

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def noisy():
    """Codes of 11 bits and labels of 20 queries and a database of 60: a code per class, 20 % of the bits flipped."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 80)
    codes = rng.integers(0, 2, (3, 11))[y] ^ (rng.random((80, 11)) < 0.2)
    return codes[:20], y[:20], codes[20:], y[20:]


@pytest.fixture(scope="session")
def fitted():
    """A hasher of 12 bits, trained for 3 epochs, with 200 digits and their labels."""
    X, y = load_digits(return_X_y=True)
    X, y = X[:200].astype(np.float32), y[:200]
    hasher = HashNetHasher(12, encoder="linear", max_epochs=3, validation_fraction=0.2, random_state=0)
    return hasher.fit(X, y), X, y
