"""IDHNLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import IDHNLoss, similarity_matrix


def idhn(z, similarity, *, alpha, gamma, quantization):
    """Cross-entropy or squared error, pair by pair, and the quantization loss."""
    n, n_bits = z.shape
    h = z / (1 + np.abs(z))
    losses = []
    for i in range(n):
        for j in range(n):
            if i != j and not np.isnan(s := similarity[i, j]):
                inner = h[i] @ h[j]
                hard = math.log(1 + math.exp(alpha * inner)) - s * alpha * inner
                soft = gamma * ((inner + n_bits) / (2 * n_bits) - s) ** 2
                losses.append(hard if s < 0.01 or s > 0.99 else soft)
    return np.mean(losses) + quantization * np.mean(np.abs(np.abs(h) - 1))


def make_batch(n=11, n_bits=5, seed=0):
    rng = np.random.default_rng(seed)
    similarity = rng.choice([0, 0.001, 0.3, 0.7, 0.98, 0.995, 1, np.nan], size=(n, n))
    return rng.normal(size=(n, n_bits)), similarity


@pytest.mark.parametrize("quantization", [0.0, 0.1, 2])
@pytest.mark.parametrize("gamma", [0.0, 0.1, 3])
@pytest.mark.parametrize("alpha", ["auto", 0.5])
def test_value_is_that_of_the_formula(alpha, gamma, quantization):
    z, similarity = make_batch()
    value = IDHNLoss(alpha, gamma, quantization)(torch.tensor(z), torch.tensor(similarity))
    expected = idhn(z, similarity, alpha=2 if alpha == "auto" else alpha, gamma=gamma, quantization=quantization)
    assert value.item() == pytest.approx(expected, rel=1e-12)


def test_same_labels_are_a_hard_pair_however_the_cosine_rounds():
    for n_labels in range(1, 40):
        similarity = similarity_matrix(torch.ones(2, n_labels), kind="cosine")
        z = torch.tensor([[1.0, -2.0], [0.5, 3.0]])
        assert torch.equal(IDHNLoss(gamma=0.0)(z, similarity), IDHNLoss(gamma=9.0)(z, similarity))


def test_multi_label_codes_grade_with_the_labels():
    """Descent leaves pairs of half the labels in common between those of all and of none."""
    y = torch.tensor([[1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 1, 1]])
    similarity = similarity_matrix(y, kind="cosine")
    z = torch.randn(5, 64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(200):
        optimizer.zero_grad()
        IDHNLoss(gamma=50.0)(z, similarity).backward()
        optimizer.step()
    bits = (z > 0).float()
    distances = torch.cdist(bits, bits, p=0)
    means = [distances[(similarity - level).abs() < 0.01].mean() for level in (1, 0.5, 0)]
    assert means[0] + 8 < means[1]
    assert means[1] + 8 < means[2]
