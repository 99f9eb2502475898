"""DHNLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DHNLoss


def dhn_parts(z, similarity, alpha):
    """Mean cross-entropy over the pairs, and log cosh of every row and bit."""
    h = np.tanh(z)
    penalties = []
    for i in range(len(z)):
        for j in range(len(z)):
            if i != j and not np.isnan(similarity[i, j]):
                theta = alpha * (h[i] @ h[j])
                penalties.append(math.log1p(math.exp(theta)) - similarity[i, j] * theta)
    return np.mean(penalties), np.log(np.cosh(np.abs(h) - 1))


def make_batch(n=11, n_bits=5, seed=0):
    rng = np.random.default_rng(seed)
    similarity = (rng.random((n, n)) < 0.3).astype(float)
    similarity[rng.random((n, n)) < 0.1] = np.nan
    similarity[rng.random((n, n)) < 0.1] = 0.4
    return rng.normal(size=(n, n_bits)), similarity


@pytest.mark.parametrize("quantization", [0.0, 0.1, 2])
@pytest.mark.parametrize("alpha", ["auto", 0.5, 3])
def test_value_is_that_of_the_formula(alpha, quantization):
    z, similarity = make_batch()
    pairs, log_cosh = dhn_parts(z, similarity, alpha=5 / 5 if alpha == "auto" else alpha)
    value = DHNLoss(alpha, quantization)(torch.tensor(z), torch.tensor(similarity))
    assert value.item() == pytest.approx(pairs + quantization * log_cosh.mean(), rel=1e-12)


def test_defaults():
    z, similarity = map(torch.tensor, make_batch(n_bits=8))
    assert torch.equal(DHNLoss()(z, similarity), DHNLoss(alpha=5 / 8, quantization=0.1)(z, similarity))


def test_authors_form_is_within_reach():
    """An unscaled inner product, and the quantization loss with weight 0.3 summed over the bits of a row."""
    n_bits = 7
    z, similarity = make_batch(n_bits=n_bits)
    pairs, log_cosh = dhn_parts(z, similarity, alpha=1.0)
    expected = pairs + 0.3 * log_cosh.sum(axis=1).mean()
    loss = DHNLoss(alpha=1.0, quantization=0.3 * n_bits)
    assert loss(torch.tensor(z), torch.tensor(similarity)).item() == pytest.approx(expected, rel=1e-12)


def test_quantization_is_all_that_remains_without_a_known_pair():
    z = torch.tensor(make_batch()[0])
    value = DHNLoss(quantization=0.5)(z, torch.full((11, 11), math.nan))
    _, log_cosh = dhn_parts(z.numpy(), np.eye(11), alpha=1.0)
    assert value.item() == pytest.approx(0.5 * log_cosh.mean(), rel=1e-12)


def test_quantization_drives_bits_to_either_side():
    similarity = torch.full((2, 2), math.nan)
    for start, sign in ((0.1, 1), (-0.1, -1)):
        z = torch.full((2, 3), start, requires_grad=True)
        DHNLoss(quantization=1.0)(z, similarity).backward()
        assert (-z.grad * sign > 0).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": -1}, "alpha must be 'auto' or a finite number greater than 0; got -1"),
        ({"alpha": "5/K"}, "alpha must be 'auto' or a finite number greater than 0; got '5/K'"),
        ({"quantization": -0.1}, "quantization must be a finite number of at least 0; got -0.1"),
        ({"quantization": math.inf}, "quantization must be a finite number of at least 0; got inf"),
        ({"quantization": None}, "quantization must be a finite number of at least 0; got None"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        DHNLoss(**parameters)
