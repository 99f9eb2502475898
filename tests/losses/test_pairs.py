"""Properties of every loss over pairs."""

import subprocess
import sys

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
    HashNetLoss,
    IDHNLoss,
    LCDSHLoss,
    MIHashLoss,
    MMHHLoss,
    QSMIHLoss,
    TALRLoss,
    similarity_matrix,
)

LOSSES = {
    "dual hinge": DualHingeLoss(),
    "dual hinge, shape 2.5": DualHingeLoss(shape=2.5),
    "dual hinge, inner": DualHingeLoss(distance="inner", class_weight="balanced", beta=0.3),
    "dual hinge, unweighted": DualHingeLoss(class_weight=None, alpha=2.0),
    "hashnet": HashNetLoss(),
    "hashnet, beta 5": HashNetLoss(beta=5.0, class_weight=None),
    "hashnet, static weight": HashNetLoss(class_weight=20.0),
    "dhn": DHNLoss(),
    "dhn, authors' form": DHNLoss(alpha=1.0, quantization=0.3 * 6),
    "dsh": DSHLoss(),
    "dsh, margin 6": DSHLoss(margin=6.0, quantization=0.05),
    "dpsh": DPSHLoss(),
    "dtsh": DTSHLoss(),
    "dtsh, no margin": DTSHLoss(margin=0.0, quantization=0.1),
    "dch": DCHLoss(),
    "dch, gamma 20": DCHLoss(gamma=20.0, quantization=1.0),
    "idhn": IDHNLoss(),
    "idhn, gamma 2": IDHNLoss(alpha=0.5, gamma=2.0),
    "lcdsh": LCDSHLoss(),
    "dbdh": DBDHLoss(),
    "qsmih": QSMIHLoss(),
    # outputs of a unit deviation are nearly binary at the default of 8, where the gradient ends
    "mihash": MIHashLoss(beta=2.0),
    "talr": TALRLoss(beta=2.0),
    "mmhh": MMHHLoss(),
    "mmhh, gamma 10": MMHHLoss(gamma=10.0, inside=0.0),
}
# the pairs alone: the quantization loss does not depend on the similarity
PAIRS_ONLY = {
    "dual hinge": DualHingeLoss(quantization=0.0),
    "dual hinge, shape 2.5": DualHingeLoss(shape=2.5, quantization=0.0),
    "hashnet": HashNetLoss(),
    "hashnet, static weight": HashNetLoss(class_weight=20.0),
    "dhn": DHNLoss(quantization=0.0),
    "dsh": DSHLoss(quantization=0.0),
    "dpsh": DPSHLoss(quantization=0.0),
    "dtsh": DTSHLoss(quantization=0.0),
    "dch": DCHLoss(quantization=0.0),
    "idhn": IDHNLoss(quantization=0.0),
    "lcdsh": LCDSHLoss(),
    "dbdh": DBDHLoss(balance=0.0),
    "qsmih": QSMIHLoss(quantization=0.0),
    "talr": TALRLoss(),
    "mmhh": MMHHLoss(quantization=0.0),
}
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
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
every_pair_loss = pytest.mark.parametrize("loss", PAIRS_ONLY.values(), ids=PAIRS_ONLY.keys())


def make_batch(n=9, n_bits=6, *, dtype=torch.float64, seed=0):
    """Outputs of a hash layer, with a similarity that has known, graded and unknown pairs."""
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(n, n_bits, generator=generator, dtype=dtype)
    similarity = similarity_matrix(torch.randint(0, 3, (n,), generator=generator)).to(dtype)
    similarity[0, 2] = similarity[2, 0] = 0.3
    similarity[1, 3] = similarity[3, 1] = torch.nan
    return z, similarity


def value_and_gradient(loss, z, similarity):
    z = z.clone().requires_grad_()
    value = loss(z, similarity)
    value.backward()
    return value.detach(), z.grad


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


EXTREME_Z = {
    "huge": lambda z: 1e4 * z,
    "tiny": lambda z: 1e-30 * z,
    "zero": lambda z: 0 * z,
    "duplicate rows": lambda z: z[:1].expand_as(z).clone(),
    "duplicate huge rows": lambda z: 1e4 * z[:1].expand_as(z).clone(),
    "opposite rows": lambda z: 1e4 * z[:1] * (-1.0) ** torch.arange(len(z))[:, None],
}
EXTREME_SIMILARITY = {
    "one class": torch.ones,
    "all dissimilar": torch.zeros,
    "all unknown": lambda n, _: torch.full((n, n), torch.nan),
    "almost dissimilar": lambda n, _: torch.full((n, n), 1e-30),
    "mixed": lambda n, _: similarity_matrix(torch.arange(n) % 2),
}


