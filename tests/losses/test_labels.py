"""Properties of every loss over labels."""

from itertools import product

import numpy as np
import pytest
import torch

from sklearn_hash.losses import (
    CNNHLoss,
    CSQLoss,
    DFHLoss,
    DPNLoss,
    DSDHLoss,
    DSHSDLoss,
    DualHingeProxyLoss,
    GreedyHashLoss,
    HHFLoss,
    HyP2Loss,
    MDSHLoss,
    OrthoHashLoss,
)

N_BITS, N_CLASSES = 6, 4
LOSSES = {
    "dual_hinge_proxy": DualHingeProxyLoss,
    "csq": CSQLoss,
    "dpn": DPNLoss,
    "ortho_hash": OrthoHashLoss,
    "greedy_hash": GreedyHashLoss,
    "dsdh": DSDHLoss,
    "dfh": DFHLoss,
    "cnnh": CNNHLoss,
    "dshsd": DSHSDLoss,
    "hyp2": HyP2Loss,
    "hhf": HHFLoss,
    "mdsh": MDSHLoss,
}
# Where signs are passed through, the gradient is by design not that of the value.
SMOOTH = {name: LOSSES[name] for name in LOSSES if name != "greedy_hash"}


def for_every(losses):
    return pytest.mark.parametrize("make", losses.values(), ids=losses.keys())


every_loss = for_every(LOSSES)


