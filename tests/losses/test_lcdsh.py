"""LCDSHLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import LCDSHLoss


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def lcdsh(z, similarity, *, alpha, locality):
    """The paper's formula, pair by pair."""
    values = []
    for i, j in np.ndindex(similarity.shape):
        s = similarity[i, j]
        if i != j and not np.isnan(s):
            theta, rounded = alpha * (z[i] @ z[j]), alpha * (np.sign(z[i]) @ np.sign(z[j]))
            likelihood = math.log1p(math.exp(theta)) - s * theta
            values.append(likelihood + locality * (sigmoid(theta) - sigmoid(rounded)) ** 2)
    return np.mean(values)


@pytest.mark.parametrize("alpha", ["auto", 0.5])
@pytest.mark.parametrize("locality", [0.0, 3.0])
def test_value_and_gradient_are_those_of_the_formula(alpha, locality, pair_batch, agrees):
    z, similarity = pair_batch()
    scale = 8 / 5 if alpha == "auto" else alpha
    agrees(LCDSHLoss(alpha, locality), z, similarity, lambda z: lcdsh(z, similarity, alpha=scale, locality=locality))


def test_outputs_at_their_codes_have_no_locality_loss(pair_batch):
    z, similarity = pair_batch()
    codes = torch.tensor(np.sign(z))
    given = torch.tensor(similarity)
    assert LCDSHLoss(locality=5.0)(codes, given) == LCDSHLoss(locality=0.0)(codes, given)
