"""Bad parameters, networks and trainings get a clear error, and cost nothing that was there before."""

import pytest
import torch
from sklearn.base import clone
from torch import nn

from sklearn_hash import ImageInput


@pytest.mark.parametrize("n_bits", [0, -1, 2.5, 8.0, "8", None])
def test_n_bits(hasher, digits, n_bits):
    with pytest.raises(ValueError, match=r"'n_bits' parameter of .* must be an int in the range \[1, inf\)"):
        hasher.set_params(n_bits=n_bits).fit(*digits)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("encoder", "resnet"),
        ("similarity", "overlap"),
        ("output", "hex"),
        ("lr", 0),
        ("lr", "fast"),
        ("max_epochs", 0),
        ("batch_size", 1),
        ("validation_fraction", 1.0),
        ("images", "imagenet"),
        ("device", 3.5),
        ("random_state", "seed"),
        ("net_params", ["optimizer__eps"]),
        ("alpha", -1.0),
    ],
)
def test_parameters(hasher, digits, name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of {type(hasher).__name__} must be"):
        hasher.set_params(**{name: value}).fit(*digits)


@pytest.mark.parametrize(
    ("name", "value"),
    [("loader", "PIL"), ("channels", "middle"), ("normalize", "mean"), ("augment", "flip")],
)
def test_parameters_of_image_input(hasher, digits, name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of ImageInput must be"):
        hasher.set_params(images=ImageInput(**{name: value})).fit(*digits)
    hasher.set_params(images=None)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("callbacks", "EarlyStopping", "'callbacks' in net_params must be a list"),
        ("module__precision", "float16", "'module__precision' must be one of"),
        ("module__batch_norm", "yes", "'module__batch_norm' must be one of"),
        ("module__autocast", True, "module takes"),
        ("criterion__gama", 1.0, "criterion takes"),
        ("iterator_valid__shuffle", True, "rows are encoded in their own order"),
    ],
)
def test_values_in_net_params(hasher, digits, name, value, message):
    with pytest.raises(ValueError, match=message):
        hasher.set_params(**{name: value})
    with pytest.raises(ValueError, match=message):
        clone(hasher).set_params(net_params={name: value}).fit(*digits)


@pytest.mark.parametrize("device", ["warp", "cuda:99", "meta", "cpu:x"])
def test_unknown_device(hasher, digits, device):
    with pytest.raises(ValueError, match=f"'device' parameter must be 'auto', 'cpu'.*{device}"):
        hasher.set_params(device=device).fit(*digits)


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        ("cnn", r"encoder='cnn' needs images .* rows of shape \(64,\)"),
        (nn.Linear(60, 8), r"encoder cannot take float32 rows of shape \(64,\)"),
        (lambda: 3, "encoder must give a torch nn.Module; got int"),
        (lambda: nn.Flatten(0), r"tensor of shape \(n, n_features\)"),
        (nn.Linear, r"encoder 'Linear' cannot be built .*missing 2 .*net_params=\{'encoder__<name>'"),
    ],
    ids=["cnn", "width", "no module", "no batch", "arguments missing"],
)
def test_encoders_that_do_not_fit_the_rows(hasher, digits, encoder, message):
    with pytest.raises(ValueError, match=message):
        hasher.set_params(encoder=encoder).fit(*digits)


@pytest.mark.parametrize("optimizer", ["Adaam", "Optimizer_", "lr_scheduler", "LBFGS", dict, len])
def test_unknown_optimizer(hasher, digits, optimizer):
    with pytest.raises(ValueError, match=f"'optimizer' in net_params .*{getattr(optimizer, '__name__', optimizer)}"):
        hasher.set_params(optimizer=optimizer).fit(*digits)


def test_callbacks_that_are_none(hasher, digits):
    with pytest.raises(ValueError, match=r"list of skorch callbacks or .* got 3"):
        hasher.set_params(callbacks=[3]).fit(*digits)


def test_nan_loss_names_epoch_rate_and_remedy(hasher, digits):
    with pytest.raises(
        ValueError, match=r"loss turned nan in epoch 1 with lr=1e\+38\. Lower 'lr'.*GradientNormClipping"
    ):
        hasher.set_params(optimizer="SGD", lr=1e38, encoder="mlp").fit(*digits)


class Fraying(nn.Module):
    """Its last step leaves a weight that is NaN after a loss that was finite."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(64))
        self.weight.register_hook(lambda grad: grad * float("nan"))

    def forward(self, x):
        return x * self.weight


def test_nan_weights_after_the_last_step(hasher, digits):
    with pytest.raises(ValueError, match="weights turned NaN or infinite in epoch 1"):
        hasher.set_params(encoder=Fraying, batch_size=400).fit(*digits)
