"""GreedyHashLoss against its formula in numpy: the value of the codes, the gradient of the outputs."""

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax

from sklearn_hash.losses import GreedyHashLoss

LABEL_SETS = [[0], [3], [1, 2], [], [0, 1, 2, 3], [3]]


def make_batch():
    z = np.random.default_rng(0).normal(size=(6, 5))
    z[0, 0] = 0.0  # a bit is set where the output is positive
    return z, np.array([[float(c in labels) for c in range(4)] for labels in LABEL_SETS])


def greedy_hash(z, head, quantization):
    """Value and gradient, row by row."""
    b = np.where(z > 0, 1.0, -1.0)
    value, gradient, n_labelled = 0.0, np.zeros_like(z), sum(map(bool, LABEL_SETS))
    for i, labels in enumerate(LABEL_SETS):
        if labels:
            target = np.isin(np.arange(4), labels) / len(labels)
            value -= (target * log_softmax(head @ b[i])).sum() / n_labelled
            gradient[i] = (softmax(head @ b[i]) - target) @ head / n_labelled
    gap = np.abs(z) - 1
    value += quantization * np.mean(np.abs(gap) ** 3)
    return value, gradient + quantization * 3 * gap * np.abs(gap) * np.sign(z) / z.size


@pytest.mark.parametrize("quantization", [0.0, 0.1, 2.0])
def test_value_and_gradient_are_those_of_the_formula(quantization):
    z, indicator = make_batch()
    loss = GreedyHashLoss(5, 4, quantization=quantization)
    expected, expected_gradient = greedy_hash(z, loss.head.detach().double().numpy(), quantization)
    outputs = torch.tensor(z, requires_grad=True)
    value = loss(outputs, torch.tensor(indicator))
    value.backward()
    assert value.item() == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(outputs.grad.numpy(), expected_gradient, rtol=1e-10, atol=1e-15)


def test_only_the_codes_are_classified():
    z, indicator = map(torch.tensor, make_batch())
    loss = GreedyHashLoss(5, 4, quantization=0.0)
    assert torch.equal(loss(z, indicator), loss(torch.where(z > 0, 1e6, -1e-6).double(), indicator))
