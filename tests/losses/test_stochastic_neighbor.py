"""StochasticNeighborLoss against its formula in numpy, row by row, and against scipy's divergence."""

import numpy as np
import pytest
import torch
from scipy.special import rel_entr, softmax

from sklearn_hash.losses import StochasticNeighborLoss


def divergence(codes, x, temperature, scale=1.0):
    """Mean divergence of the neighbors by codes, one float64 row at a time."""
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    values = []
    for i in range(len(codes)):
        others = np.arange(len(codes)) != i
        p = softmax(unit[others] @ unit[i] / temperature)
        q = softmax(scale * codes[others] @ codes[i] / codes.shape[1] / temperature)
        values.append(rel_entr(p, q).sum())
    return np.mean(values)


def relaxed(z):
    return np.tanh(2 * z / np.sqrt(np.mean(z**2, axis=1, keepdims=True)))


@pytest.mark.parametrize("log_scale", [0.0, -0.7])
@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_value_and_gradient_are_those_of_the_formula(temperature, log_scale, feature_batch):
    z, x = feature_batch()
    loss = StochasticNeighborLoss(temperature, noise=0).double()
    with torch.no_grad():
        loss.log_scale.fill_(log_scale)
    outputs = torch.tensor(z, requires_grad=True)
    value = loss(outputs, torch.tensor(x))
    value.backward()

    def formula(z, log_scale):
        return divergence(relaxed(z), x, temperature, np.exp(log_scale))

    assert value.item() == pytest.approx(formula(z, log_scale), rel=1e-10)
    gradient = np.zeros_like(z)
    for index in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[index] = 1e-6
        gradient[index] = (formula(z + step, log_scale) - formula(z - step, log_scale)) / 2e-6
    np.testing.assert_allclose(outputs.grad.numpy(), gradient, atol=1e-7)
    slope = (formula(z, log_scale + 1e-6) - formula(z, log_scale - 1e-6)) / 2e-6
    assert loss.log_scale.grad.item() == pytest.approx(slope, abs=1e-7)


def test_codes_with_the_neighbors_of_the_features_cost_nothing():
    """The cosines of these codes are those of the features."""
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (12, 8))
    loss = StochasticNeighborLoss(noise=0).double()
    with torch.no_grad():
        loss.log_scale.fill_(-2 * np.log(np.tanh(2.0)))
    z = torch.tensor(signs)
    assert loss(z, z).item() == pytest.approx(0, abs=1e-12)
    assert loss(z.roll(1, 0), z).item() > 0.1


def test_the_length_of_a_row_does_not_matter(feature_batch):
    z, x = map(torch.tensor, feature_batch())
    loss = StochasticNeighborLoss(noise=0)
    torch.testing.assert_close(loss(z * torch.linspace(0.1, 9, len(z))[:, None], x), loss(z, x))


def test_noise_is_that_of_the_formula_and_only_in_training(feature_batch):
    z, x = feature_batch()
    loss = StochasticNeighborLoss(noise=0.3)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        noise = torch.randn(z.shape, dtype=torch.float64).numpy()
        torch.manual_seed(0)
        value = loss(torch.tensor(z), torch.tensor(x)).item()
    codes = np.tanh(2 * z / np.sqrt(np.mean(z**2, axis=1, keepdims=True)) + 0.3 * noise)
    assert value == pytest.approx(divergence(codes, x, 0.05), rel=1e-6)
    assert loss.eval()(torch.tensor(z), torch.tensor(x)).item() == pytest.approx(
        divergence(relaxed(z), x, 0.05), rel=1e-6
    )
