"""Properties of every loss over pairs."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import (
    DBDHLoss,
    DCHLoss,
    DHNLoss,
    DPSHLoss,
    DSHLoss,
    DTSHLoss,
    DualHingeLoss,
    IDHNLoss,
    MMHHLoss,
    QSMIHLoss,
    similarity_matrix,
)
from tests.losses.pair_losses import LOSSES, every_loss, every_pair_loss, make_batch, value_and_gradient


def distance_to_ones(h):
    return len(h) / 2 * (1 - h.sum() / np.linalg.norm(h) / np.sqrt(len(h)))


# the quantization loss of every loss that has one, of outputs z and relaxed codes tanh z
QUANTIZATION = {
    DualHingeLoss: lambda z: np.square(np.abs(np.tanh(z)) - 1).mean(),
    DHNLoss: lambda z: np.log(np.cosh(np.abs(np.tanh(z)) - 1)).mean(),
    DSHLoss: lambda z: 2 * np.abs(np.abs(z) - 1).mean(),
    DPSHLoss: lambda z: np.square(z - np.sign(z)).mean(),
    DTSHLoss: lambda z: np.square(z - np.sign(z)).mean(),
    DCHLoss: lambda z: np.mean([np.log1p(distance_to_ones(np.abs(np.tanh(row))) / len(row)) for row in z]),
    IDHNLoss: lambda z: (1 - np.abs(z) / (1 + np.abs(z))).mean(),
    QSMIHLoss: lambda z: np.abs(np.abs(z) - 1).mean(),
    MMHHLoss: lambda z: np.log(np.cosh(np.abs(z) - 1)).mean(),
}


@every_loss
def test_gradient_is_that_of_the_value(loss):
    z, similarity = make_batch()
    assert torch.autograd.gradcheck(lambda z: loss(z, similarity), z.requires_grad_())


@every_loss
def test_gradient_scales_with_what_follows_the_loss(loss):
    z, similarity = make_batch()
    _, gradient = value_and_gradient(loss, z, similarity)
    _, scaled = value_and_gradient(lambda z, s: 3 * loss(z, s), z, similarity)
    torch.testing.assert_close(scaled, 3 * gradient)


@pytest.mark.parametrize("n", [1, 5])
@every_pair_loss
def test_without_a_known_pair_there_is_nothing_to_learn(loss, n):
    z, _ = make_batch(n=5)
    value, gradient = value_and_gradient(loss, z[:n], torch.full((n, n), torch.nan))
    assert value == 0
    assert torch.equal(gradient, torch.zeros_like(gradient))


@pytest.mark.parametrize("make", QUANTIZATION)
def test_without_a_known_pair_the_loss_is_the_quantization_loss(make):
    z, _ = make_batch()
    value = make(quantization=0.5)(z, torch.full((9, 9), torch.nan))
    assert value.item() == pytest.approx(0.5 * QUANTIZATION[make](z.numpy()), rel=1e-12)


@every_loss
def test_diagonal_is_ignored(loss):
    z, similarity = make_batch()
    value, gradient = value_and_gradient(loss, z, similarity)
    for diagonal in (0.0, 0.5, torch.nan):
        changed = similarity.clone().fill_diagonal_(diagonal)
        other_value, other_gradient = value_and_gradient(loss, z, changed)
        assert other_value == value
        assert torch.equal(other_gradient, gradient)


@every_pair_loss
def test_unknown_pairs_are_as_good_as_absent(loss):
    z, similarity = make_batch()
    similarity[6:, :] = similarity[:, 6:] = torch.nan
    value, gradient = value_and_gradient(loss, z, similarity)
    value_without, gradient_without = value_and_gradient(loss, z[:6], similarity[:6, :6])
    torch.testing.assert_close(value, value_without)
    torch.testing.assert_close(gradient[:6], gradient_without)
    assert torch.equal(gradient[6:], torch.zeros_like(gradient[6:]))


@every_loss
def test_order_of_the_rows_does_not_matter(loss):
    z, similarity = make_batch()
    order = torch.randperm(len(z), generator=torch.Generator().manual_seed(1))
    value, gradient = value_and_gradient(loss, z, similarity)
    permuted_value, permuted_gradient = value_and_gradient(loss, z[order], similarity[order][:, order])
    torch.testing.assert_close(permuted_value, value)
    torch.testing.assert_close(permuted_gradient, gradient[order])


# DBDH counts how many bits of a row are set.
@pytest.mark.parametrize("loss", [loss for loss in LOSSES.values() if not isinstance(loss, DBDHLoss)], ids=repr)
def test_flipping_a_bit_of_every_row_does_not_matter(loss):
    z, similarity = make_batch()
    flips = torch.tensor([1.0, -1, 1, -1, -1, 1], dtype=z.dtype)
    torch.testing.assert_close(loss(z * flips, similarity), loss(z, similarity))


@every_loss
def test_arguments_are_left_unchanged(loss):
    z, similarity = make_batch()
    z_before, similarity_before = z.clone(), similarity.clone()
    value_and_gradient(loss, z, similarity)
    loss(z, similarity)
    assert torch.equal(z, z_before)
    torch.testing.assert_close(similarity, similarity_before, rtol=0, atol=0, equal_nan=True)


@every_loss
def test_similarity_is_a_target_without_a_gradient(loss):
    z, similarity = make_batch()
    similarity.requires_grad_()
    loss(z.requires_grad_(), similarity).backward()
    assert similarity.grad is None


@every_loss
def test_descent_separates_the_classes(loss):
    y = torch.arange(12) % 3
    z = torch.randn(12, 6, generator=torch.Generator().manual_seed(0)).requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.05)
    similarity = similarity_matrix(y)
    for _ in range(150):
        optimizer.zero_grad()
        loss(z, similarity).backward()
        optimizer.step()
    bits = (z > 0).float()
    distances = torch.cdist(bits, bits, p=0)
    assert distances[similarity == 1].mean() < distances[similarity == 0].mean() / 2


@every_loss
def test_other_outputs_and_similarities_are_refused(loss):
    for z in (torch.zeros(3), torch.zeros(3, 3, dtype=torch.int64), torch.zeros(3, 3, dtype=torch.complex64)):
        with pytest.raises(ValueError, match=r"z must be a floating \(n, n_bits\) tensor; got torch\.\w+ of shape"):
            loss(z, torch.zeros(3, 3))
    for shape in ((3,), (3, 4), (4, 4), (3, 3, 1)):
        with pytest.raises(ValueError, match="one column for each of the 3 rows of z"):
            loss(torch.zeros(3, 5), torch.zeros(shape))
