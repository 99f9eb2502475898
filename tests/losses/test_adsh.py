"""ADSHLoss against its formula in numpy, row by row of the whole set."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import ADSHLoss

INDICATOR = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0], [1, 0, 1]])


def similarities(indicator):
    alike = (indicator @ indicator.T > 0).astype(float)
    ratio = alike.sum() / (1 - alike).sum()
    return np.where(alike > 0, 1.0, -ratio)


def row_loss(h, code, codes, similarity, quantization):
    """The terms of one row i: its inner products with all codes, and the distance to its own."""
    error = np.mean([(h @ other / len(h) - s) ** 2 for other, s in zip(codes, similarity, strict=True)])
    return error + quantization * np.square(h - code).mean()


def adsh(z, numbers, codes, indicator, quantization):
    S = similarities(indicator)
    rows = zip(np.tanh(z), numbers, strict=True)
    return np.mean([row_loss(h, codes[i], codes, S[i], quantization) for h, i in rows])


def whole_loss(z, codes, indicator, quantization):
    return adsh(z, range(len(z)), codes, indicator, quantization)


def discrete_codes(z, indicator, quantization):
    """Bit after bit of all rows the sign that lowers the loss of the whole set, tried out."""
    codes = np.where(z > 0, 1.0, -1.0)
    for k in range(z.shape[1]):
        for code in codes:
            losses = []
            for code[k] in (-1.0, 1.0):
                losses.append(whole_loss(z, codes, indicator, quantization))
            code[k] = -1.0 if losses[0] < losses[1] else 1.0
    return codes


def make(quantization):
    z = np.random.default_rng(0).normal(size=(8, 4))
    loss = ADSHLoss(4, 3, quantization)
    codes = loss.learn_codes(torch.tensor(z), torch.tensor(INDICATOR))
    return z, loss, codes.double().numpy()


@pytest.mark.parametrize("quantization", [0.0, 0.01, 0.5])
def test_codes_are_those_that_lower_the_loss(quantization):
    z, _, codes = make(quantization)
    np.testing.assert_array_equal(codes, discrete_codes(z, INDICATOR, quantization))
    signs = np.where(z > 0, 1.0, -1.0)
    assert whole_loss(z, codes, INDICATOR, quantization) < whole_loss(z, signs, INDICATOR, quantization)


@pytest.mark.parametrize("quantization", [0.0, 0.5])
def test_value_and_gradient_are_those_of_the_formula(quantization, numeric_gradient):
    _, loss, codes = make(quantization)
    numbers = np.array([6, 1, 3, 3, 4])
    z = np.random.default_rng(1).normal(size=(5, 4))
    outputs = torch.tensor(z, requires_grad=True)
    value = loss(outputs, torch.tensor(numbers))
    value.backward()
    assert value.item() == pytest.approx(adsh(z, numbers, codes, INDICATOR, quantization), rel=1e-6)
    expected = numeric_gradient(lambda z: adsh(z, numbers, codes, INDICATOR, quantization), z)
    np.testing.assert_allclose(outputs.grad.numpy(), expected, rtol=1e-5, atol=1e-7)


def test_class_numbers_are_an_indicator_with_one_label():
    z, y = torch.randn(9, 4, generator=torch.Generator().manual_seed(0)), torch.arange(9) % 3
    losses = [ADSHLoss(4, 3) for _ in range(2)]
    codes = [loss.learn_codes(z, labels) for loss, labels in zip(losses, (y, torch.eye(3)[y]), strict=True)]
    assert torch.equal(*codes)
    torch.testing.assert_close(*(loss(z, torch.arange(9)) for loss in losses))
