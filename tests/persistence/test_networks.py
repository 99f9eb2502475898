"""Deep hashers with what their parameters can hold: images, the user's own encoders, optimizers, similarities."""

import re
from functools import partial

import numpy as np
import pytest
import torch
from scipy import sparse
from skorch.callbacks import EpochScoring, GradientNormClipping
from torch import nn

import sklearn_hash
from sklearn_hash import DPSHHasher, DualHingeHasher, HashNetHasher, ImageInput
from sklearn_hash.training import CNNEncoder, RandomCrop, RandomFlip
from tests.persistence.conftest import make_hasher
from tests.persistence.test_round_trip import assert_equal, round_trip


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return rng.integers(256, size=(60, 8, 8, 3), dtype=np.uint8), np.arange(60) % 3


class Net(nn.Module):
    """An encoder as a user writes it."""

    def __init__(self, width=6):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, width), nn.BatchNorm1d(width), nn.ReLU())

    def forward(self, x):
        return self.layers(x)


class Opened(Exception):
    """What an encoder that must not be called raises."""


def without_addresses(params):
    return re.sub("0x[0-9a-f]+", "", repr(params))


def assert_same_codes(loaded, hasher, X):
    np.testing.assert_array_equal(loaded.decision_function(X), hasher.decision_function(X))


@pytest.mark.parametrize("normalize", ["auto", "unit", "imagenet", (0.5, [0.2, 0.3, 0.4]), None])
def test_images(normalize, images, tmp_path):
    prepare = ImageInput(normalize=normalize, channels="last", augment=nn.Sequential(RandomCrop(2), RandomFlip(0.3)))
    nested = {"encoder__channels": (4, 8), "module__batch_norm": True, "iterator_train__balanced": True}
    hasher = DualHingeHasher(8, max_epochs=1, images=prepare, net_params=nested, random_state=0).fit(*images)
    loaded = round_trip(hasher, tmp_path / "file")
    assert_same_codes(loaded, hasher, images[0])
    assert repr(loaded.get_params()) == repr(hasher.get_params())
    again = loaded.fit(*images)
    assert_same_codes(again, hasher, images[0])


@pytest.mark.parametrize(
    ("encoder", "given"),
    [
        (Net(5), Net(5)),
        (Net, Net),
        (partial(Net, 4), lambda: Net(4)),
        (nn.Sequential(nn.Linear(64, 4)).bfloat16(), nn.Sequential(nn.Linear(64, 4)).bfloat16()),
    ],
)
def test_encoders_of_the_user_are_passed_to_load(encoder, given, digits, tmp_path):
    hasher = make_hasher("DHNHasher", encoder=encoder, net_params=None).fit(*digits)
    path = tmp_path / "file"
    sklearn_hash.save(hasher, path)
    with pytest.raises(ValueError, match=r"its encoder was the user's own module.*encoder="):
        sklearn_hash.load(path)
    before = given.state_dict()["0.weight"].clone() if isinstance(given, nn.Sequential) else None
    loaded = sklearn_hash.load(path, encoder=given)
    assert_same_codes(loaded, hasher, digits[0])
    assert loaded.encoder is given
    if before is not None:
        assert torch.equal(given[0].weight, before)
    assert loaded.partial_fit(*digits).n_iter_ == 2


