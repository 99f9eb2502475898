"""CSQLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import CSQLoss


def csq(z, centres, *, quantization):
    """The paper's formula, bit by bit; a row without a centre has None."""
    h = np.tanh(z)
    rows = [
        -np.mean([math.log((1 + h[i, k] * c[k]) / 2) for k in range(z.shape[1])])
        for i, c in enumerate(centres)
        if c is not None
    ]
    log_cosh = np.log(np.cosh(np.abs(h) - 1)).mean()
    return (np.mean(rows) if rows else 0.0) + quantization * log_cosh


def make(n_bits, n_classes, **parameters):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return CSQLoss(n_bits, n_classes, **parameters)


@pytest.mark.parametrize("n_bits", [5, 8])
@pytest.mark.parametrize("quantization", [0.0, 0.3])
def test_value_is_that_of_the_formula(n_bits, quantization):
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(11, n_bits)), rng.integers(0, 4, 11)
    loss = make(n_bits, 4, quantization=quantization)
    expected = csq(z, list(loss.centres.numpy()[y]), quantization=quantization)
    assert loss(torch.tensor(z), torch.tensor(y)).item() == pytest.approx(expected, rel=1e-10)


def test_label_sets_have_the_centre_they_vote_for():
    """Three labels cannot tie; two tie where their centres differ, and no label leaves the row out."""
    rng = np.random.default_rng(1)
    z = rng.normal(size=(3, 8))
    loss = make(8, 5)
    a, b, c = loss.centres.numpy()[:3]
    both = np.where(a == b, a, loss.tie_break.numpy())
    indicator = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0]])
    expected = csq(z, [np.sign(a + b + c), both, None], quantization=1e-4)
    assert loss(torch.tensor(z), indicator).item() == pytest.approx(expected, rel=1e-10)


def test_quantization_is_all_that_remains_without_labels():
    z = np.random.default_rng(2).normal(size=(4, 8))
    value = make(8, 3, quantization=0.7)(torch.tensor(z), torch.zeros(4, 3))
    assert value.item() == pytest.approx(csq(z, [None] * 4, quantization=0.7), rel=1e-10)
