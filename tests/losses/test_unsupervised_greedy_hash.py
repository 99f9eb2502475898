"""The loss of unsupervised GreedyHash against its formula."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import UnsupervisedGreedyHashLoss


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


@pytest.mark.parametrize("quantization", [0.0, 0.1, 3.0])
def test_unsupervised_greedy_hash_is_its_formula(quantization):
    z, x = make_batch()
    z[0, 0] = 0.0  # a bit is set where the output is positive
    codes, gap = np.where(z > 0, 1.0, -1.0), np.abs(z) - 1
    expected = cosine_error(codes, x) + quantization * np.mean(np.abs(gap) ** 3)
    penalty_gradient = quantization * 3 * gap * np.abs(gap) * np.sign(z) / z.size
    value, gradient = value_and_gradient(UnsupervisedGreedyHashLoss(quantization), torch.tensor(z), torch.tensor(x))
    assert value.item() == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, cosine_error_gradient(codes, x) + penalty_gradient, atol=1e-9)
