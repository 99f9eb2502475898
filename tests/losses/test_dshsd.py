"""DSHSDLoss against its formula in numpy."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DSHSDLoss

LABELS = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0]])


def with_head(**parameters):
    """A loss for 6 bits and 3 classes whose classifier is known."""
    loss = DSHSDLoss(6, 3, **parameters)
    with torch.no_grad():
        loss.head.copy_(torch.tensor(np.random.default_rng(1).uniform(-0.9, 0.9, (3, 6))))
    return loss


def dshsd(z, indicator, head, *, contrastive):
    """The paper's formula, row by row and pair by pair."""
    h, n_bits = np.tanh(z), z.shape[1]
    entropies, pairs = [], []
    for i in range(len(z)):
        if indicator[i].any():
            logits = head @ h[i]
            entropies.append(-(logits - np.log(np.exp(logits).sum())) @ indicator[i] / indicator[i].sum())
        for j in range(len(z)):
            d = np.square(h[i] - h[j]).sum()
            if i != j:
                pairs.append(d / 2 if indicator[i] @ indicator[j] else max(0, 2 * n_bits - d) / 2)
    return np.mean(entropies) + contrastive / n_bits * np.mean(pairs)


@pytest.mark.parametrize("contrastive", [0.0, 2.4])
@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_value_and_gradient_are_those_of_the_formula(contrastive, scale, agrees):
    """Larger outputs put some dissimilar pairs beyond the margin."""
    z = scale * np.random.default_rng(0).normal(size=(7, 6))
    loss = with_head(contrastive=contrastive)
    head = loss.head.detach().double().numpy()
    agrees(loss, z, LABELS, lambda z: dshsd(z, LABELS, head, contrastive=contrastive))
