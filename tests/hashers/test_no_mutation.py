"""fit, partial_fit and transform change nothing that is the caller's."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from scipy import sparse
from skorch.callbacks import Callback, EarlyStopping

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher


class Counting(Callback):
    """A callback with state of its own."""

    def __init__(self):
        self.batches = []

    def on_batch_end(self, net, **kwargs):
        self.batches.append(len(self.batches))


def encoder():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(64, 16), torch.nn.BatchNorm1d(16), torch.nn.ReLU())


@pytest.mark.parametrize("cls", [DualHingeHasher, HashNetHasher])
def test_constructor_parameters_stay_as_they_were(cls, digits):
    module, callback, stopping = encoder(), Counting(), EarlyStopping(monitor="train_loss", patience=1)
    module.eval()
    state = deepcopy(module.state_dict())
    callbacks = [callback, ("stop", stopping)]
    net_params = {"optimizer__betas": (0.8, 0.9), "callbacks__stop__patience": 7}
    hasher = cls(8, encoder=module, net_params={**net_params, "callbacks": callbacks}, max_epochs=2)
    before = {name: id(value) for name, value in hasher.get_params().items()}
    stopping_before = deepcopy(vars(stopping))
    X, y = digits
    hasher.fit(X, y).partial_fit(X, y).transform(X)

    assert {name: id(value) for name, value in hasher.get_params().items()} == before
    assert all(torch.equal(value, state[name]) for name, value in module.state_dict().items())
    assert not module.training
    assert all(weight.grad is None for weight in module.parameters())
    assert callbacks == [callback, ("stop", stopping)]
    assert callback.batches == []
    assert vars(stopping) == stopping_before
    assert net_params == {"optimizer__betas": (0.8, 0.9), "callbacks__stop__patience": 7}


def test_the_net_shares_no_memory_with_the_encoder(digits):
    module = encoder()
    hasher = DHNHasher(8, encoder=module, max_epochs=1, random_state=0).fit(*digits)
    z = hasher.decision_function(digits[0])
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(1)
    np.testing.assert_array_equal(hasher.decision_function(digits[0]), z)


def test_a_callbacks_copy_lives_in_the_net(digits):
    hasher = DHNHasher(8, max_epochs=2, net_params={"callbacks": [("count", Counting())]}).fit(*digits)
    copies = [callback for name, callback in hasher.net_.callbacks_ if name == "count"]
    assert len(copies[0].batches) == 2 * (400 // 128)


@pytest.mark.parametrize("container", [np.array, sparse.csr_array], ids=["dense", "csr"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_data_stay_as_they_were(digits, indicator, container, dtype):
    X, Y = container(digits[0].astype(dtype)), container(indicator)
    copies = deepcopy((X, Y))
    hasher = DualHingeHasher(8, max_epochs=1).fit(X, Y).partial_fit(X, Y)
    hasher.transform(X)
    hasher.score(X, Y)
    for array, copy in zip((X, Y), copies, strict=True):
        assert array.dtype == copy.dtype
        array, copy = (a.toarray() if sparse.issparse(a) else a for a in (array, copy))
        np.testing.assert_array_equal(array, copy)


def test_similarity_matrix_stays_as_it_was(digits):
    X, y = digits
    S = (y[:, None] == y).astype(np.float32)
    S[0, 1] = S[1, 0] = np.nan
    copy = S.copy()
    DualHingeHasher(8, similarity=S, max_epochs=1).fit(X, np.arange(400)).score(X, np.arange(400))
    np.testing.assert_array_equal(S, copy)


@pytest.mark.parametrize("output", ["bits", "signs", "packed", "continuous"])
def test_codes_are_the_callers_to_write_to(digits, output):
    X, y = digits
    hasher = DHNHasher(8, output=output, max_epochs=1, random_state=0).fit(X, y)
    codes = hasher.transform(X)
    expected = codes.copy()
    codes[:] = 0
    np.testing.assert_array_equal(hasher.transform(X), expected)


def test_an_encoder_that_writes_to_its_input_is_refused(digits):
    """Its batches may be views of X."""
    X, y = digits[0].copy(), digits[1]
    module = torch.nn.Sequential(torch.nn.Hardtanh(inplace=True), torch.nn.Linear(64, 8))
    with pytest.raises(ValueError, match="inplace=False"):
        DHNHasher(8, encoder=module, max_epochs=1).fit(X, y)
    np.testing.assert_array_equal(X, digits[0])
