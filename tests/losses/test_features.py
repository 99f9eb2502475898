"""Properties of every loss over features."""

from itertools import product

import pytest
import torch

from sklearn_hash.losses import BiHalfLoss, StochasticNeighborLoss, UnsupervisedGreedyHashLoss

LOSSES = {
    "unsupervised_greedy_hash": UnsupervisedGreedyHashLoss(),
    "bihalf": BiHalfLoss(),
    "stochastic_neighbor": StochasticNeighborLoss(noise=0),
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())


def value_and_gradient(loss, z, features):
    z = z.clone().requires_grad_()
    value = loss(z, features)
    value.backward()
    return value.detach(), z.grad


EXTREME_Z = {
    "huge": lambda z: 1e4 * z,
    "tiny": lambda z: 1e-30 * z,
    "zero": lambda z: 0 * z,
    "duplicate rows": lambda z: z[:1].expand_as(z).clone(),
}
EXTREME_X = {"huge": lambda x: 1e15 * x, "zero": lambda x: 0 * x, "duplicate rows": lambda x: x[:1].expand_as(x)}


@every_loss
def test_extreme_batches_stay_finite(loss, feature_batch):
    for scale, features, n in product(EXTREME_Z, EXTREME_X, (1, 2, 7)):
        z, x = (torch.tensor(part).float() for part in feature_batch(n))
        value, gradient = value_and_gradient(loss, EXTREME_Z[scale](z), EXTREME_X[features](x))
        assert torch.isfinite(value), (scale, features, n)
        assert torch.isfinite(gradient).all(), (scale, features, n)


@every_loss
def test_order_of_the_rows_does_not_matter(loss, feature_batch):
    z, x = map(torch.tensor, feature_batch())
    order = torch.randperm(len(z), generator=torch.Generator().manual_seed(1))
    value, gradient = value_and_gradient(loss, z, x)
    permuted_value, permuted_gradient = value_and_gradient(loss, z[order], x[order])
    torch.testing.assert_close(permuted_value, value)
    torch.testing.assert_close(permuted_gradient, gradient[order])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@every_loss
def test_autocast_and_half_precision_are_computed_in_float32(loss, dtype, feature_batch):
    z, x = (torch.tensor(part).float() for part in feature_batch())
    z = z.to(dtype)
    expected, expected_gradient = value_and_gradient(loss, z.float(), x)
    outputs = z.clone().requires_grad_()
    with torch.autocast("cpu", dtype=dtype):
        value = loss(outputs, x)
    value.backward()
    assert value.dtype == torch.float32
    assert torch.equal(value, expected)
    assert torch.equal(outputs.grad, expected_gradient.to(dtype))


@every_loss
def test_descent_brings_codes_near_where_features_are(loss):
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(32) % 4
    x = torch.eye(4)[y] - 0.25 + 0.05 * torch.randn(32, 4, generator=generator)
    weight = torch.randn(4, 8, generator=generator).requires_grad_()
    optimizer = torch.optim.Adam([weight], lr=0.02)
    for _ in range(200):
        optimizer.zero_grad()
        loss(x @ weight, x).backward()
        optimizer.step()
    z = x @ weight
    bits = (z > 0).float()
    distances = torch.cdist(bits, bits, p=0)
    same = y[:, None] == y
    assert distances[same].mean() < 0.7 * distances[~same].mean()


@every_loss
def test_features_are_a_target_without_a_gradient(loss, feature_batch):
    z, x = map(torch.tensor, feature_batch())
    x.requires_grad_()
    loss(z.requires_grad_(), x).backward()
    assert x.grad is None


@pytest.mark.parametrize(
    ("z", "features", "message"),
    [
        (torch.zeros(3), torch.zeros(3, 2), r"z must be a floating \(n, n_bits\) tensor"),
        (torch.zeros(3, 6), torch.zeros(2, 6), r"features must have one row for each of the 3 rows of z; .* \(2, 6\)"),
        (torch.zeros(3, 6), torch.zeros(3), r"features must have one row .* got shape \(3,\)"),
    ],
)
@every_loss
def test_bad_batches_are_refused(loss, z, features, message):
    with pytest.raises(ValueError, match=message):
        loss(z, features)
