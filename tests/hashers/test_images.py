"""Images in either order of axes, normalised and augmented."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch.utils.data import TensorDataset

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher, ImageInput
from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.training import CNNEncoder, MLPEncoder, RandomCrop, RandomFlip

HASHERS = [DualHingeHasher, HashNetHasher]


def make(cls=DHNHasher, **params):
    return cls(**{"n_bits": 8, "max_epochs": 1, "random_state": 0, **params})


@pytest.mark.parametrize("cls", HASHERS)
def test_auto_takes_the_cnn_and_learns(cls, images):
    X, y = images
    net_params = {"encoder__channels": (16, 32), "encoder__dropout": 0.0}
    hasher = make(cls, max_epochs=8, batch_size=20, net_params=net_params, lr=1e-2).fit(X, y)
    assert isinstance(hasher.net_.module_.encoder, CNNEncoder)
    assert hasher.transform(X).shape == (400, 8)
    assert hasher.score(X, y) > 0.5


def test_auto_takes_the_mlp_for_vectors(digits):
    assert isinstance(make().fit(*digits).net_.module_.encoder, MLPEncoder)


@pytest.fixture(scope="module")
def colour(images):
    """Bytes of shape (400, 10, 8, 3)."""
    X, y = images
    X = np.stack([15 * X[:, 0], 255 - 15 * X[:, 0], np.roll(15 * X[:, 0], 1, axis=2)], axis=-1)
    return np.pad(X, [(0, 0), (1, 1), (0, 0), (0, 0)]), y


@pytest.mark.parametrize("form", ["array", "list", "loader", "dataset", "memmap", "read-only"])
def test_channels_last_trains_as_channels_first(colour, form, tmp_path):
    X, y = colour
    first = np.ascontiguousarray(X.transpose(0, 3, 1, 2))
    params = {"encoder": "mlp", "validation_fraction": 0.2, "net_params": {"encoder__hidden": 16}}
    expected = make(**params).fit(first, y).decision_function(first)
    if form == "loader":
        params["images"] = ImageInput(loader=X.__getitem__)
    if form == "memmap":
        np.save(tmp_path / "X.npy", X)
    if form == "read-only":
        X = X.copy()
        X.flags.writeable = False
    rows = {
        "list": lambda: list(X),
        "loader": lambda: np.arange(400),
        "dataset": lambda: TensorDataset(torch.from_numpy(X)),
        "memmap": lambda: np.load(tmp_path / "X.npy", mmap_mode="r"),
    }.get(form, lambda: X)()
    hasher = make(**params).fit(rows, y)
    np.testing.assert_allclose(hasher.decision_function(rows), expected, atol=1e-4)
    if form in ("array", "list", "read-only"):
        assert hasher.n_features_in_ == 3


def test_codes_of_either_order(colour):
    X, y = colour
    hasher = make(batch_size=50).fit(X, y)
    np.testing.assert_allclose(
        hasher.decision_function(X.transpose(0, 3, 1, 2)), hasher.decision_function(X), atol=1e-5
    )
    with pytest.raises(ValueError, match=r"rows of shape \(3, 8, 10\), but fit saw rows of shape \(3, 10, 8\)"):
        hasher.transform(X.transpose(0, 2, 1, 3))


def test_images_that_may_be_either(colour):
    X, y = colour
    square = X[:, :3, :4]
    with pytest.raises(ValueError, match=r"images of shape \(3, 4, 3\).*channels='first'"):
        make().fit(square, y)
    hasher = make(images=ImageInput(channels="last")).fit(square, y)
    assert hasher.n_features_in_ == 3
    assert hasher.net_.module_.encoder.standardize.mean.shape == (3, 3, 4)
    assert make(encoder="mlp", images=ImageInput(channels="first")).fit(
        square, y
    ).net_.module_.encoder.standardize.mean.shape == (3, 4, 3)


def test_images_of_mixed_sizes(colour):
    X, y = colour
    with pytest.raises(ValueError, match=r"different shapes.*Resize"):
        make().fit([*X[:-1], X[-1, :-1]], y)
    with pytest.raises(ValueError, match=r"one shape; for 7 it is \(3, 9, 8\), for the first row \(3, 10, 8\)"):
        make(images=ImageInput(loader=lambda i: X[i, : 10 - (i == 7)])).fit(np.arange(400), y)


class Spy(torch.nn.Module):
    """Keeps what the encoder sees."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x):
        self.seen.append(x.detach().clone())
        return x.flatten(1)


