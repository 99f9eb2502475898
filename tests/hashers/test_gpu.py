"""What only a GPU can show: that training there works, and that its codes are those of the CPU."""

import pickle

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher, ImageInput
from sklearn_hash.training import RandomCrop, RandomFlip
from sklearn_hash.training._dense_rows import DenseRows

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device on this machine"),
]

HASHERS = [DualHingeHasher, HashNetHasher, DHNHasher]


@pytest.fixture(scope="module")
def images(digits):
    X, y = digits
    X = np.repeat((X * 15).astype(np.uint8).reshape(400, 8, 8, 1), 3, axis=3)
    return np.pad(X, [(0, 0), (4, 4), (4, 4), (0, 0)]), y


def make(cls=DHNHasher, **params):
    return cls(**{"n_bits": 32, "max_epochs": 2, "batch_size": 50, "random_state": 0, "device": "cuda", **params})


def on_cpu(hasher):
    """The same net, moved by hand."""
    copy = pickle.loads(pickle.dumps(hasher))
    copy.net_.device = torch.device("cpu")
    copy.net_.module_.to("cpu")
    copy.net_.criterion_.to("cpu")
    return copy


@pytest.mark.parametrize("precision", ["auto", "float32"])
@pytest.mark.parametrize("encoder", ["cnn", "mlp"])
@pytest.mark.parametrize("cls", HASHERS)
def test_codes_of_both_devices_agree(cls, encoder, precision, images):
    X, y = images
    augment = torch.nn.Sequential(RandomCrop(1), RandomFlip())
    hasher = make(
        cls,
        encoder=encoder,
        images=ImageInput(augment=augment, normalize="unit"),
        net_params={"module__precision": precision},
    ).fit(X, y)
    assert {weight.device.type for weight in hasher.net_.module_.parameters()} == {"cuda"}
    ours, theirs = hasher.decision_function(X), on_cpu(hasher).decision_function(X)
    differ = (ours > 0) != (theirs > 0)
    assert differ.mean() <= 1e-3
    assert np.abs(theirs[differ]).max(initial=0) < 1e-3


@pytest.mark.parametrize("form", ["dense", "indicator", "precomputed", "loader", "unsupervised order"])
def test_rows_that_do_not_fit_are_copied_meanwhile(monkeypatch, form, images, indicator):
    """Batches from the host, through page-locked memory, train as those that lie on the device."""
    X, y = images
    net_params = {"module__precision": "float32", "iterator_train__shuffle": form != "unsupervised order"}
    params = {"encoder": "mlp", "images": ImageInput(normalize="unit"), "net_params": net_params}
    if form == "indicator":
        y = indicator
    if form == "precomputed":
        y, params["similarity"] = (y[:, None] == y).astype(float), "precomputed"
    expected = make(**params).fit(X, y).decision_function(X)
    monkeypatch.setattr(DenseRows, "to", lambda self, device: self)
    rows = X
    if form == "loader":
        rows, params["images"] = np.arange(400), ImageInput(loader=X.__getitem__, normalize="unit")
    hasher = make(**params).fit(rows, y)
    np.testing.assert_allclose(hasher.decision_function(rows), expected, atol=1e-4)


def test_the_same_seed_gives_the_same_codes_and_leaves_the_callers_stream(images):
    X, y = images
    torch.cuda.manual_seed(7)
    state = torch.cuda.get_rng_state()
    hasher = make(encoder="mlp", images=ImageInput(augment=RandomFlip())).fit(X, y)
    assert torch.equal(torch.cuda.get_rng_state(), state)
    torch.cuda.manual_seed(8)
    again = make(encoder="mlp", images=ImageInput(augment=RandomFlip())).fit(X, y)
    np.testing.assert_allclose(again.decision_function(X), hasher.decision_function(X), atol=1e-4)


def test_training_waits_for_the_device_once_an_epoch(images):
    """Torch itself raises where a step would wait."""
    X, y = images

    class NoWaiting(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(768, 16)

        def forward(self, x):
            if self.training:
                torch.cuda.set_sync_debug_mode("error")
            return self.layer(x.flatten(1))

    class Watch(Callback):
        def on_batch_end(self, net, training=None, **kwargs):
            torch.cuda.set_sync_debug_mode("default")

    try:
        make(encoder=NoWaiting(), images=ImageInput(normalize="unit"), net_params={"callbacks": [Watch()]}).fit(X, y)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_validation_checkpoints_and_one_epoch_more(images, tmp_path):
    X, y = images
    hasher = make(validation_fraction=0.2).fit(X, y, checkpoint=tmp_path)
    assert hasher.partial_fit(X, y).n_iter_ == 3


def test_compiled(images):
    X, y = images
    params = {"encoder": "mlp", "images": ImageInput(normalize="unit")}
    net_params = {"module__precision": "float32", "encoder__dropout": 0.0}
    plain = make(**params, net_params=net_params).fit(X, y).decision_function(X)
    compiled = make(**params, net_params={**net_params, "compile": True}).fit(X, y)
    np.testing.assert_allclose(compiled.decision_function(X), plain, atol=1e-2)
