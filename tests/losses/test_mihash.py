"""MIHashLoss against the mutual information of histograms in numpy."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import mutual_info_score

from sklearn_hash.losses import MIHashLoss


def entropy(shares):
    return -sum(p * math.log(p + 1e-7) for p in shares)


def histogram(distances, n_bits, n_bins):
    """Each distance lies between two centres, and counts for both."""
    counts = np.zeros(n_bins + 1)
    for d in distances:
        position = d * n_bins / n_bits
        lower = min(math.floor(position), n_bins - 1)
        counts[lower] += lower + 1 - position
        counts[lower + 1] += position - lower
    return counts


def mihash(z, similarity, *, beta, n_bins):
    """The paper's formula, row by row."""
    n, n_bits = z.shape
    h = 2 / (1 + np.exp(-beta * z)) - 1
    information = []
    for i in range(n):
        kinds = [
            [(n_bits - h[i] @ h[j]) / 2 for j in range(n) if i != j and kind(similarity[i, j])]
            for kind in (lambda s: s > 0, lambda s: s == 0)
        ]
        n_known = sum(map(len, kinds))
        counts = [histogram(distances, n_bits, n_bins) for distances in kinds]
        conditional = sum(
            len(kind) / n_known * entropy(c / max(len(kind), 1)) for kind, c in zip(kinds, counts, strict=True)
        )
        information.append(entropy(sum(counts) / max(n_known, 1)) - conditional)
    return -np.mean(information)


@pytest.mark.parametrize("similar", [0.0, 0.3, 1.1])
@pytest.mark.parametrize(("beta", "n_bins"), [(1.0, "auto"), (3.0, 5), (1.0, 1)])
def test_value_and_gradient_are_those_of_the_formula(beta, n_bins, similar, pair_batch, agrees):
    z, similarity = pair_batch(similar=similar)
    bins = 2 if n_bins == "auto" else n_bins
    agrees(MIHashLoss(beta, n_bins), z, similarity, lambda z: mihash(z, similarity, beta=beta, n_bins=bins))


def test_of_codes_it_is_the_information_that_scikit_learn_counts():
    rng = np.random.default_rng(0)
    codes, y = rng.choice([-1.0, 1.0], (30, 6)), rng.integers(0, 3, 30)
    same = y[:, None] == y
    expected = np.mean(
        [
            mutual_info_score(np.delete(same[i], i), np.delete((codes != codes[i]).sum(axis=1), i))
            for i in range(len(codes))
        ]
    )
    value = MIHashLoss(beta=100.0, n_bins=6)(torch.tensor(codes), torch.tensor(same))
    assert value.item() == pytest.approx(-expected, abs=1e-5)
