"""DFHLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DFHLoss


def sign(values):
    return np.where(values > 0, 1.0, -1.0)


def dfh(z, indicator, centres, *, alpha, margin, centre_pull, quantization):
    """The formula, pair by pair and row by row; also the codes."""
    n, n_bits = z.shape
    codes, pairs, within = np.empty_like(z), [], []
    for i in range(n):
        labels = np.flatnonzero(indicator[i])
        pulled = sign(centres[labels]).mean(axis=0) if len(labels) else np.zeros(n_bits)
        codes[i] = sign(z[i] + centre_pull * pulled)
        if len(labels):
            within.append(np.square(centres[labels].mean(axis=0) - codes[i]).mean())
        for j in range(n):
            if i != j:
                theta = alpha * (z[i] @ z[j])
                pairs.append(math.log1p(math.exp(margin + (-theta if indicator[i] @ indicator[j] > 0 else theta))))
    wanted = 2 * np.eye(len(centres)) - 1
    apart = np.square(centres @ centres.T / n_bits - wanted).mean()
    binary = np.square(np.abs(centres) - 1).mean()
    value = np.mean(pairs) + quantization * np.square(codes - z).mean() + np.mean(within) + apart + binary
    return value, codes


def make_batch(seed=0):
    rng = np.random.default_rng(seed)
    indicator = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0]], dtype=float)
    return rng.normal(size=(7, 6)), indicator


@pytest.mark.parametrize(
    "parameters",
    [
        {"alpha": 0.5, "margin": 0.0, "centre_pull": 1.0, "quantization": 0.5},
        {"alpha": 2.0, "margin": 3.0, "centre_pull": 0.1, "quantization": 2.0},
        {"alpha": 0.1, "margin": 1.0, "centre_pull": 0.0, "quantization": 0.0},
    ],
)
def test_value_and_codes_are_those_of_the_formula(parameters):
    z, indicator = make_batch()
    loss = DFHLoss(6, 3, **parameters)
    expected, codes = dfh(z, indicator, loss.relaxed_centres.detach().double().numpy(), **parameters)
    outputs = torch.tensor(z, requires_grad=True)
    value = loss(outputs, torch.tensor(indicator))
    assert value.item() == pytest.approx(expected, rel=1e-10)
    # all but the pairs' gradient is the pull towards the codes
    value.backward()
    again = torch.tensor(z, requires_grad=True)
    DFHLoss(6, 3, **{**parameters, "quantization": 0.0})(again, torch.tensor(indicator)).backward()
    pull = (outputs.grad - again.grad).numpy()
    np.testing.assert_allclose(pull, 2 * parameters["quantization"] * (z - codes) / z.size, atol=1e-12)


def test_centres_move_to_their_codes_and_apart():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        loss = DFHLoss(8, 2)
    z = torch.tensor([[3.0, -3, 3, 3, -3, 3, -3, -3]])
    z = torch.cat([z, -z]).repeat(4, 1)
    y = torch.arange(8) % 2
    optimizer = torch.optim.Adam(loss.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        loss(z, y).backward()
        optimizer.step()
    torch.testing.assert_close(loss.relaxed_centres.detach(), z[:2] / 3, atol=1e-3, rtol=0)
