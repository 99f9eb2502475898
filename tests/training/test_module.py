"""The network: what training does that encoding does not."""

import numpy as np
import pytest
import torch
from torch import nn

from sklearn_hash.training import HashingModule, Normalize


class Recorder(nn.Linear):
    """Keeps how it was called."""

    def __init__(self):
        super().__init__(6, 4)
        self.calls = []

    def forward(self, x):
        self.calls.append((x.dtype, self.training, torch.is_grad_enabled(), torch.is_autocast_enabled("cpu")))
        return super().forward(x)


def make(**params):
    torch.manual_seed(0)
    return HashingModule(Recorder(), 4, 8, **params)


X = torch.randint(0, 256, (10, 6), dtype=torch.uint8)


def test_plain():
    net = make()
    z = net(X)
    encoder, layer = net.encoder, net.hash_layer
    expected = (X.float() @ encoder.weight.T + encoder.bias) @ layer.weight.T + layer.bias
    torch.testing.assert_close(z, expected)
    assert encoder.calls == [(torch.float32, True, True, False)]


def test_batch_norm_of_the_hash_layer():
    """By the batch in training; by what training saw afterwards, whatever a row's neighbours are."""
    net, plain = make(batch_norm=True), make()
    raw = plain(X).detach().double().numpy()
    z = net(X)
    np.testing.assert_allclose(z.detach(), (raw - raw.mean(0)) / np.sqrt(raw.var(0) + 1e-5), atol=1e-4)
    second = plain(X[:5]).detach().double().numpy()
    net(X[:5])
    net.eval()
    weights = [0.09, 0.1]  # of a moving average by a tenth, from which the initial values are taken out
    mean = np.average([raw.mean(0), second.mean(0)], axis=0, weights=weights)
    variance = np.average([raw.var(0, ddof=1), second.var(0, ddof=1)], axis=0, weights=weights)
    np.testing.assert_allclose(net(X[:1]).detach(), (raw[:1] - mean) / np.sqrt(variance + 1e-5), rtol=1e-4, atol=1e-4)


def test_batch_norm_before_any_batch_changes_nothing():
    np.testing.assert_allclose(make(batch_norm=True).eval()(X).detach(), make().eval()(X).detach(), rtol=1e-4)


def test_augmentation_comes_first_and_only_in_training():
    net = make(normalize=Normalize(), augment=lambda x: 255 - x)
    inverted = make(normalize=Normalize())(255 - X)
    torch.testing.assert_close(net(X), inverted)
    net.eval()
    torch.testing.assert_close(net(255 - X), inverted)


def test_a_frozen_encoder_is_only_used():
    net = make(frozen=True)
    net(X).sum().backward()
    assert (net.training, net.hash_layer.training) == (True, True)
    assert net.encoder.calls == [(torch.float32, False, False, False)]
    assert net.encoder.weight.grad is None
    assert net.hash_layer.weight.grad is not None
    assert torch.is_grad_enabled()


def test_statistics_of_a_frozen_encoder_stay():
    encoder = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Dropout())
    net = HashingModule(encoder, 4, 8, frozen=True)
    assert net.train() is net
    assert torch.equal(net(X), net(X))
    assert torch.equal(encoder[1].running_mean, torch.zeros(4))
    assert encoder[1].num_batches_tracked == 0


def test_bfloat16_in_training_only_and_not_in_the_hash_layer():
    net = make(autocast=True)
    types = []
    net.hash_layer.register_forward_hook(lambda layer, args, out: types.append((args[0].dtype, out.dtype)))
    rough, exact = net(X), net.eval()(X)
    assert [call[3] for call in net.encoder.calls] == [True, False]
    assert types == [(torch.float32, torch.float32)] * 2
    # Eight bits of mantissa, and no more.
    error = ((rough - exact).norm() / exact.norm()).item()
    assert 1e-4 < error < 2e-2
    torch.testing.assert_close(exact, make()(X))


def test_features_of_any_type_become_float32():
    class Half(nn.Module):
        def forward(self, x):
            return x.half()

    assert HashingModule(Half(), 6, 8)(X).dtype == torch.float32


@pytest.mark.parametrize(
    ("augment", "message"),
    [
        (lambda x: x[:-1], r"for a batch of shape \(10, 6\) it returned shape \(9, 6\)"),
        (lambda x: x.flatten(), r"returned shape \(60,\)"),
        (lambda x: x.numpy(), "returned ndarray"),
        (lambda x: None, "returned NoneType"),
        (lambda x: x.add_(1), "augment writes to its input"),
    ],
)
def test_augmentation_that_is_none(augment, message):
    with pytest.raises(ValueError, match=message):
        make(augment=augment)(X.clone())
