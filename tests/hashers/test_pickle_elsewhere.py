"""Pickles that travel: fitted where there is a GPU, loaded where there is none."""

import io
import pickle

import numpy as np
import pytest
import torch
from skorch.exceptions import DeviceWarning

from sklearn_hash import DualHingeHasher, HashNetHasher, ImageInput
from sklearn_hash.training import RandomFlip

HASHERS = [DualHingeHasher, HashNetHasher]


def fitted(cls, digits):
    X, y = digits[0].reshape(400, 1, 8, 8) / 16, digits[1]
    params = {"images": ImageInput(normalize=(0.5, 0.5), augment=RandomFlip()), "encoder": "mlp"}
    return cls(8, max_epochs=2, validation_fraction=0.2, random_state=0, **params).fit(X, y), X, y


class TensorSpy(pickle.Pickler):
    """Notes every tensor that it pickles itself."""

    def __init__(self, file):
        super().__init__(file)
        self.tensors = []

    def reducer_override(self, value):
        if isinstance(value, (torch.Tensor, torch.UntypedStorage, torch.storage.TypedStorage)):
            self.tensors.append(value)
        return NotImplemented


@pytest.mark.parametrize("cls", HASHERS)
def test_no_tensor_escapes_the_part_that_is_mapped_to_another_device(cls, digits):
    """The net pickles its modules, loss and optimizer apart, as bytes that load onto any device. A tensor anywhere
    else, in a callback or in the estimator, would need the device that it was on."""
    spy = TensorSpy(io.BytesIO())
    spy.dump(fitted(cls, digits)[0])
    assert spy.tensors == []


def test_the_spy_sees_tensors():
    spy = TensorSpy(io.BytesIO())
    spy.dump({"best": [torch.zeros(2)]})
    assert len(spy.tensors) > 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU to load onto")
@pytest.mark.parametrize("cls", HASHERS)
def test_a_net_that_stood_on_a_gpu_stands_on_the_cpu(cls, digits):
    hasher, X, y = fitted(cls, digits)
    z = hasher.decision_function(X)
    hasher.net_.device = torch.device("cuda:0")
    with pytest.warns(DeviceWarning):
        loaded = pickle.loads(pickle.dumps(hasher))
    assert torch.device(loaded.net_.device) == torch.device("cpu")
    np.testing.assert_array_equal(loaded.decision_function(X), z)
    assert loaded.partial_fit(X, y).n_iter_ == hasher.n_iter_ + 1
