"""HHFLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import HHFLoss

LABELS = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]])


def hhf(z, indicator, proxies, *, alpha, delta, threshold, quantization):
    """The formula of the authors' code, class by class."""
    near, far = [], []
    for c, proxy in enumerate(proxies):
        own = other = 1.0
        for i, row in enumerate(z):
            x = row @ proxy / np.linalg.norm(row) / np.linalg.norm(proxy)
            if indicator[i, c]:
                own += math.exp(alpha * max(0, 1 - x - delta)) - 1
            else:
                other += math.exp(alpha * max(0, x - threshold - delta)) - 1
        near += [math.log(own)] if indicator[:, c].any() else []
        far.append(math.log(other))
    return np.mean(near) + np.mean(far) + quantization * np.square(z - np.sign(z)).mean()


def build(**parameters):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return HHFLoss(6, 4, **parameters)


PARAMETERS = [
    {"alpha": 16.0, "delta": 0.2, "threshold": "auto", "quantization": 0.0},
    {"alpha": 4.0, "delta": 0.0, "threshold": -0.1, "quantization": 0.3},
]


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_value_and_gradient_are_those_of_the_formula(parameters, agrees):
    z = np.random.default_rng(0).normal(size=(7, 6))
    loss = build(**parameters)
    proxies = loss.proxies.detach().double().numpy()
    # four words of six bits are at most four bits apart
    known = {**parameters, "threshold": -1 / 3 if parameters["threshold"] == "auto" else parameters["threshold"]}
    agrees(loss, z, LABELS, lambda z: hhf(z, LABELS, proxies, **known))


def test_rows_as_good_as_codes_can_be_feel_no_force():
    """Two classes opposite to each other, one bit of each row wrong."""
    loss = HHFLoss(16, 2, quantization=0.0)
    proxy = torch.ones(16)
    with torch.no_grad():
        loss.proxies.copy_(torch.stack([proxy, -proxy]))
    z = loss.proxies.detach().clone()
    z[:, 0] *= -1
    z.requires_grad_()
    loss(z, torch.tensor([0, 1])).backward()
    assert torch.equal(z.grad, torch.zeros(2, 16))
