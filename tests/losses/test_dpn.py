"""DPNLoss against its formula in numpy."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DPNLoss


def dpn(z, label_sets, centres, margin):
    """The paper's formula, bit by bit and label by label, as a mean over bits."""
    rows = [
        sum(np.mean([max(0.0, margin - z[i, k] * centres[c, k]) for k in range(z.shape[1])]) for c in labels)
        for i, labels in enumerate(label_sets)
        if labels
    ]
    return np.mean(rows)


@pytest.mark.parametrize("margin", [0.4, 1.0, 3.0])
def test_value_is_that_of_the_formula(margin):
    z = np.random.default_rng(0).normal(size=(6, 7))
    label_sets = [[0], [3], [1, 2], [], [0, 1, 2, 3], [3]]
    indicator = torch.tensor([[c in labels for c in range(4)] for labels in label_sets])
    loss = DPNLoss(7, 4, margin=margin)
    expected = dpn(z, label_sets, loss.centres.numpy(), margin)
    assert loss(torch.tensor(z), indicator).item() == pytest.approx(expected, rel=1e-12)


def test_bits_beyond_the_margin_cost_nothing():
    loss = DPNLoss(8, 4, margin=0.5)
    y = torch.arange(4)
    z = (loss.centres * torch.tensor([0.5, 0.6, 1.0, 5.0, 1e4, 0.5, 2.0, 3.0])).requires_grad_()
    value = loss(z, y)
    value.backward()
    assert value == 0
    assert not z.grad.any()
