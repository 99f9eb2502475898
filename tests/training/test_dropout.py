"""Dropout with cheap masks: the law of torch's, another stream."""

import pytest
import torch
from scipy.stats import binomtest, chisquare

from sklearn_hash.training._dropout import Dropout


@pytest.mark.parametrize("p", [0.1, 0.3, 0.5, 0.9])
def test_drops_the_share_asked_for_and_keeps_the_mean(p):
    torch.manual_seed(0)
    out = Dropout(p)(torch.ones(400, 500))
    dropped = int((out == 0).sum())
    assert binomtest(dropped, out.numel(), p).pvalue > 1e-4
    torch.testing.assert_close(out[out != 0], torch.full((out.numel() - dropped,), 1 / (1 - p)), rtol=1e-4, atol=0)


def test_values_are_dropped_independently_of_their_neighbours():
    # Four values share one 64-bit draw: all 16 patterns of a group must be as frequent as for independent ones.
    torch.manual_seed(1)
    kept = (Dropout(0.3)(torch.ones(200_000)) != 0).view(-1, 4)
    counts = torch.bincount((kept * torch.tensor([1, 2, 4, 8])).sum(1), minlength=16)
    sizes = [bin(pattern).count("1") for pattern in range(16)]
    expected = [len(kept) * 0.7**size * 0.3 ** (4 - size) for size in sizes]
    assert chisquare(counts.numpy(), expected).pvalue > 1e-4


@pytest.mark.parametrize("shape", [(1,), (3, 5), (2, 3, 7), (0, 4)])
def test_any_shape_and_type(shape):
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        out = Dropout(0.5)(torch.ones(shape, dtype=dtype))
        assert out.shape == shape
        assert out.dtype == dtype
        assert set(out.flatten().tolist()) <= {0.0, 2.0}


def test_gradient_is_the_mask():
    torch.manual_seed(2)
    x = torch.full((50, 20), 3.0, requires_grad=True)
    out = Dropout(0.25)(x)
    out.sum().backward()
    torch.testing.assert_close(x.grad, out.detach() / 3)


def test_same_seed_same_mask():
    outs = []
    for _ in range(2):
        torch.manual_seed(3)
        outs.append(Dropout(0.4)(torch.ones(40, 10)))
    assert torch.equal(*outs)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_all_or_nothing(p):
    assert torch.equal(Dropout(p)(torch.ones(4, 4)), torch.full((4, 4), 1 - p))


def test_evaluation_drops_nothing():
    x = torch.randn(10, 10)
    assert Dropout(0.9).eval()(x) is x
