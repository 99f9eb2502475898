"""Encoders: what they standardise, what they take, and whose module is trained."""

from collections import defaultdict

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.datasets import load_digits
from torch import nn

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher
from sklearn_hash.training import CNNEncoder, HashingModule, LinearEncoder, MLPEncoder, Standardize, make_rows

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:300], y[:300]


def make(cls=DHNHasher, **params):
    return cls(8, max_epochs=2, random_state=0, output="continuous", **params)


@pytest.mark.parametrize("shape", [(200, 6), (50, 3, 4, 5)])
def test_standardize_centres_and_divides_by_one_deviation(shape):
    X = (RNG.standard_normal(shape) * 7 + 100).astype(np.float32)
    layer = Standardize(shape[1:])
    layer.learn(make_rows(X))
    out = layer(torch.from_numpy(X)).double().numpy()
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-5)
    assert out.std() == pytest.approx(1, rel=1e-5)
    # One deviation for all: loud inputs stay louder than quiet ones.
    np.testing.assert_allclose(out, (X - X.mean(axis=0)) / (X - X.mean(axis=0)).std(), atol=1e-4)


def test_standardize_keeps_buffers_not_parameters():
    layer = Standardize((4,))
    assert set(layer.state_dict()) == {"mean", "deviation"}
    assert list(layer.parameters()) == []


def test_constant_rows_are_not_divided_by_zero():
    layer = Standardize((4,))
    X = np.full((5, 4), 3, np.float32)
    layer.learn(make_rows(X))
    assert torch.equal(layer(torch.from_numpy(X)), torch.zeros(5, 4))


@pytest.mark.parametrize("cls", [DualHingeHasher, HashNetHasher])
@pytest.mark.parametrize("encoder", ["linear", "mlp"])
def test_raw_pixels_train_as_scaled_ones(cls, encoder, digits):
    X, y = np.round(digits[0] * 255 / 16), digits[1]
    raw = make(cls, encoder=encoder).fit_transform(X.astype(np.uint8), y)
    scaled = make(cls, encoder=encoder).fit_transform((X / 255).astype(np.float32), y)
    np.testing.assert_allclose(raw, scaled, rtol=0, atol=1e-3)
    assert ((raw > 0) == (scaled > 0)).mean() > 0.999


def test_an_offset_changes_nothing(digits):
    X, y = digits
    np.testing.assert_allclose(make().fit_transform(X + 1000, y), make().fit_transform(X, y), rtol=0, atol=2e-2)


def test_standardisation_is_that_of_the_training_rows(digits):
    X, y = digits
    hasher = make(validation_fraction=0.5).fit(X, y)
    sparse_hasher = make(validation_fraction=0.5).fit(sparse.csr_array(X), y)
    mean = hasher.net_.module_.encoder.standardize.mean.numpy()
    assert not np.allclose(mean, X.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(sparse_hasher.net_.module_.encoder.standardize.mean.numpy(), mean, rtol=1e-5)
    hasher.transform(X + 50)
    np.testing.assert_array_equal(hasher.net_.module_.encoder.standardize.mean.numpy(), mean)


def test_linear_encoder_makes_a_linear_hash_function(digits):
    X, y = digits
    hasher = make(encoder="linear").fit(X, y)
    z = hasher.decision_function(X)
    weight = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), z, rcond=None)[0]
    np.testing.assert_allclose(np.column_stack([X, np.ones(len(X))]) @ weight, z, atol=1e-3)


