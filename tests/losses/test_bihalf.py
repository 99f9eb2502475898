"""The loss of BiHalf against its formula, and its codes against the nearest balanced ones."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import BiHalfLoss


def make_batch(n=9, n_bits=6, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, n_bits)), rng.normal(size=(n, 4)) * [3, 2, 1, 1]


def value_and_gradient(loss, z, features):
    z = z.clone().requires_grad_()
    value = loss(z, features)
    value.backward()
    return value.detach(), z.grad


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def cosine_error(codes, features):
    """Mean over the ordered pairs, pair by pair."""
    n = len(codes)
    errors = [
        (cosine(codes[i], codes[j]) - cosine(features[i], features[j])) ** 2
        for i in range(n)
        for j in range(n)
        if i != j
    ]
    return np.mean(errors)


def cosine_error_gradient(codes, features):
    """By central differences: the error is smooth in the codes."""
    gradient = np.zeros_like(codes)
    for index in np.ndindex(codes.shape):
        step = np.zeros_like(codes)
        step[index] = 1e-6
        gradient[index] = (cosine_error(codes + step, features) - cosine_error(codes - step, features)) / 2e-6
    return gradient


def half_codes(z):
    """The upper half of every column is +1; the middle one of an odd number is not."""
    ranks = np.argsort(np.argsort(-z, axis=0), axis=0)
    return np.where(ranks < len(z) // 2, 1.0, -1.0)


@pytest.mark.parametrize("n", [8, 9])
@pytest.mark.parametrize("gamma", [0.0, 6.0])
def test_bihalf_is_its_formula(n, gamma):
    z, x = make_batch(n)
    codes = half_codes(z)
    value, gradient = value_and_gradient(BiHalfLoss(gamma), torch.tensor(z), torch.tensor(x))
    assert value.item() == pytest.approx(cosine_error(codes, x), rel=1e-12)
    np.testing.assert_allclose(gradient, cosine_error_gradient(codes, x) + gamma * (z - codes) / z.size, atol=1e-9)


def test_bihalf_codes_are_the_nearest_balanced_ones():
    """Against every balanced code of a column: the transport of the paper costs least."""
    z = np.random.default_rng(3).normal(size=(6, 1))
    balanced = [
        np.array([1.0 if bits >> i & 1 else -1.0 for i in range(6)]) for bits in range(64) if bits.bit_count() == 3
    ]
    nearest = min(balanced, key=lambda code: np.square(z[:, 0] - code).sum())
    np.testing.assert_array_equal(half_codes(z)[:, 0], nearest)
    # the pull vanishes exactly where the outputs are their codes
    _, gradient = value_and_gradient(BiHalfLoss(), torch.tensor(nearest[:, None]), torch.zeros(6, 2).double())
    _, without = value_and_gradient(BiHalfLoss(0.0), torch.tensor(nearest[:, None]), torch.zeros(6, 2).double())
    assert torch.equal(gradient, without)
