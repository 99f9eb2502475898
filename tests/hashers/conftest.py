"""Data that every test of the hashers uses."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError

from sklearn_hash import DHNHasher, HashNetHasher


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


@pytest.fixture(params=["unfitted", "fitted"])
def hasher(request, digits):
    """A hasher for a fit that fails; afterwards, a check that nothing was lost."""
    X, y = digits
    if request.param == "unfitted":
        hasher = DHNHasher(8, max_epochs=1, random_state=0)
        yield hasher
        assert not [name for name in vars(hasher) if name.endswith("_") and not name.startswith("__")]
        with pytest.raises(NotFittedError):
            hasher.transform(X)
        return
    hasher = HashNetHasher(8, max_epochs=1, random_state=0).fit(X, y)
    params, fitted = hasher.get_params(), {name: value for name, value in vars(hasher).items() if name.endswith("_")}
    z = hasher.decision_function(X)
    yield hasher
    assert {name: value for name, value in vars(hasher).items() if name.endswith("_")} == fitted
    np.testing.assert_array_equal(hasher.set_params(**params).decision_function(X), z)


@pytest.fixture(scope="session")
def images(digits):
    """The digits as bytes of shape (400, 1, 8, 8)."""
    X, y = digits
    return X.astype(np.uint8).reshape(400, 1, 8, 8), y
