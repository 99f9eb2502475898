"""Every loss over pairs with extreme outputs and in any precision."""

from itertools import product

import torch

from sklearn_hash.losses import similarity_matrix
from tests.losses.pair_losses import every_loss, make_batch, value_and_gradient

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


@every_loss
def test_extreme_batches_stay_finite(loss):
    for scale, kind, n in product(EXTREME_Z, EXTREME_SIMILARITY, (1, 2, 7)):
        z = EXTREME_Z[scale](make_batch(n=7, dtype=torch.float32)[0][:n])
        value, gradient = value_and_gradient(loss, z, EXTREME_SIMILARITY[kind](n, n))
        assert torch.isfinite(value), (scale, kind, n)
        assert torch.isfinite(gradient).all(), (scale, kind, n)


@every_loss
def test_float32_is_close_to_float64(loss):
    z, similarity = make_batch(n=64, n_bits=16)
    value, gradient = value_and_gradient(loss, z, similarity)
    value32, gradient32 = value_and_gradient(loss, z.float(), similarity.float())
    assert value32.dtype == torch.float32
    # atol: the mutual information is a small difference of entropies
    torch.testing.assert_close(value32.double(), value, rtol=2e-6, atol=5e-8)
    torch.testing.assert_close(gradient32.double(), gradient, rtol=1e-4, atol=1e-7)


@every_loss
def test_half_precision_outputs_are_computed_in_float32(loss):
    outputs, similarity = make_batch(dtype=torch.float32)
    for dtype in (torch.float16, torch.bfloat16):
        z = outputs.to(dtype)
        value, gradient = value_and_gradient(loss, z, similarity)
        expected, expected_gradient = value_and_gradient(loss, z.float(), similarity)
        assert value.dtype == torch.float32
        assert torch.equal(value, expected)
        assert gradient.dtype == dtype
        assert torch.equal(gradient, expected_gradient.to(dtype))


@every_loss
def test_autocast_does_not_reach_into_the_loss(loss):
    outputs, similarity = make_batch(dtype=torch.float32)
    expected, expected_gradient = value_and_gradient(loss, outputs, similarity)
    for dtype in (torch.float16, torch.bfloat16):
        z = outputs.clone().requires_grad_()
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
def test_similarity_may_have_any_dtype(loss):
    z, _ = make_batch()
    similarity = similarity_matrix([0, 1, 2] * 3)
    expected = loss(z, similarity.double())
    for given in (similarity, similarity.bool(), similarity.half()):
        assert torch.equal(loss(z, given), expected)
