"""DPSHLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DPSHLoss


def dpsh(z, similarity, *, eta):
    """The paper's likelihood and quantization, pair by pair."""
    losses = []
    for i in range(len(z)):
        for j in range(len(z)):
            if i != j and not np.isnan(similarity[i, j]):
                theta = 0.5 * (z[i] @ z[j])
                losses.append(math.log1p(math.exp(theta)) - similarity[i, j] * theta)
    return np.mean(losses) + eta * np.mean((z - np.sign(z)) ** 2)


@pytest.mark.parametrize("quantization", [0.0, 0.1, 3])
def test_value_is_that_of_the_formula(quantization, pair_batch):
    z, similarity = pair_batch()
    value = DPSHLoss(0.5, quantization)(torch.tensor(z), torch.tensor(similarity))
    assert value.item() == pytest.approx(dpsh(z, similarity, eta=quantization), rel=1e-12)


def test_gradient_is_the_papers(pair_batch):
    """Its update of one output: pairs in both of their orders, and the sign taken as a constant."""
    z, similarity = pair_batch()
    similarity = np.nan_to_num(similarity)
    similarity = (similarity + similarity.T) / 2
    np.fill_diagonal(similarity, np.nan)
    n, n_bits = z.shape
    probability = 1 / (1 + np.exp(-0.5 * z @ z.T))
    error = np.nan_to_num(probability - similarity)
    expected = (error @ z) / (n * (n - 1)) + 2 * 0.3 * (z - np.sign(z)) / (n * n_bits)
    z = torch.tensor(z, requires_grad=True)
    DPSHLoss(alpha=0.5, quantization=0.3)(z, torch.tensor(similarity)).backward()
    np.testing.assert_allclose(z.grad.numpy(), expected, rtol=1e-10, atol=1e-14)