@pytest.mark.parametrize(
    ("encoder", "shape", "n_features"),
    [
        (LinearEncoder((5,)), (5,), 5),
        (LinearEncoder((2, 3, 4)), (2, 3, 4), 24),
        (MLPEncoder((5,)), (5,), 512),
        (MLPEncoder((5,), hidden=(7, 3)), (5,), 3),
        (MLPEncoder((5,), hidden=()), (5,), 5),
        (CNNEncoder((3, 8, 8)), (3, 8, 8), 128),
        (CNNEncoder((1, 1, 1), channels=(4,)), (1, 1, 1), 4),
        (CNNEncoder((3, 33, 9)), (3, 33, 9), 128),
    ],
)
def test_shapes(encoder, shape, n_features):
    x = torch.randn(2, *shape)
    assert encoder(x).shape == (2, n_features)
    assert HashingModule(encoder, n_features, 6)(x).shape == (2, 6)


def test_instances_classes_and_factories(digits):
    X, y = digits

    class Net(nn.Sequential):
        def __init__(self, width=9):
            super().__init__(nn.Linear(64, width), nn.ReLU())

    for encoder in (Net(), Net, lambda: Net(), lambda width=9: Net(width)):
        hasher = make(encoder=encoder).fit(X, y)
        assert isinstance(hasher.net_.module_.encoder, Net)
        assert hasher.net_.module_.encoder is not encoder
        assert hasher.net_.module_.hash_layer.in_features == 9


def test_nothing_of_a_module_instance_is_shared_with_its_copy(digits):
    """Empty containers neither, which later fill; what the module holds twice, the copy holds twice."""

    class Net(nn.Linear):
        def __init__(self):
            super().__init__(64, 5)
            self.scales, self.seen, self.counts = np.ones(3), [], defaultdict(int)
            self.again = self.counts

        def forward(self, x):
            self.counts[len(x)] += 1
            self.seen.append(len(x))
            return super().forward(x) * float(self.scales[0])

    module = Net()
    copied = make(encoder=module).fit(*digits).net_.module_.encoder
    copied.register_forward_hook(lambda *_: None)
    copied.register_buffer("late", torch.zeros(1))
    copied.add_module("part", nn.Identity())
    copied.scales[:] = 0
    assert not module.seen
    assert not module.counts
    assert not module._forward_hooks
    assert module.scales.all()
    assert not module._buffers
    assert not module._modules
    assert copied.again is copied.counts
    assert copied.counts
    fresh = make(encoder=module).fit(*digits).net_.module_.encoder
    assert not fresh._forward_hooks
    assert not fresh._buffers


def test_a_module_gets_the_rows_as_they_are(digits):
    """Only the built-in encoders standardise."""
    X, y = digits
    hasher = make(encoder=nn.Flatten)
    layer = hasher.fit(X, y).net_.module_.hash_layer
    with torch.no_grad():
        expected = layer(torch.from_numpy(X.astype(np.float32))).numpy()
    np.testing.assert_allclose(hasher.decision_function(X), expected, atol=1e-4)


def test_a_module_of_feature_maps_is_flattened():
    X = RNG.integers(0, 256, (30, 1, 6, 6), dtype=np.uint8)
    hasher = make(encoder=nn.Conv2d(1, 2, 3)).fit(X, np.arange(30) % 3)
    assert hasher.net_.module_.hash_layer.in_features == 2 * 4 * 4


def test_lazy_modules_take_their_shape_from_the_rows(digits):
    hasher = make(encoder=nn.Sequential(nn.LazyLinear(5), nn.ReLU())).fit(*digits)
    assert hasher.net_.module_.encoder[0].in_features == 64


def test_frozen_weights_stay(digits):
    module = nn.Linear(64, 5)
    module.weight.requires_grad_(False)
    hasher = make(encoder=module).fit(*digits)
    assert torch.equal(hasher.net_.module_.encoder.weight, module.weight)
    assert not torch.equal(hasher.net_.module_.encoder.bias, module.bias)


def test_batch_normalisation_uses_what_it_learned(digits):
    X, y = digits
    hasher = make(encoder=nn.BatchNorm1d(64)).fit(X, y)
    np.testing.assert_allclose(hasher.decision_function(X[:1]), hasher.decision_function(X)[:1], atol=1e-5)
