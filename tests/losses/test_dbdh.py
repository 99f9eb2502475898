"""DBDHLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DBDHLoss


def dbdh(z, similarity, *, alpha, balance):
    """The formula of the public implementations, pair by pair."""
    h, values = np.clip(z, -1, 1), []
    for i, j in np.ndindex(similarity.shape):
        s = similarity[i, j]
        if i != j and not np.isnan(s):
            theta = alpha * (h[i] @ h[j])
            values.append(math.log1p(math.exp(theta)) - s * theta)
    return np.mean(values) + balance * np.mean([row.mean() ** 2 for row in h])


@pytest.mark.parametrize("alpha", ["auto", 0.5])
@pytest.mark.parametrize("balance", [0.0, 0.7])
def test_value_and_gradient_are_those_of_the_formula(alpha, balance, pair_batch, agrees):
    z, similarity = pair_batch()
    scale = 8 / 5 if alpha == "auto" else alpha
    agrees(DBDHLoss(alpha, balance), z, similarity, lambda z: dbdh(z, similarity, alpha=scale, balance=balance))


def test_no_force_on_a_decided_bit():
    z = torch.tensor([[1.5, -0.2], [0.3, -2.0]], requires_grad=True)
    DBDHLoss()(z, torch.zeros(2, 2)).backward()
    assert (z.grad == 0).tolist() == [[True, False], [False, True]]
