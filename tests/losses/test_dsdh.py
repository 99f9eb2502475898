"""DSDHLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DSDHLoss


def with_head(**parameters):
    """A loss for 6 bits and 3 classes whose classifier has learned something."""
    loss = DSDHLoss(6, 3, **parameters)
    with torch.no_grad():
        loss.head.copy_(torch.tensor(np.random.default_rng(1).uniform(-0.4, 0.4, (3, 6))))
    return loss


def discrete_codes(z, indicator, head, mu, eta):
    """Bit after bit the sign that lowers the objective of a row, tried out."""
    codes = np.where(z > 0, 1.0, -1.0)
    for i, row in enumerate(codes):
        for k in range(z.shape[1]):
            costs = []
            for sign in (-1.0, 1.0):
                row[k] = sign
                error = np.square(indicator[i] - head @ row).sum() if indicator[i].any() else 0.0
                costs.append(mu * error + eta * np.square(row - z[i]).mean())
            row[k] = -1.0 if costs[0] < costs[1] else 1.0
    return codes


def dsdh(z, indicator, head, *, alpha, mu, nu, eta):
    """The formula, pair by pair and row by row, and the codes."""
    n, pairs = len(z), []
    for i in range(n):
        for j in range(n):
            if i != j:
                s, theta = float(indicator[i] @ indicator[j] > 0), alpha * (z[i] @ z[j])
                pairs.append(math.log1p(math.exp(theta)) - s * theta)
    codes = discrete_codes(z, indicator, head, mu, eta)
    errors = [np.square(indicator[i] - head @ codes[i]).sum() for i in range(n) if indicator[i].any()]
    value = np.mean(pairs) + mu * (np.mean(errors) + nu * np.square(head).sum()) + eta * np.square(codes - z).mean()
    return value, codes


def make_batch(seed=0, n_bits=6):
    rng = np.random.default_rng(seed)
    indicator = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0]], dtype=float)
    return rng.normal(size=(7, n_bits)), indicator


PARAMETERS = [
    {"alpha": 0.5, "classification": 1.0, "regularization": 0.1, "quantization": 0.2},
    {"alpha": 2.0, "classification": 5.0, "regularization": 0.0, "quantization": 0.01},
    {"alpha": 0.1, "classification": 0.01, "regularization": 1.0, "quantization": 3.0},
]


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_value_and_codes_are_those_of_the_formula(parameters):
    z, indicator = make_batch()
    loss = with_head(**parameters)
    alpha, mu, nu, eta = parameters.values()
    expected, codes = dsdh(z, indicator, loss.head.detach().double().numpy(), alpha=alpha, mu=mu, nu=nu, eta=eta)
    outputs = torch.tensor(z, requires_grad=True)
    value = loss(outputs, torch.tensor(indicator))
    assert value.item() == pytest.approx(expected, rel=1e-10)
    # all but the pairs' gradient is the pull towards the codes
    value.backward()
    pairs_only = DSDHLoss(6, 3, alpha=alpha, classification=0.0, quantization=0.0)
    again = torch.tensor(z, requires_grad=True)
    pairs_only(again, torch.tensor(indicator)).backward()
    pull = (outputs.grad - again.grad).numpy()
    np.testing.assert_allclose(pull, 2 * eta * (z - codes) / z.size, atol=1e-12)


def test_classification_changes_codes():
    """The codes of the formula above are not just the signs: the test of it would be empty."""
    z, indicator = make_batch()
    head = with_head().head.detach().double().numpy()
    assert (discrete_codes(z, indicator, head, 5.0, 0.01) != np.where(z > 0, 1, -1)).any()
    np.testing.assert_array_equal(discrete_codes(z, indicator, head, 0.0, 1.0), np.where(z > 0, 1, -1))