class TextNet(nn.Module):
    """An encoder of token ids."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)

    def forward(self, input_ids, attention_mask):
        return self.embedding(input_ids) * attention_mask[..., None]


def test_token_ids(tmp_path):
    ids = np.random.default_rng(0).integers(10, size=(30, 6))
    X = {"input_ids": ids, "attention_mask": (ids > 2).astype(int)}
    hasher = DualHingeHasher(8, encoder=TextNet, max_epochs=1, random_state=0).fit(X, ids[:, 0] % 2)
    loaded = round_trip(hasher, tmp_path / "file", encoder=TextNet())
    assert_same_codes(loaded, hasher, X)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (Net(7), r"layers.1.weight is float32 of shape \(5, 64\) in the file, and torch.float32 of shape \(7, 64\)"),
        (nn.Sequential(nn.Flatten(), nn.Linear(64, 5)), "weights are missing or unknown"),
        (Net(5).double(), "cannot take float32 rows"),
        (nn.Conv2d(1, 1, 3), "cannot take"),
        (len, "cannot be built"),
    ],
)
def test_encoders_of_another_structure_are_refused(other, message, digits, tmp_path):
    sklearn_hash.save(make_hasher("DHNHasher", encoder=Net(5), net_params=None).fit(*digits), tmp_path / "file")
    with pytest.raises(ValueError, match=message):
        sklearn_hash.load(tmp_path / "file", encoder=other)


def test_an_encoder_that_nothing_needs_is_refused(digits, tmp_path):
    sklearn_hash.save(make_hasher("DHNHasher").fit(*digits), tmp_path / "file")
    with pytest.raises(ValueError, match=r"encoder is given, but .* Leave it out\."):
        sklearn_hash.load(tmp_path / "file", encoder=Net)


def test_frozen_and_named_classes_as_encoders(images, tmp_path):
    encoder = CNNEncoder((3, 8, 8), channels=(4,)).requires_grad_(False)
    hasher = HashNetHasher(8, encoder=encoder, max_epochs=1, random_state=0).fit(*images)
    loaded = round_trip(hasher, tmp_path / "file", encoder=encoder)
    assert loaded.net_.module_.frozen
    assert_same_codes(loaded, hasher, images[0])


@pytest.mark.parametrize(
    "nested",
    [
        {"optimizer": "SGD", "optimizer__momentum": 0.9},
        {"optimizer": torch.optim.AdamW, "optimizer__betas": (0.8, 0.9)},
        {"callbacks": [("clip", GradientNormClipping(1.0))], "callbacks__lr_schedule": None},
        {"module__precision": "bfloat16", "criterion__beta": 2.0},
        {"optimizer__param_groups": [("encoder*", {"lr": 0.0})]},
        {"encoder__hidden": [8, 4], "encoder__dropout": 0.1, "iterator_train__shuffle": False},
        {"iterator_valid__num_workers": 2},
    ],
)
def test_nested_parameters(nested, digits, tmp_path):
    hasher = make_hasher("HashNetHasher", net_params=nested).fit(*digits)
    loaded = round_trip(hasher, tmp_path / "file")
    assert_same_codes(loaded, hasher, digits[0])
    assert without_addresses(loaded.get_params()) == without_addresses(hasher.get_params())
    assert_same_codes(loaded.fit(*digits), hasher, digits[0])


def test_a_compiled_network_is_loaded_as_it_is_written(digits, tmp_path):
    hasher = make_hasher("DHNHasher").fit(*digits)
    z = hasher.decision_function(digits[0])
    hasher.net_.module_ = torch.compile(hasher.net_.module_, backend="eager")
    hasher.net_params = {**hasher.net_params, "compile": True}
    loaded = round_trip(hasher, tmp_path / "file")
    np.testing.assert_array_equal(loaded.decision_function(digits[0]), z)
    assert loaded.net_params["compile"] is True
    assert not hasattr(loaded.net_.module_, "_orig_mod")


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.csr_array])
def test_similarity_matrices(form, digits, tmp_path):
    X, y = digits
    similarity = form((y[:20, None] == y[:20]).astype(np.float32))
    hasher = make_hasher("DPSHHasher", similarity=similarity).fit(X[:20], np.arange(20))
    loaded = round_trip(hasher, tmp_path / "file")
    assert type(loaded.similarity) is type(similarity)
    assert loaded.score(X[:20], np.arange(20)) == hasher.score(X[:20], np.arange(20))


@pytest.mark.parametrize("classes", [list("abcdefghij"), [f"class {i}" for i in range(10)], None])
def test_labels_of_any_kind(classes, digits, tmp_path):
    X, y = digits
    labels = np.eye(10, dtype=int)[y] if classes is None else np.array(classes, dtype=object)[y]
    hasher = make_hasher("CSQHasher").fit(X, labels)
    loaded = round_trip(hasher, tmp_path / "file")
    assert_equal(loaded.classes_, hasher.classes_)
    assert loaded.partial_fit(X, labels).score(X, labels) > 0


def test_random_states_devices_and_numpy_numbers(digits, tmp_path):
    random_state = np.random.RandomState(5)
    hasher = make_hasher(
        "DHNHasher", random_state=random_state, device=torch.device("cpu"), n_bits=np.int64(8), lr=np.float32(0.25)
    ).fit(*digits)
    loaded = round_trip(hasher, tmp_path / "file")
    assert loaded.device == torch.device("cpu")
    assert (loaded.n_bits, loaded.lr) == (8, 0.25)
    assert loaded.random_state.randint(1 << 30) == random_state.randint(1 << 30)


def test_validation_and_early_stopping(digits, tmp_path):
    hasher = make_hasher("DHNHasher", validation_fraction=0.2, max_epochs=2, verbose=0).fit(*digits)
    loaded = round_trip(hasher, tmp_path / "file")
    assert loaded.history_[:, "valid_map"] == hasher.history_[:, "valid_map"]
    assert_same_codes(loaded, hasher, digits[0])


def test_training_goes_on_with_the_loss_it_had(digits, tmp_path):
    """Learned centres come back, and HashNet's continuation: only the optimizer begins anew."""
    X, y = digits
    plain = {"encoder__hidden": 8, "encoder__dropout": 0.0, "optimizer": "SGD"}
    for name in ("DSDHHasher", "HashNetHasher", "CSQHasher"):
        hasher = make_hasher(name, net_params=plain).fit(X, y)
        loaded = round_trip(hasher, tmp_path / "file")
        for key, value in hasher.net_.criterion_.state_dict().items():
            assert torch.equal(loaded.net_.criterion_.state_dict()[key], value)
        hasher.partial_fit(X, y)  # SGD has no state
        np.testing.assert_array_equal(loaded.partial_fit(X, y).decision_function(X), hasher.decision_function(X))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"images": ImageInput(loader=np.load)},
            r"images.loader is the function load.*set_params\(images__loader=None",
        ),
        ({"images": ImageInput(augment=abs)}, r"images.augment is the function abs"),
        ({"images": ImageInput(augment=nn.Sequential(nn.Dropout()))}, r"modules.0 is an object of torch.nn"),
        ({"similarity": lambda i, j: i == j}, r"similarity is the function <lambda>.*similarity='share'"),
        ({"net_params": {"callbacks": [EpochScoring(len)]}}, r"callbacks.0 is an object of skorch.*callbacks=None"),
        ({"net_params": {"compile__backend": "eager"}}, "compile__backend"),
        ({"net_params": {"encoder__hidden": 4}, "encoder": Net}, "encoder=functools.partial"),
        ({"net_params": {"encoder__hidden": "wide"}}, "are not those that its network was fitted with"),
        ({"encoder": "linear"}, "are not those that its network was fitted with.*fit again"),
        ({"images": ImageInput(normalize="unit")}, "are not those that its network was fitted with"),
    ],
)
def test_what_cannot_be_saved_is_refused_by_name_with_the_remedy(params, message, digits, tmp_path):
    hasher = make_hasher("DPSHHasher").fit(*digits)
    for name, value in params.items():
        setattr(hasher, name, value)
    with pytest.raises(ValueError, match=message):
        sklearn_hash.save(hasher, tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_the_remedies_work(images, tmp_path):
    rows, _ = images
    hasher = DPSHHasher(8, max_epochs=1, random_state=0, net_params={"callbacks": [EpochScoring(lambda *args: 0.0)]})
    hasher.set_params(
        images=ImageInput(loader=rows.__getitem__, augment=torch.abs), similarity=lambda i, j: i[:, None] == j
    )
    hasher.fit(np.arange(60), np.arange(60))
    z = hasher.decision_function(np.arange(60))
    hasher.set_params(images__loader=None, images__augment=None, callbacks=None, similarity="share")
    loaded = round_trip(hasher, tmp_path / "file")
    np.testing.assert_array_equal(loaded.decision_function(rows), z)
    loaded.set_params(images__loader=rows.__getitem__)
    np.testing.assert_array_equal(loaded.decision_function(np.arange(60)), z)


def test_a_device_that_is_not_there(digits, tmp_path):
    if torch.cuda.is_available():
        return
    hasher = make_hasher("DHNHasher").fit(*digits)
    hasher.device = "cuda:3"
    loaded = round_trip(hasher, tmp_path / "file")
    assert loaded.device == "cuda:3"
    assert str(loaded.net_.device) == "cpu"
    assert_same_codes(loaded, hasher, digits[0])
    with pytest.raises(ValueError, match="The 'device' parameter must be"):
        sklearn_hash.load(tmp_path / "file", device="cuda:3")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device on this machine")
@pytest.mark.parametrize("name", ["DualHingeHasher", "HashNetHasher", "CSQHasher"])
def test_a_hasher_of_a_gpu_comes_to_the_cpu_and_back(name, digits, tmp_path):
    hasher = make_hasher(name, device="cuda").fit(*digits)
    sklearn_hash.save(hasher, tmp_path / "file")
    on_cpu, on_gpu = (sklearn_hash.load(tmp_path / "file", device=device) for device in ("cpu", "auto"))
    assert (torch.device(on_cpu.net_.device).type, torch.device(on_gpu.net_.device).type) == ("cpu", "cuda")
    z = hasher.decision_function(digits[0])
    np.testing.assert_array_equal(on_gpu.decision_function(digits[0]), z)
    np.testing.assert_allclose(on_cpu.decision_function(digits[0]), z, atol=1e-4)
    differ = (on_cpu.decision_function(digits[0]) > 0) != (z > 0)
    assert not differ[np.abs(z) > 1e-4].any()