def test_normalised_on_the_device(colour):
    X, y = colour
    hasher = make(encoder=Spy(), images=ImageInput(normalize="imagenet")).fit(X, y)
    hasher.transform(X)
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    seen = hasher.net_.module_.encoder.seen
    np.testing.assert_allclose(seen[-1], ((X / 255 - mean) / std).transpose(0, 3, 1, 2), atol=1e-5)
    # One mini-batch of training, wherever its rows came from, has the same values.
    assert np.isin(np.round(seen[1].numpy(), 4), np.round(seen[-1].numpy(), 4)).all()


@pytest.mark.parametrize("encoder", ["cnn", "mlp", "linear"])
def test_a_normalisation_of_ones_own_takes_the_place_of_the_learnt_one(colour, encoder):
    X, y = colour
    for normalize in (None, "unit"):
        hasher = make(encoder=encoder, images=ImageInput(normalize=normalize)).fit(X, y)
        assert isinstance(hasher.net_.module_.encoder.standardize, torch.nn.Identity)
        assert hasher.transform(X).shape == (400, 8)
    unit = make(encoder=encoder, images=ImageInput(normalize="unit")).fit(X, y).decision_function(X)
    scaled = (
        make(encoder=encoder, images=ImageInput(normalize=None))
        .fit(X / np.float32(255), y)
        .decision_function(X / np.float32(255))
    )
    np.testing.assert_allclose(unit, scaled, atol=1e-4)


def test_augmentation_is_for_training_rows_only(colour):
    X, y = colour
    sizes = []

    def augment(x):
        assert x.dtype == torch.uint8
        sizes.append(len(x))
        return x

    params = {"batch_size": 40, "max_epochs": 2, "validation_fraction": 0.2}
    hasher = make(**params, images=ImageInput(augment=augment)).fit(X, y)
    assert sizes == [40] * 16
    np.testing.assert_array_equal(hasher.decision_function(X), make(**params).fit(X, y).decision_function(X))
    assert sizes == [40] * 16


def test_augmentation_has_the_estimators_own_randomness(colour):
    X, y = colour
    augment = torch.nn.Sequential(RandomCrop(1), RandomFlip())
    torch.manual_seed(0)
    state = torch.get_rng_state()
    hasher = make(encoder="mlp", images=ImageInput(augment=augment)).fit(X, y)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(1)
    again = clone(hasher).fit(X, y)
    np.testing.assert_array_equal(again.decision_function(X), hasher.decision_function(X))
    assert not np.array_equal(make(encoder="mlp").fit(X, y).decision_function(X), hasher.decision_function(X))
    assert hasher.net_.module_.augment is not augment


def test_shifted_training_images_make_for_codes_that_bear_shifts(images):
    """What augmentation is for."""
    X, y = images
    X = np.pad(X, [(0, 0), (0, 0), (2, 2), (2, 2)])
    shifted = np.roll(X, (1, -1), axis=(2, 3))

    def score(seed, **params):
        hasher = make(max_epochs=20, batch_size=40, encoder="mlp", random_state=seed, **params).fit(X, y)
        return mean_average_precision(hasher.transform(shifted), y, hasher.transform(X), y)

    assert np.mean([score(seed, images=ImageInput(augment=RandomCrop(1))) - score(seed) for seed in range(2)]) > 0.05


