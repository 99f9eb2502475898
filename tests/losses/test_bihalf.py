"""BiHalfLoss against its formula, and its codes against the nearest balanced ones."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import BiHalfLoss


def half_codes(z):
    """Set the upper half of every column to +1; the middle one of an odd number becomes -1."""
    ranks = np.argsort(np.argsort(-z, axis=0), axis=0)
    return np.where(ranks < len(z) // 2, 1.0, -1.0)


@pytest.mark.parametrize("n", [8, 9])
@pytest.mark.parametrize("gamma", [0.0, 6.0])
def test_value_and_gradient_are_those_of_the_formula(n, gamma, feature_batch, cosine_error):
    z, x = feature_batch(n)
    codes = half_codes(z)
    expected, gradient = cosine_error(codes, x)
    outputs = torch.tensor(z, requires_grad=True)
    value = BiHalfLoss(gamma)(outputs, torch.tensor(x))
    value.backward()
    assert value.item() == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(outputs.grad.numpy(), gradient + gamma * (z - codes) / z.size, atol=1e-9)


def test_codes_are_the_nearest_balanced_ones():
    """Against every balanced code of a column: the gradient pulls outputs to the nearest, and nowhere else."""
    z = np.random.default_rng(3).normal(size=(6, 1))
    codes = [np.array([1.0 if bits >> i & 1 else -1.0 for i in range(6)]) for bits in range(64)]
    nearest = min((code for code in codes if code.sum() == 0), key=lambda code: np.square(z[:, 0] - code).sum())
    outputs = torch.tensor(z, requires_grad=True)
    # features of norm 0 leave the pull alone, up to the cosines of the codes, which have no gradient at one bit
    BiHalfLoss(gamma=1.0)(outputs, torch.zeros(6, 2).double()).backward()
    np.testing.assert_allclose(z - 6 * outputs.grad.numpy(), nearest[:, None], atol=1e-12)
