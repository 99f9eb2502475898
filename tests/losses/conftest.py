"""Batches and oracles for several losses."""

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def pair_batch():
    """Return outputs, and similarities of which some are graded and some unknown."""

    def make(n=11, n_bits=5, similar=0.3):
        rng = np.random.default_rng(0)
        similarity = (rng.random((n, n)) < similar).astype(float)
        similarity[rng.random((n, n)) < 0.1] = np.nan
        similarity[rng.random((n, n)) < 0.1] = 0.4
        return rng.normal(size=(n, n_bits)), similarity

    return make


@pytest.fixture
def feature_batch():
    """Return outputs and features."""

    def make(n=9, n_bits=6):
        rng = np.random.default_rng(0)
        return rng.normal(size=(n, n_bits)), rng.normal(size=(n, 4)) * [3, 2, 1, 1]

    return make


@pytest.fixture
def cosine_error():
    """Return the mean squared error of the codes' cosines, pair by pair, and its gradient by central differences."""

    def cosine(a, b):
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    def error(codes, features):
        pairs = [(i, j) for i in range(len(codes)) for j in range(len(codes)) if i != j]
        return np.mean([(cosine(codes[i], codes[j]) - cosine(features[i], features[j])) ** 2 for i, j in pairs])

    def value_and_gradient(codes, features):
        gradient = np.zeros_like(codes)
        for index in np.ndindex(codes.shape):
            step = np.zeros_like(codes)
            step[index] = 1e-6
            gradient[index] = (error(codes + step, features) - error(codes - step, features)) / 2e-6
        return error(codes, features), gradient

    return value_and_gradient


@pytest.fixture
def numeric_gradient():
    """Return the gradient of a function of an array, by central differences."""

    def gradient(function, z, step=1e-6):
        result = np.zeros_like(z)
        for index in np.ndindex(z.shape):
            shift = np.zeros_like(z)
            shift[index] = step
            result[index] = (function(z + shift) - function(z - shift)) / (2 * step)
        return result

    return gradient


@pytest.fixture
def agrees(numeric_gradient):
    """Check value and gradient of a loss against a function in numpy."""

    def check(loss, z, target, formula):
        outputs = torch.tensor(z, requires_grad=True)
        value = loss(outputs, torch.tensor(target))
        value.backward()
        assert value.item() == pytest.approx(formula(z), rel=1e-9)
        np.testing.assert_allclose(outputs.grad.numpy(), numeric_gradient(formula, z), rtol=1e-5, atol=1e-8)

    return check
