"""DCHLoss against its formula in numpy, and the property that gives it its name."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DCHLoss


def distance(a, b):
    return len(a) / 2 * (1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def dch(z, similarity, *, gamma, quantization):
    """The paper's formula, pair by pair."""
    n, n_bits = z.shape
    h = np.tanh(z)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and not np.isnan(similarity[i, j])]
    n_similar = sum(similarity[i, j] > 0 for i, j in pairs)
    counts = {True: max(n_similar, 1), False: max(len(pairs) - n_similar, 1)}
    total = norm = 0.0
    for i, j in pairs:
        s, d = similarity[i, j], distance(h[i], h[j])
        weight = len(pairs) / counts[bool(s > 0)]
        total += weight * (s * math.log(d / gamma) + math.log(1 + gamma / d))
        norm += weight
    to_corner = [math.log(1 + distance(np.abs(row), np.ones(n_bits)) / gamma) for row in h]
    return total / norm + quantization * np.mean(to_corner)


@pytest.mark.parametrize("similar", [0.0, 0.3, 1.1])
@pytest.mark.parametrize("quantization", [0.0, 0.1, 2])
@pytest.mark.parametrize("gamma", ["auto", 0.5, 20])
def test_value_is_that_of_the_formula(gamma, quantization, similar, pair_batch):
    z, similarity = pair_batch(similar=similar)
    value = DCHLoss(gamma, quantization)(torch.tensor(z), torch.tensor(similarity))
    expected = dch(z, similarity, gamma=5 if gamma == "auto" else gamma, quantization=quantization)
    assert value.item() == pytest.approx(expected, rel=1e-5)


def penalty(d, s, *, n_bits=32, **parameters):
    """The penalty of one pair at distance d: two rows at the angle that has this distance."""
    angle = math.acos(1 - 2 * d / n_bits)
    h = torch.zeros(2, n_bits, dtype=torch.float64)
    h[0, 0], h[1, 0], h[1, 1] = 0.5, 0.5 * math.cos(angle), 0.5 * math.sin(angle)
    return DCHLoss(quantization=0.0, **parameters)(torch.atanh(h), torch.full((2, 2), float(s))).item()


@pytest.mark.parametrize("gamma", [2.0, 20.0])
@pytest.mark.parametrize("d", [1, 5, 30])
def test_a_pair_is_similar_with_cauchys_probability(d, gamma):
    probability = gamma / (gamma + d)
    assert math.exp(-penalty(d, 1, gamma=gamma)) == pytest.approx(probability, rel=1e-4)
    assert math.exp(-penalty(d, 0, gamma=gamma)) == pytest.approx(1 - probability, rel=1e-4)
    # and graded pairs settle where that is their similarity
    least = min(np.linspace(0.5, 31.5, 63), key=lambda other: penalty(other, probability, gamma=gamma))
    assert least == pytest.approx(d, abs=0.5)


def test_duplicates_that_are_dissimilar_cost_a_finite_penalty_and_part():
    z = torch.ones(2, 8) + 1e-4 * torch.eye(2, 8)
    z.requires_grad_()
    value = DCHLoss(quantization=0.0)(z, torch.zeros(2, 2))
    value.backward()
    assert 10 < value < 20
    moved = z.detach() - 1e-4 * z.grad
    assert (moved[0] - moved[1]).norm() > (z[0] - z[1]).norm()


def test_rows_at_zero_have_a_moderate_gradient():
    z = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    z[0] = 0
    z.requires_grad_()
    DCHLoss()(z, torch.eye(6)).backward()
    assert z.grad.abs().max() < 1e5
