"""MMHHLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import MMHHLoss


def mmhh(z, similarity, *, gamma, radius, inside, quantization):
    """The formula of the authors' code, pair by pair."""
    n, n_bits = z.shape
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and not np.isnan(similarity[i, j])]
    values = []
    for i, j in pairs:
        s = similarity[i, j]
        d = n_bits / 2 * (1 - z[i] @ z[j] / np.linalg.norm(z[i]) / np.linalg.norm(z[j]))
        p = 0.5 * gamma / (d + gamma)
        margin = inside if s > 0 and d <= radius else 1.0
        values.append(-margin * (s * math.log(p) + (1 - s) * math.log(1 - p)))
    return np.mean(values) + quantization * np.log(np.cosh(np.abs(z) - 1)).mean()


PARAMETERS = [
    {"gamma": 0.7, "radius": 1.0, "inside": 0.0, "quantization": 0.0},
    {"gamma": 10.0, "radius": 2.0, "inside": 0.5, "quantization": 0.3},
    {"gamma": 10.0, "radius": 0.0, "inside": 0.5, "quantization": 0.001},
]


@pytest.mark.parametrize("similar", [0.0, 0.4, 1.1])
@pytest.mark.parametrize("parameters", PARAMETERS)
def test_value_and_gradient_are_those_of_the_formula(parameters, similar, pair_batch, agrees):
    z, similarity = pair_batch(similar=similar)
    agrees(MMHHLoss(**parameters), z, similarity, lambda z: mmhh(z, similarity, **parameters))


def test_a_wrong_label_costs_no_more_than_log_2():
    """Two equal rows that are said to be dissimilar, and no force that would tear them apart."""
    z = torch.ones(2, 8, requires_grad=True)
    value = MMHHLoss(quantization=0.0)(z, torch.zeros(2, 2))
    value.backward()
    assert value.item() == pytest.approx(math.log(2), rel=1e-6)
    assert z.grad.abs().max() < 1e-6


def test_similar_pairs_within_the_radius_weigh_less():
    z = torch.ones(2, 8, dtype=torch.float64)
    z[1, 0] = -1  # one bit of distance
    losses = {
        (radius, inside): MMHHLoss(radius=radius, inside=inside, quantization=0.0)(z, torch.ones(2, 2)).item()
        for radius in (0.5, 2.0)
        for inside in (0.25, 1.0)
    }
    assert losses[2.0, 0.25] == pytest.approx(0.25 * losses[2.0, 1.0])
    assert losses[0.5, 0.25] == losses[0.5, 1.0] == losses[2.0, 1.0]
