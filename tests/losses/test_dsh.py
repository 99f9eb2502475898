"""DSHLoss against its formula in numpy."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DSHLoss, similarity_matrix


def dsh(z, similarity, *, margin, alpha):
    """The paper's formula, pair by pair, over the number of pairs and bits."""
    losses = []
    for i in range(len(z)):
        for j in range(len(z)):
            if i != j and not np.isnan(similarity[i, j]):
                s, d = similarity[i, j], np.sum((z[i] - z[j]) ** 2)
                losses.append(s * d / 2 + (1 - s) * max(margin - d, 0) / 2)
    regularisers = [np.abs(np.abs(a) - 1).sum() + np.abs(np.abs(b) - 1).sum() for i, a in enumerate(z) for b in z[:i]]
    return (np.mean(losses) + alpha * np.mean(regularisers)) / z.shape[1]


@pytest.mark.parametrize("quantization", [0.0, 0.01, 2])
@pytest.mark.parametrize("margin", ["auto", 0.5, 30])
def test_value_is_that_of_the_formula(margin, quantization, pair_batch):
    z, similarity = pair_batch()
    value = DSHLoss(margin, quantization)(torch.tensor(z), torch.tensor(similarity))
    expected = dsh(z, similarity, margin=10 if margin == "auto" else margin, alpha=quantization)
    assert value.item() == pytest.approx(expected, rel=1e-12)


def test_dissimilar_rows_beyond_the_margin_are_left_alone():
    z = torch.tensor([[1.0, 1, 1], [1, -1, -1]], requires_grad=True)  # squared distance 8
    loss = DSHLoss(margin=8.1, quantization=0)
    loss(z, torch.zeros(2, 2)).backward()
    assert torch.equal(z.grad[:, 0], torch.zeros(2))
    assert (z.grad[0, 1:] < 0).all()  # descent moves it away from the other
    z.grad = None
    DSHLoss(margin=7.9, quantization=0)(z, torch.zeros(2, 2)).backward()
    assert torch.equal(z.grad, torch.zeros(2, 3))


def test_binary_codes_half_the_bits_apart_cost_nothing():
    """The default margin, in Hamming distance."""
    z = torch.ones(4, 8)
    z[2:, :4] = -1
    assert DSHLoss()(z, similarity_matrix([0, 0, 1, 1])) == 0
    z[2:, 3] = 1
    assert DSHLoss()(z, similarity_matrix([0, 0, 1, 1])) > 0
