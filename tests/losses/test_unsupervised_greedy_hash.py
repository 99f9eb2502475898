"""UnsupervisedGreedyHashLoss against its formula in numpy."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import UnsupervisedGreedyHashLoss


@pytest.mark.parametrize("quantization", [0.0, 0.1, 3.0])
def test_value_and_gradient_are_those_of_the_formula(quantization, feature_batch, cosine_error):
    z, x = feature_batch()
    z[0, 0] = 0.0  # not positive: the bit is not set
    codes, gap = np.where(z > 0, 1.0, -1.0), np.abs(z) - 1
    expected, gradient = cosine_error(codes, x)
    penalty_gradient = quantization * 3 * gap * np.abs(gap) * np.sign(z) / z.size
    outputs = torch.tensor(z, requires_grad=True)
    value = UnsupervisedGreedyHashLoss(quantization)(outputs, torch.tensor(x))
    value.backward()
    assert value.item() == pytest.approx(expected + quantization * np.mean(np.abs(gap) ** 3), rel=1e-12)
    np.testing.assert_allclose(outputs.grad.numpy(), gradient + penalty_gradient, atol=1e-9)
