"""DHNLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DHNLoss


def dhn_parts(z, similarity, alpha):
    """Mean cross-entropy over the pairs, and log cosh of every row and bit."""
    h = np.tanh(z)
    penalties = []
    for i in range(len(z)):
        for j in range(len(z)):
            if i != j and not np.isnan(similarity[i, j]):
                theta = alpha * (h[i] @ h[j])
                penalties.append(math.log1p(math.exp(theta)) - similarity[i, j] * theta)
    return np.mean(penalties), np.log(np.cosh(np.abs(h) - 1))


@pytest.mark.parametrize("quantization", [0.0, 0.1, 2])
@pytest.mark.parametrize("alpha", ["auto", 0.5, 3])
def test_value_is_that_of_the_formula(alpha, quantization, pair_batch):
    z, similarity = pair_batch()
    pairs, log_cosh = dhn_parts(z, similarity, alpha=5 / 5 if alpha == "auto" else alpha)
    value = DHNLoss(alpha, quantization)(torch.tensor(z), torch.tensor(similarity))
    assert value.item() == pytest.approx(pairs + quantization * log_cosh.mean(), rel=1e-12)


def test_authors_form_is_within_reach(pair_batch):
    """An unscaled inner product, and the quantization loss with weight 0.3 summed over the bits of a row."""
    n_bits = 7
    z, similarity = pair_batch(n_bits=n_bits)
    pairs, log_cosh = dhn_parts(z, similarity, alpha=1.0)
    expected = pairs + 0.3 * log_cosh.sum(axis=1).mean()
    loss = DHNLoss(alpha=1.0, quantization=0.3 * n_bits)
    assert loss(torch.tensor(z), torch.tensor(similarity)).item() == pytest.approx(expected, rel=1e-12)


def test_quantization_drives_bits_to_either_side():
    similarity = torch.full((2, 2), math.nan)
    for start, sign in ((0.1, 1), (-0.1, -1)):
        z = torch.full((2, 3), start, requires_grad=True)
        DHNLoss(quantization=1.0)(z, similarity).backward()
        assert (-z.grad * sign > 0).all()
