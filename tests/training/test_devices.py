"""Which device a name means on this machine."""

import pytest
import torch

from sklearn_hash import DHNHasher
from sklearn_hash.training import resolve_device


def test_auto_is_the_gpu_where_there_is_one():
    expected = torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")
    assert resolve_device("auto") == expected


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")])
def test_named(device):
    assert resolve_device(device) == torch.device("cpu")


@pytest.mark.parametrize("device", ["gpu", "", "cuda:1000", "cpu:one", "meta"])
def test_devices_that_cannot_train(device):
    with pytest.raises(ValueError, match=f"'device' parameter must be 'auto', 'cpu', .*got '{device}'"):
        resolve_device(device)


def test_the_net_stands_on_the_device():
    X, y = torch.randn(40, 3).numpy(), [0, 1] * 20
    hasher = DHNHasher(4, device="cpu", max_epochs=1, batch_size=10).fit(X, y)
    assert {weight.device.type for weight in hasher.net_.module_.parameters()} == {"cpu"}
    assert hasher.transform(X).shape == (40, 4)
