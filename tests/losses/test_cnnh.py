"""CNNHLoss against its formula in numpy, and its codes against every other choice."""

import itertools

import numpy as np
import pytest
import torch

from sklearn_hash.losses import CNNHLoss
from sklearn_hash.losses._cnnh import _factorise

LABELS = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0]])


def make(n_bits, n_classes, seed=0, **parameters):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return CNNHLoss(n_bits, n_classes, **parameters)


def cnnh(z, indicator, centres, tie_break):
    rows = []
    for row, labels in zip(z, indicator, strict=True):
        votes = labels @ centres
        if labels.any():
            rows.append(np.square(np.tanh(row) - np.where(votes == 0, tie_break, np.sign(votes))).mean())
    return np.mean(rows)


@pytest.mark.parametrize("n_bits", [5, 8])
def test_value_and_gradient_are_those_of_the_formula(n_bits, agrees):
    z = np.random.default_rng(0).normal(size=(7, n_bits))
    loss = make(n_bits, 3)
    agrees(loss, z, LABELS, lambda z: cnnh(z, LABELS, loss.centres.numpy(), loss.tie_break.numpy()))


def misfit(codes):
    codes = np.asarray(codes, dtype=float)
    return np.square(codes @ codes.T - codes.shape[1] * (2 * np.eye(len(codes)) - 1)).sum()


def test_codes_are_nearly_the_best_of_all():
    """Three classes and four bits: 4,096 choices; ten starts."""
    best = min(misfit(np.reshape(bits, (3, 4))) for bits in itertools.product((-1, 1), repeat=12))
    found = [misfit(make(4, 3, seed).centres) for seed in range(10)]
    assert min(found) == best
    assert np.mean(found) < 2 * best


def test_every_sweep_lowers_the_misfit():
    generator = torch.Generator().manual_seed(0)
    start = 2 * torch.rand(8, 6, generator=generator, dtype=torch.float64) - 1
    with torch.random.fork_rng():
        torch.manual_seed(0)
        misfits = [misfit(start)] + [misfit(_factorise(start, 1)) for _ in range(4)]
    assert all(later <= earlier for earlier, later in itertools.pairwise(misfits))
    assert misfits[-1] < 0.8 * misfits[0]
    assert start.abs().max() <= 1


def test_more_sweeps_do_not_make_worse_codes():
    once, often = (np.mean([misfit(make(16, 10, seed, sweeps=n).centres) for seed in range(5)]) for n in (1, 5))
    assert often <= once
