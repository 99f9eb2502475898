"""What a caller has switched on in torch for other code changes nothing here, nor is it switched off."""

from contextlib import contextmanager, suppress
from operator import attrgetter

import numpy as np
import pytest
import torch
from joblib import Parallel, delayed
from torch import nn

from sklearn_hash import DHNHasher
from sklearn_hash.training import plain_torch


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


OPERATIONS = ("cuda.matmul", "cudnn.conv", "cudnn.rnn", "mkldnn.matmul", "mkldnn.conv")


def precisions():
    """Of every kind of operation in float32, by the newer of torch's two interfaces."""
    return {name: attrgetter(name)(torch.backends).fp32_precision for name in OPERATIONS}


@pytest.mark.skipif(not hasattr(torch.backends.cuda.matmul, "fp32_precision"), reason="torch before 2.9")
@pytest.mark.parametrize("precision", ["highest", "high", "medium"])
def test_float32_is_exact_within_and_as_before_afterwards(precision):
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        outside = precisions(), torch.backends.cudnn.allow_tf32
        with suppress(ZeroDivisionError), plain_torch():
            within = precisions(), torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
            raise ZeroDivisionError
        assert within == (dict.fromkeys(OPERATIONS, "ieee"), "highest", False)
        assert (precisions(), torch.backends.cudnn.allow_tf32) == outside
        assert torch.get_float32_matmul_precision() == precision
    finally:
        torch.set_float32_matmul_precision(before)


@pytest.mark.skipif(not hasattr(torch.backends.cuda.matmul, "fp32_precision"), reason="torch before 2.9")
def test_a_switch_that_only_the_newer_interface_knows():
    conv, before = torch.backends.cudnn.conv, torch.backends.cudnn.conv.fp32_precision
    try:
        conv.fp32_precision = "ieee"
        with plain_torch():
            assert set(precisions().values()) == {"ieee"}
        assert conv.fp32_precision == "ieee"
    finally:
        conv.fp32_precision = before


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


def test_threads_take_turns(digits):
    """Each fits as if it were alone, and what they share is left as it was."""
    X, y = digits
    hashers = [
        DHNHasher(8, max_epochs=2, encoder=nn.Sequential(nn.Flatten(), nn.Dropout()), random_state=i) for i in (0, 1)
    ]
    expected = [hasher.fit(X, y).decision_function(X) for hasher in hashers]
    before = torch.get_float32_matmul_precision(), torch.get_rng_state()
    for _ in range(3):
        codes = Parallel(2, backend="threading")(
            delayed(lambda h: h.fit(X, y).decision_function(X))(h) for h in hashers
        )
        np.testing.assert_array_equal(codes, expected)
    assert torch.get_float32_matmul_precision() == before[0]
    assert torch.equal(torch.get_rng_state(), before[1])
