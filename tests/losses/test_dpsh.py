"""DPSHLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DPSHLoss


def dpsh(z, similarity, *, eta):
    """The paper's likelihood and quantization, pair by pair."""
    losses = []
    for i in range(len(z)):
        for j in range(len(z)):
            if i != j and not np.isnan(similarity[i, j]):
                theta = 0.5 * (z[i] @ z[j])
                losses.append(math.log1p(math.exp(theta)) - similarity[i, j] * theta)
    return np.mean(losses) + eta * np.mean((z - np.sign(z)) ** 2)


def make_batch(n=11, n_bits=5, seed=0):
    rng = np.random.default_rng(seed)
    similarity = (rng.random((n, n)) < 0.3).astype(float)
    similarity[rng.random((n, n)) < 0.1] = np.nan
    similarity[rng.random((n, n)) < 0.1] = 0.4
    return rng.normal(size=(n, n_bits)), similarity


@pytest.mark.parametrize("quantization", [0.0, 0.1, 3])
def test_value_is_that_of_the_formula(quantization):
    z, similarity = make_batch()
    value = DPSHLoss(0.5, quantization)(torch.tensor(z), torch.tensor(similarity))
    assert value.item() == pytest.approx(dpsh(z, similarity, eta=quantization), rel=1e-12)


def test_defaults():
    z, similarity = make_batch(n_bits=8)
    value = DPSHLoss(alpha=0.5)(torch.tensor(z), torch.tensor(similarity))
    assert value.item() == pytest.approx(dpsh(z, similarity, eta=0.1), rel=1e-12)


def test_gradient_is_the_papers():
    """Its update of one output: pairs in both of their orders, and the sign taken as a constant."""
    z, similarity = make_batch()
    similarity = np.nan_to_num(similarity)
    similarity = (similarity + similarity.T) / 2
    np.fill_diagonal(similarity, np.nan)
    n, n_bits = z.shape
    probability = 1 / (1 + np.exp(-0.5 * z @ z.T))
    error = np.nan_to_num(probability - similarity)
    expected = (error @ z) / (n * (n - 1)) + 2 * 0.3 * (z - np.sign(z)) / (n * n_bits)
    z = torch.tensor(z, requires_grad=True)
    DPSHLoss(alpha=0.5, quantization=0.3)(z, torch.tensor(similarity)).backward()
    np.testing.assert_allclose(z.grad.numpy(), expected, rtol=1e-10, atol=1e-14)


def test_quantization_is_all_that_remains_without_a_known_pair():
    z = torch.tensor(make_batch()[0])
    value = DPSHLoss(quantization=0.5)(z, torch.full((11, 11), math.nan))
    assert value.item() == pytest.approx(0.5 * np.mean((z.numpy() - np.sign(z.numpy())) ** 2), rel=1e-12)


@pytest.mark.parametrize("value", [-0.1, math.inf, "auto", None])
def test_bad_parameters_are_refused(value):
    with pytest.raises(ValueError, match=f"quantization must be a finite number of at least 0; got {value!r}"):
        DPSHLoss(quantization=value)


def test_scale_shortens_with_the_length_of_the_codes():
    rng = np.random.default_rng(0)
    for n_bits in (4, 16, 64):
        z = torch.tensor(rng.normal(size=(9, n_bits)))
        similarity = torch.tensor(rng.integers(0, 2, (9, 9)))
        torch.testing.assert_close(DPSHLoss()(z, similarity), DPSHLoss(alpha=8 / n_bits)(z, similarity))


@pytest.mark.parametrize("value", [0, -1.0, "big"])
def test_bad_scale_is_refused(value):
    with pytest.raises(ValueError, match="alpha"):
        DPSHLoss(alpha=value)