@pytest.mark.parametrize("kind", EXTREME_SIMILARITY)
@pytest.mark.parametrize("scale", EXTREME_Z)
@every_loss
def test_extreme_batches_stay_finite(loss, scale, kind):
    for n in (1, 2, 7):
        z = EXTREME_Z[scale](make_batch(n=7, dtype=torch.float32)[0][:n])
        value, gradient = value_and_gradient(loss, z, EXTREME_SIMILARITY[kind](n, n))
        assert torch.isfinite(value)
        assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("n", [1, 5])
@every_pair_loss
def test_without_a_known_pair_there_is_nothing_to_learn(loss, n):
    z, _ = make_batch(n=5)
    value, gradient = value_and_gradient(loss, z[:n], torch.full((n, n), torch.nan))
    assert value == 0
    assert torch.equal(gradient, torch.zeros_like(gradient))


def distance_to_ones(h):
    return len(h) / 2 * (1 - h.sum() / np.linalg.norm(h) / np.sqrt(len(h)))


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
def test_float32_is_close_to_float64(loss):
    z, similarity = make_batch(n=64, n_bits=16)
    value, gradient = value_and_gradient(loss, z, similarity)
    value32, gradient32 = value_and_gradient(loss, z.float(), similarity.float())
    assert value32.dtype == torch.float32
    # atol: the mutual information is a small difference of entropies
    torch.testing.assert_close(value32.double(), value, rtol=2e-6, atol=5e-8)
    torch.testing.assert_close(gradient32.double(), gradient, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@every_loss
def test_half_precision_outputs_are_computed_in_float32(loss, dtype):
    z, similarity = make_batch(dtype=torch.float32)
    z = z.to(dtype)
    value, gradient = value_and_gradient(loss, z, similarity)
    expected, expected_gradient = value_and_gradient(loss, z.float(), similarity)
    assert value.dtype == torch.float32
    assert torch.equal(value, expected)
    assert gradient.dtype == dtype
    assert torch.equal(gradient, expected_gradient.to(dtype))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@every_loss
def test_autocast_does_not_reach_into_the_loss(loss, dtype):
    z, similarity = make_batch(dtype=torch.float32)
    expected, expected_gradient = value_and_gradient(loss, z, similarity)
    z.requires_grad_()
    with torch.autocast("cpu", dtype=dtype):
        value = loss(z, similarity)
    value.backward()
    assert torch.equal(value, expected)
    assert torch.equal(z.grad, expected_gradient)


@every_loss
def test_training_under_autocast_reaches_the_weights(loss):
    _, similarity = make_batch(dtype=torch.float32)
    torch.manual_seed(0)
    layer = torch.nn.Linear(4, 6)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(layer(torch.randn(9, 4)), similarity)
    value.backward()
    assert layer.weight.grad.dtype == torch.float32
    assert torch.isfinite(layer.weight.grad).all()
    assert layer.weight.grad.abs().max() > 0


@every_loss
def test_arguments_are_left_unchanged(loss):
    z, similarity = make_batch()
    z_before, similarity_before = z.clone(), similarity.clone()
    value_and_gradient(loss, z, similarity)
    loss(z, similarity)
    assert torch.equal(z, z_before)
    torch.testing.assert_close(similarity, similarity_before, rtol=0, atol=0, equal_nan=True)


@every_loss
def test_similarity_may_have_any_dtype(loss):
    z, _ = make_batch()
    similarity = similarity_matrix([0, 1, 2] * 3)
    expected = loss(z, similarity.double())
    for given in (similarity, similarity.bool(), similarity.half()):
        assert torch.equal(loss(z, given), expected)


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
@pytest.mark.parametrize(
    "z", [torch.zeros(3), torch.zeros(3, 3, dtype=torch.int64), torch.zeros(3, 3, dtype=torch.complex64)]
)
def test_other_outputs_are_refused(loss, z):
    with pytest.raises(ValueError, match=r"z must be a floating \(n, n_bits\) tensor; got torch\.\w+ of shape"):
        loss(z, torch.zeros(3, 3))


@every_loss
@pytest.mark.parametrize("shape", [(3,), (3, 4), (4, 4), (3, 3, 1)])
def test_other_similarities_are_refused(loss, shape):
    with pytest.raises(ValueError, match="one column for each of the 3 rows of z"):
        loss(torch.zeros(3, 5), torch.zeros(shape))


def test_losses_come_without_the_rest_of_the_package():
    code = (
        "import sys, sklearn_hash.losses; "
        "print(*{'sklearn', 'scipy', 'skorch', 'numba'} & {name.split('.')[0] for name in sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
