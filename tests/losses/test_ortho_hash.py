"""OrthoHashLoss against its formula in numpy."""

import numpy as np
import pytest
import torch
from scipy.special import log_softmax

from sklearn_hash.losses import OrthoHashLoss


def ortho_hash(z, label_sets, centres, scale, margin):
    """The paper's formula, row by row."""
    rows = []
    for i, labels in enumerate(label_sets):
        if labels:
            cosines = centres @ z[i] / np.linalg.norm(z[i]) / np.sqrt(z.shape[1])
            cosines[labels] -= margin
            rows.append(-log_softmax(scale * cosines)[labels].mean())
    return np.mean(rows)


@pytest.mark.parametrize(("scale", "margin"), [(8.0, 0.5), (1.0, 0.0), (30.0, 0.2)])
def test_value_is_that_of_the_formula(scale, margin):
    z = np.random.default_rng(0).normal(size=(6, 8))
    label_sets = [[0], [3], [1, 2], [], [0, 1, 2, 3], [3]]
    indicator = torch.tensor([[c in labels for c in range(4)] for labels in label_sets])
    loss = OrthoHashLoss(8, 4, scale=scale, margin=margin)
    expected = ortho_hash(z, label_sets, loss.centres.numpy(), scale, margin)
    assert loss(torch.tensor(z), indicator).item() == pytest.approx(expected, rel=1e-6)


def test_only_the_direction_of_outputs_matters():
    z, y = torch.randn(5, 8, dtype=torch.float64), torch.arange(5) % 3
    loss = OrthoHashLoss(8, 3)
    torch.testing.assert_close(loss(1000 * z, y), loss(z, y))


def test_a_binary_code_is_best_in_every_direction_of_its_class():
    """The loss at the class's own code is the least over many random outputs of any length."""
    loss = OrthoHashLoss(8, 8)
    y = torch.zeros(1, dtype=torch.int64)
    best = loss(loss.centres[:1], y)
    generator = torch.Generator().manual_seed(0)
    assert all(loss(torch.randn(1, 8, generator=generator), y) > best for _ in range(200))
