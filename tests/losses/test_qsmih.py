"""QSMIHLoss against its formula in numpy, and against the information that it stands for."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import QSMIHLoss


def known_pairs(similarity):
    n = len(similarity)
    return [(i, j) for i in range(n) for j in range(n) if i != j and not np.isnan(similarity[i, j])]


def nearness(a, b):
    return (1 + a @ b / np.linalg.norm(a) / np.linalg.norm(b)) / 2


def qsmih(z, similarity, *, quantization):
    """The authors' formula, pair by pair."""
    pairs = known_pairs(similarity)
    share = np.mean([similarity[pair] > 0 for pair in pairs])
    values = [similarity[i, j] * (1 - nearness(z[i], z[j])) ** 2 + share * nearness(z[i], z[j]) ** 2 for i, j in pairs]
    return np.mean(values) + quantization * np.abs(np.abs(z) - 1).mean()


@pytest.mark.parametrize("similar", [0.0, 0.3, 1.1])
@pytest.mark.parametrize("quantization", [0.0, 0.2])
def test_value_and_gradient_are_those_of_the_formula(quantization, similar, pair_batch, agrees):
    z, similarity = pair_batch(similar=similar)
    agrees(QSMIHLoss(quantization), z, similarity, lambda z: qsmih(z, similarity, quantization=quantization))


def test_square_clamping_is_that_of_the_authors():
    """Their sum over all pairs of (D Y - 1)^2 + Y^2 / M, less the constant of the dissimilar pairs and the diagonal."""
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(8, 5)), np.arange(8) % 3
    same = (y[:, None] == y).astype(float)
    off = ~np.eye(8, dtype=bool)
    near = np.array([[nearness(a, b) for b in z] for a in z])
    theirs = (same * near - 1) ** 2 + same[off].mean() * near**2
    value = QSMIHLoss(quantization=0.0)(torch.tensor(z), torch.tensor(same))
    assert value.item() == pytest.approx(theirs[off].mean() - (1 - same)[off].mean(), rel=1e-10)


def test_more_information_is_less_loss():
    same = torch.tensor([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]])
    apart = torch.tensor([[1.0, 1], [1, 1], [-1, -1], [-1, -1]])
    losses = [QSMIHLoss(quantization=0.0)(z, same) for z in (apart, apart.roll(1, dims=0), torch.ones(4, 2))]
    assert losses[0] < losses[1]
    assert losses[0] < losses[2]
