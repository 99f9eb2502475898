"""No loss reads a value back from its device: on a GPU every step would wait for it."""

import contextlib
import inspect

import pytest
import torch

from sklearn_hash import losses

N, N_BITS, N_CLASSES = 8, 6, 4
META = torch.device("meta")
LOSSES = {name: loss for name, loss in vars(losses).items() if inspect.isclass(loss)}
TARGETS = {
    "similarity": [(torch.float32, (N, N))],
    "labels": [(torch.int64, (N,)), (torch.float32, (N, N_CLASSES))],
    "features": [(torch.float32, (N, 5))],
    "numbers": [(torch.int64, (N,))],
}
CASES = [(name, dtype, shape) for name, loss in LOSSES.items() for dtype, shape in TARGETS[loss.target]]
# options with a branch of their own in the loss
CASES_OF_OPTIONS = [
    ("DualHingeLoss", {"shape": 2.5}),
    ("DualHingeLoss", {"distance": "inner", "class_weight": None}),
    ("HashNetLoss", {"class_weight": 20.0}),
]


@pytest.fixture(autouse=True)
def autocast_on_meta(monkeypatch):
    """Torch has no autocast for the meta device."""
    monkeypatch.setattr(torch, "autocast", lambda device, enabled: contextlib.nullcontext())


def step(loss, target):
    """Run one forward and backward pass on the meta device, whose tensors have no values: to read one raises."""
    z = torch.empty(N, N_BITS, device=META, requires_grad=True)
    value = loss.to(META)(z, target)
    value.backward()
    assert value.shape == ()
    assert z.grad.shape == z.shape


@pytest.mark.parametrize(("name", "dtype", "shape"), CASES)
def test_a_step_reads_no_value(name, dtype, shape):
    sized = LOSSES[name].target in ("labels", "numbers")
    loss = LOSSES[name](N_BITS, N_CLASSES) if sized else LOSSES[name]()
    if LOSSES[name].target == "numbers":
        loss.learn_codes(torch.randn(N, N_BITS), torch.arange(N) % N_CLASSES)
    step(loss, torch.empty(shape, dtype=dtype, device=META))


@pytest.mark.parametrize(("name", "options"), CASES_OF_OPTIONS)
def test_a_step_with_other_options_reads_no_value(name, options):
    step(LOSSES[name](**options), torch.empty(N, N, device=META))


@pytest.mark.parametrize("kind", ["share", "jaccard", "cosine"])
@pytest.mark.parametrize("shape", [(N,), (N, N_CLASSES)])
def test_a_similarity_matrix_reads_no_value(shape, kind):
    assert losses.similarity_matrix(torch.empty(shape, device=META), kind).shape == (N, N)


@pytest.mark.parametrize(
    "read",
    [torch.Tensor.item, bool, int, torch.Tensor.tolist, torch.nonzero, lambda x: x[x > 0], torch.unique],
    ids=["item", "bool", "int", "tolist", "nonzero", "mask", "unique"],
)
def test_the_meta_device_finds_what_waits(read):
    with pytest.raises((RuntimeError, NotImplementedError)):
        read(torch.empty((), device=META))
