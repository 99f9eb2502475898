"""MDSHLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import MDSHLoss

LABELS = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0]])


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def mdsh(z, indicator, centres, *, pairs, quantization):
    """The formula of the authors' code, with the pairs of the batch, row by row."""
    h, central, pull = np.tanh(z), [], []
    for i, row in enumerate(h):
        powers = np.exp([math.sqrt(z.shape[1]) * cosine(row, centre) for centre in centres])
        p = powers / powers.sum()
        if indicator[i].any():
            central.append(-np.mean(np.where(indicator[i], np.log(p), np.log(1 - p))))
        pull += [
            math.log1p(math.exp((1 - cosine(row, other)) / 2))
            for j, other in enumerate(h)
            if i != j and indicator[i] @ indicator[j]
        ]
    return np.mean(central) + pairs * np.mean(pull) + quantization * np.square(np.abs(h) - 1).mean()


@pytest.mark.parametrize("pairs", [0.0, 1.0])
@pytest.mark.parametrize("quantization", [0.0, 0.3])
def test_value_and_gradient_are_those_of_the_formula(pairs, quantization, agrees):
    z = np.random.default_rng(0).normal(size=(7, 8))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        loss = MDSHLoss(8, 3, pairs, quantization)
    centres = loss.centres.double().numpy()
    agrees(loss, z, LABELS, lambda z: mdsh(z, LABELS, centres, pairs=pairs, quantization=quantization))


def test_its_centres_are_as_far_apart_as_those_of_any_code():
    """16 classes and 16 bits: half of the bits differ, or all."""
    centres = MDSHLoss(16, 16).centres
    distances = (16 - centres @ centres.T) / 2
    assert (distances + 16 * torch.eye(16)).min() == 8
