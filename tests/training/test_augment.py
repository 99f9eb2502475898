"""Augmentation of whole batches, against numpy image by image."""

import numpy as np
import pytest
import torch
from scipy.stats import binomtest, chisquare

from sklearn_hash.training import RandomCrop, RandomFlip

TYPES = [torch.uint8, torch.float32, torch.float16, torch.int64]


def images(n=12, dtype=torch.uint8):
    torch.manual_seed(0)
    return torch.randint(1, 256, (n, 3, 6, 5)).to(dtype)


def shifts_of(image, out, padding):
    """Every shift of an image, with zeros coming in, that gives the other one."""
    padded = np.pad(image, [(0, 0), (padding, padding), (padding, padding)])
    height, width = image.shape[1:]
    places = [(i, j) for i in range(2 * padding + 1) for j in range(2 * padding + 1)]
    return [(i, j) for i, j in places if np.array_equal(padded[:, i : i + height, j : j + width], out)]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("padding", [0, 1, 3])
def test_crops_are_shifts(dtype, padding):
    x = images(dtype=dtype)
    out = RandomCrop(padding)(x)
    assert out.dtype == dtype
    assert out.shape == x.shape
    assert all(len(shifts_of(a.numpy(), b.numpy(), padding)) == 1 for a, b in zip(x, out, strict=True))


def test_every_shift_is_equally_likely():
    x = torch.arange(1, 31).view(1, 1, 6, 5).expand(4500, 1, 6, 5).to(torch.uint8)
    torch.manual_seed(1)
    # The pixel that lands at the centre tells the shift: one of nine.
    centre = RandomCrop(1)(x)[:, 0, 2, 2]
    values, counts = centre.unique(return_counts=True)
    assert len(values) == 9
    assert chisquare(counts.numpy()).pvalue > 1e-4


@pytest.mark.parametrize("dtype", TYPES)
def test_flips_mirror_some(dtype):
    x = images(400, dtype)
    out = RandomFlip(0.3)(x)
    assert out.dtype == dtype
    mirrored = (out == x.flip(-1)).flatten(1).all(1)
    assert ((out == x).flatten(1).all(1) ^ mirrored).all()
    assert binomtest(int(mirrored.sum()), 400, 0.3).pvalue > 1e-4


def test_never_and_always():
    x = images()
    assert torch.equal(RandomFlip(0.0)(x), x)
    assert torch.equal(RandomFlip(1.0)(x), x.flip(-1))


@pytest.mark.parametrize("augment", [RandomCrop(2), RandomFlip()], ids=repr)
def test_the_batch_stays_and_the_seed_decides(augment):
    x = images(40)
    before, outs = x.clone(), []
    for _ in range(2):
        torch.manual_seed(3)
        outs.append(augment(x))
    assert torch.equal(x, before)
    assert torch.equal(*outs)
    assert not torch.equal(augment(x), outs[0])


def test_channels_last_in_memory_makes_no_difference():
    x = images(40)
    last = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    for augment in (RandomCrop(2), RandomFlip()):
        outs = []
        for batch in (x, last):
            torch.manual_seed(0)
            outs.append(augment(batch))
        assert torch.equal(*outs)


def test_vectors_are_refused():
    for augment in (RandomCrop(), RandomFlip()):
        with pytest.raises(ValueError, match=r"augments images .* got a batch of shape \(4, 64\)"):
            augment(torch.zeros(4, 64))


def test_their_text_tells_their_parameters():
    assert repr(torch.nn.Sequential(RandomCrop(2), RandomFlip(0.1))).split()[1:] == [
        "(0):", "RandomCrop(padding=2)", "(1):", "RandomFlip(p=0.1)", ")",
    ]  # fmt: skip