def test_a_frozen_backbone(colour):
    """Its weights and statistics stay, and the optimizer does not know of them."""
    X, y = colour
    torch.manual_seed(0)
    backbone = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU())
    frozen = deepcopy(backbone).requires_grad_(False)
    hasher = make(max_epochs=2, encoder=frozen, images=ImageInput(normalize="unit")).fit(X, y)
    trained = hasher.net_.module_
    for name, value in trained.encoder.state_dict().items():
        assert torch.equal(value, backbone.state_dict()[name])
    optimised = {id(weight) for group in hasher.net_.optimizer_.param_groups for weight in group["params"]}
    assert optimised == {id(weight) for weight in trained.hash_layer.parameters()}
    tuned = make(encoder=backbone, images=ImageInput(normalize="unit")).fit(X, y).net_.module_.encoder
    assert tuned[1].num_batches_tracked == 400 // 128
    assert not torch.equal(tuned[0].weight, backbone[0].weight)


def test_bfloat16_trains_near_float32(colour):
    X, y = colour
    params, net_params = {"encoder": "mlp", "lr": 0.1}, {"optimizer": "SGD", "encoder__dropout": 0.0}
    exact, rough = (
        make(**params, net_params={**net_params, "module__precision": precision}).fit(X, y)
        for precision in ("float32", "bfloat16")
    )
    z, other = exact.decision_function(X), rough.decision_function(X)
    assert 0 < np.linalg.norm(z - other) < 0.1 * np.linalg.norm(z)
    assert {weight.dtype for weight in rough.net_.module_.parameters()} == {torch.float32}
    np.testing.assert_array_equal(
        exact.decision_function(X),
        make(device="cpu", **params, net_params={**net_params, "module__precision": "auto"})
        .fit(X, y)
        .decision_function(X),
    )


@pytest.mark.parametrize("cls", HASHERS)
def test_compiled_training_is_the_same(cls, colour):
    X, y = colour
    encoder = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.LazyLinear(12), torch.nn.Tanh())
    params = {"encoder": encoder, "images": ImageInput(normalize="unit", augment=RandomFlip())}
    net_params = {"optimizer__param_groups": [("encoder.*", {"lr": 1e-4})]}
    plain = make(cls, net_params=net_params, **params).fit(X, y)
    net_params = {**net_params, "compile": True, "compile__backend": "eager"}
    compiled = pickle.loads(pickle.dumps(make(cls, net_params=net_params, **params).fit(X, y)))
    np.testing.assert_allclose(compiled.decision_function(X), plain.decision_function(X), atol=1e-5)
    assert len(compiled.net_.optimizer_.param_groups) == 2


@pytest.mark.parametrize("encoder", ["mlp", "linear"])
def test_vector_encoders_read_images_row_by_row(images, encoder):
    X, y = images
    as_images = make(encoder=encoder).fit(X, y).decision_function(X)
    as_vectors = make(encoder=encoder).fit(X.reshape(400, 64), y).decision_function(X.reshape(400, 64))
    np.testing.assert_array_equal(as_images, as_vectors)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int64])
def test_the_type_of_pixels_does_not_matter(images, dtype):
    X, y = images
    np.testing.assert_array_equal(
        make().fit(X.astype(dtype), y).decision_function(X.astype(dtype)), make().fit(X, y).decision_function(X)
    )


def test_bytes_stay_bytes_until_the_batch(images):
    """An encoder sees float32, the data are not copied as such."""
    X, y = images

    class Spy(torch.nn.Module):
        dtypes = set()

        def forward(self, x):
            Spy.dtypes.add((x.dtype, tuple(x.shape[1:])))
            return x.flatten(1)

    make(encoder=Spy).fit(X, y).transform(X)
    assert Spy.dtypes == {(torch.float32, (1, 8, 8))}


def test_colour_and_odd_sizes():
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (40, 3, 9, 5), dtype=np.uint8), np.arange(40) % 4
    hasher = make(batch_size=20).fit(X, y)
    assert hasher.transform(X).shape == (40, 8)
    assert hasher.n_features_in_ == 3


@pytest.mark.parametrize("validation_fraction", [None, 0.2])
def test_validation_and_partial_fit(images, validation_fraction):
    X, y = images
    hasher = make(validation_fraction=validation_fraction).fit(X, y).partial_fit(X, y)
    assert hasher.n_iter_ == 2
