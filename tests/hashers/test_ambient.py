"""What a caller has switched on in torch for other code changes nothing here, nor is it switched off."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import nn

from sklearn_hash import DHNHasher


@contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def trained(X, y):
    hasher = DHNHasher(8, max_epochs=1, validation_fraction=0.2, random_state=0).fit(X, y).partial_fit(X, y)
    return hasher, hasher.decision_function(X)


@pytest.mark.parametrize(
    "switch",
    [
        torch.no_grad,
        torch.inference_mode,
        lambda: torch.device("meta"),
        lambda: torch.device("cpu"),
        lambda: torch.autocast("cpu", torch.bfloat16),
    ],
    ids=["no_grad", "inference_mode", "meta", "cpu", "autocast"],
)
def test_same_codes_whatever_is_switched_on(switch, digits):
    X, y = digits
    X = X.copy()
    _, expected = trained(X, y)
    with switch():
        state = torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.get_default_device()
        hasher, z = trained(X, y)
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.get_default_device()) == state
    np.testing.assert_array_equal(z, expected)
    np.testing.assert_array_equal(hasher.decision_function(X), expected)
    assert hasher.partial_fit(X, y).n_iter_ == 3


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
@pytest.mark.parametrize("encoder", ["mlp", lambda: nn.Linear(64, 16)], ids=["ours", "custom"])
def test_networks_are_float32_whatever_the_default(dtype, encoder, digits):
    X, y = digits
    with default_dtype(dtype):
        hasher = DHNHasher(8, encoder=encoder, max_epochs=1, validation_fraction=0.2).fit(X, y)
        z = hasher.decision_function(X)
        assert torch.get_default_dtype() == dtype
    assert z.dtype == np.float32
    assert {weight.dtype for weight in hasher.net_.module_.state_dict().values()} == {torch.float32}
    np.testing.assert_array_equal(hasher.decision_function(X), z)
