"""Which device a name means on this machine, in which precision it trains, and that no step waits for it."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher, ImageInput
from sklearn_hash.training import (
    HashingDataset,
    RandomCrop,
    RandomFlip,
    build_net,
    make_rows,
    make_targets,
    resolve_device,
    trains_in_bfloat16,
)

META = torch.device("meta")


def test_auto_is_the_gpu_where_there_is_one():
    if torch.cuda.is_available():
        expected = torch.device("cuda", torch.cuda.current_device())
    else:
        expected = torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    assert resolve_device("auto") == expected


@pytest.mark.parametrize(("capability", "expected"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_auto_is_bfloat16_where_the_gpu_computes_in_it(monkeypatch, capability, expected):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert trains_in_bfloat16("auto", torch.device("cuda:0")) is expected
    assert trains_in_bfloat16("float32", torch.device("cuda:0")) is False
    assert trains_in_bfloat16("bfloat16", torch.device("cpu")) is True
    assert trains_in_bfloat16("auto", torch.device("cpu")) is False


LABELS = np.arange(60) % 5, (np.random.default_rng(0).random((60, 5)) < 0.3).astype(int)


@pytest.mark.parametrize("y", LABELS, ids=["labels", "indicator"])
@pytest.mark.parametrize("cls", [DualHingeHasher, HashNetHasher])
def test_steps_never_wait_for_the_device(monkeypatch, cls, y):
    """Values of a tensor on "meta" do not exist: to read one, or to compute on the host with it, is an error."""
    monkeypatch.setattr(torch, "autocast", lambda *args, **kwargs: nullcontext())  # it does not know that device
    X = np.random.default_rng(0).integers(0, 256, (60, 3, 8, 8), dtype=np.uint8)
    augment = torch.nn.Sequential(RandomCrop(1), RandomFlip())
    hasher = cls(8, batch_size=20, images=ImageInput(normalize="imagenet", augment=augment))
    rows, (targets, _) = make_rows(X), make_targets(y, hasher.similarity, len(X))
    net = build_net(hasher.get_params(deep=False), rows, hasher._make_loss(), [], META)
    rows.X = rows.X.to(META)
    batches = list(net.get_iterator(HashingDataset(rows, targets.to(META)), training=True))
    assert [(x.dtype, x.device, target.device) for x, target in batches] == [(torch.uint8, META, META)] * 3
    assert {net.train_step(batch)["loss"].device for batch in batches} == {META}


def test_the_order_of_an_epoch_stays_where_the_host_needs_it():
    X = np.zeros((6, 2), np.float32)
    on_device, on_host = make_rows(X.copy()), make_rows(X.copy())
    on_device.X = on_device.X.to(META)
    targets, _ = make_targets(np.arange(6) % 2, "share", 6)
    matrix, _ = make_targets(np.eye(6), "precomputed", 6)
    for rows, wanted, expected in [
        (on_device, targets.to(META), "meta"),
        (on_device, None, "meta"),
        (on_device, targets, "cpu"),
        (on_host, targets.to(META), "cpu"),
        (on_device, matrix.to(META), "cpu"),
        (on_host, targets, "cpu"),
    ]:
        assert HashingDataset(rows, wanted).index_device.type == expected


def test_a_fitted_net_trains_on_where_it_stands():
    """Loaded on another machine, it may stand elsewhere than "auto" would say."""
    X, y = torch.randn(40, 3).numpy(), [0, 1] * 20
    hasher = DHNHasher(4, device="cpu", max_epochs=1, batch_size=10, random_state=0).fit(X, y)
    assert hasher.set_params(device="cuda:1000").partial_fit(X, y).n_iter_ == 2


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