def build(make, n_bits=N_BITS, n_classes=N_CLASSES, seed=0, **parameters):
    """A loss whose centres follow from the seed, and whose head is not the initial one."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        loss = make(n_bits, n_classes, **parameters)
        with torch.no_grad():
            for parameter in loss.parameters():
                parameter.normal_()
    return loss


def make_batch(n=9, n_bits=N_BITS, *, dtype=torch.float64, seed=0):
    """Outputs of a hash layer, and an indicator of no, one or several labels a row."""
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(n, n_bits, generator=generator, dtype=dtype)
    indicator = (torch.rand(n, N_CLASSES, generator=generator) < 0.4).to(dtype)
    indicator[0] = 0
    indicator[1, :] = torch.tensor([0.0, 1.0, 0.0, 0.0])
    indicator[2, :2] = 1
    return z, indicator


def value_and_gradient(loss, z, labels):
    z = z.clone().requires_grad_()
    loss.zero_grad()
    value = loss(z, labels)
    value.backward()
    return value.detach(), z.grad


@for_every(SMOOTH)
def test_gradient_is_that_of_the_value(make):
    z, indicator = make_batch()
    loss = build(make).double()
    names = [name for name, _ in loss.named_parameters()]

    def value(z, *parameters):
        return torch.func.functional_call(loss, dict(zip(names, parameters, strict=True)), (z, indicator))

    inputs = [tensor.detach().clone().requires_grad_() for tensor in (z, *loss.parameters())]
    assert torch.autograd.gradcheck(value, inputs)


@every_loss
def test_class_numbers_are_an_indicator_with_one_label(make):
    z, _ = make_batch()
    y = torch.arange(9) % N_CLASSES
    loss = build(make)
    value, gradient = value_and_gradient(loss, z, y)
    for dtype in (torch.float64, torch.bool, torch.uint8, torch.int64):
        other, other_gradient = value_and_gradient(loss, z, torch.eye(N_CLASSES)[y].to(dtype))
        assert torch.equal(other, value)
        assert torch.equal(other_gradient, gradient)


EXTREME_Z = {
    "huge": lambda z: 1e4 * z,
    "tiny": lambda z: 1e-30 * z,
    "zero": lambda z: 0 * z,
    "duplicate rows": lambda z: z[:1].expand_as(z).clone(),
    "opposite huge rows": lambda z: 1e4 * z[:1] * (-1.0) ** torch.arange(len(z))[:, None],
}
EXTREME_LABELS = {
    "one class": lambda n: torch.zeros(n, dtype=torch.int64),
    "no labels": lambda n: torch.zeros(n, N_CLASSES),
    "all labels": lambda n: torch.ones(n, N_CLASSES),
    "mixed": lambda n: torch.arange(n) % 2,
}


@every_loss
def test_extreme_batches_stay_finite(make):
    loss = build(make)
    for scale, kind, n in product(EXTREME_Z, EXTREME_LABELS, (1, 2, 7)):
        z = EXTREME_Z[scale](make_batch(n=7, dtype=torch.float32)[0][:n])
        value, gradient = value_and_gradient(loss, z, EXTREME_LABELS[kind](n))
        tensors = [value, gradient, *(parameter.grad for parameter in loss.parameters())]
        assert all(torch.isfinite(tensor).all() for tensor in tensors), (scale, kind, n)


@every_loss
def test_any_number_of_bits_and_classes(make):
    for n_bits, n_classes in np.array([(1, 1), (1, 2), (1, 5), (2, 3), (3, 40)]):  # numpy's integers are integers
        z, _ = make_batch(n_bits=n_bits)
        value, gradient = value_and_gradient(build(make, n_bits, n_classes), z, torch.arange(9) % n_classes)
        assert torch.isfinite(value)
        assert torch.isfinite(gradient).all()


@every_loss
def test_order_of_the_rows_does_not_matter(make):
    z, indicator = make_batch()
    loss = build(make)
    order = torch.randperm(len(z), generator=torch.Generator().manual_seed(1))
    value, gradient = value_and_gradient(loss, z, indicator)
    permuted_value, permuted_gradient = value_and_gradient(loss, z[order], indicator[order])
    torch.testing.assert_close(permuted_value, value)
    torch.testing.assert_close(permuted_gradient, gradient[order])


@every_loss
def test_float32_is_close_to_float64(make):
    z, indicator = make_batch(n=64)
    loss = build(make)
    value, gradient = value_and_gradient(loss, z, indicator)
    value32, gradient32 = value_and_gradient(loss, z.float(), indicator.float())
    assert value.dtype == torch.float64
    assert value32.dtype == torch.float32
    torch.testing.assert_close(value32.double(), value, rtol=2e-6, atol=0)
    torch.testing.assert_close(gradient32.double(), gradient, rtol=1e-4, atol=1e-7)


@every_loss
def test_half_precision_outputs_are_computed_in_float32(make):
    outputs, indicator = make_batch(dtype=torch.float32)
    loss = build(make)
    for dtype in (torch.float16, torch.bfloat16):
        z = outputs.to(dtype)
        value, gradient = value_and_gradient(loss, z, indicator)
        expected, expected_gradient = value_and_gradient(loss, z.float(), indicator)
        assert value.dtype == torch.float32
        assert torch.equal(value, expected)
        assert torch.equal(gradient, expected_gradient.to(dtype))


@every_loss
def test_autocast_does_not_reach_into_the_loss(make):
    z, indicator = make_batch(dtype=torch.float32)
    loss = build(make)
    expected, expected_gradient = value_and_gradient(loss, z, indicator)
    z.requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(z, indicator)
    value.backward()
    assert torch.equal(value, expected)
    assert torch.equal(z.grad, expected_gradient)


# DSDH begins with a classifier of zeros.
@for_every({name: LOSSES[name] for name in LOSSES if name != "dsdh"})
def test_randomness_is_torchs_default_generator_at_construction(make):
    z, indicator = make_batch()
    first, again, other = (build_untouched(make, seed) for seed in (0, 0, 1))
    assert torch.equal(first(z, indicator), again(z, indicator))
    assert not torch.equal(first(z, indicator), other(z, indicator))


@pytest.mark.parametrize(
    ("name", "buffers", "parameters"),
    [
        ("csq", ["centres", "tie_break"], []),
        ("dpn", ["centres"], []),
        ("ortho_hash", ["centres"], []),
        ("greedy_hash", [], ["head"]),
        ("dsdh", [], ["head"]),
        ("dfh", [], ["relaxed_centres"]),
        ("cnnh", ["centres", "tie_break"], []),
        ("dshsd", [], ["head"]),
        ("hyp2", [], ["proxies"]),
        ("hhf", [], ["proxies"]),
        ("mdsh", ["centres"], []),
    ],
)
def test_centres_are_fixed_and_classifiers_are_trained(name, buffers, parameters):
    loss = build(LOSSES[name])
    assert [key for key, _ in loss.named_buffers()] == buffers
    assert [key for key, _ in loss.named_parameters()] == parameters
    z, indicator = make_batch()
    loss(z.requires_grad_(), indicator).backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in loss.parameters())
    assert {tuple(parameter.shape) for parameter in loss.parameters()} <= {(N_CLASSES, N_BITS)}


@every_loss
def test_the_state_is_all_that_a_loss_remembers(make):
    z, indicator = make_batch()
    loss, loaded = build(make, seed=0), build_untouched(make, 2)
    loaded.load_state_dict(loss.state_dict())
    assert torch.equal(loaded(z, indicator), loss(z, indicator))


def build_untouched(make, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make(N_BITS, N_CLASSES)


@every_loss
def test_parameters_are_single_precision_whatever_the_default(make):
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        state = make(N_BITS, N_CLASSES).state_dict()
    finally:
        torch.set_default_dtype(before)
    assert {tensor.dtype for tensor in state.values()} == {torch.float32}


@pytest.mark.parametrize("several", [False, True], ids=["classes", "label sets"])
@every_loss
def test_descent_separates_the_classes(make, several):
    labels = torch.eye(4)[torch.arange(16) % 4]
    if several:
        labels[:8] = torch.tensor([1.0, 1, 0, 0])
        labels[8:] = torch.tensor([0.0, 0, 1, 1])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        loss = make(8, 4)
        z = torch.randn(16, 8).requires_grad_()
    optimizer = torch.optim.Adam([z, *loss.parameters()], lr=0.05)
    for _ in range(150):
        optimizer.zero_grad()
        loss(z, labels).backward()
        optimizer.step()
    bits = (z > 0).float()
    distances = torch.cdist(bits, bits, p=0)
    same = labels @ labels.T > 0
    assert distances[same].mean() < 0.7 * distances[~same].mean()


@every_loss
def test_arguments_are_left_unchanged(make):
    z, indicator = make_batch()
    loss = build(make)
    before = [tensor.clone() for tensor in (z, indicator, *loss.state_dict().values())]
    value_and_gradient(loss, z, indicator)
    for tensor, old in zip((z, indicator, *loss.state_dict().values()), before, strict=True):
        assert torch.equal(tensor, old)


BAD_BATCHES = [
    (torch.zeros(3), torch.zeros(3, dtype=torch.int64), r"z must be a floating \(n, n_bits\) tensor"),
    (torch.zeros(3, 6, dtype=torch.int64), torch.zeros(3, dtype=torch.int64), "z must be a floating"),
    (torch.zeros(3, 5), torch.zeros(3, dtype=torch.int64), r"z must have the n_bits=6 columns .* shape \(3, 5\)"),
    (torch.zeros(3, 6), torch.zeros(3), r"labels must be int64 class numbers, \(3,\), or an indicator, \(3, 4\)"),
    (torch.zeros(3, 6), torch.zeros(2, dtype=torch.int64), r"labels must be .* got torch.int64 of shape \(2,\)"),
    (torch.zeros(3, 6), torch.zeros(3, 3), r"labels must be .* got torch.float32 of shape \(3, 3\)"),
]


@every_loss
def test_bad_batches_and_sizes_are_refused(make):
    for z, labels, message in BAD_BATCHES:
        with pytest.raises(ValueError, match=message):
            build(make)(z, labels)
    for n_bits in (0, 8.0, True):
        with pytest.raises(ValueError, match=f"n_bits must be an integer of at least 1; got {n_bits}"):
            make(n_bits, 4)
    with pytest.raises(ValueError, match="n_classes must be an integer of at least 1; got -1"):
        make(8, -1)
