"""TALRLoss against its formula in numpy, and against the average precision that it relaxes."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import TALRLoss
from sklearn_hash.metrics import mean_average_precision


def talr(z, similarity, *, beta, n_bins):
    """The formula of the authors' code, row by row and bin by bin."""
    n, n_bits = z.shape
    h = 2 / (1 + np.exp(-beta * z)) - 1
    precisions = []
    for i in range(n):
        known = [j for j in range(n) if i != j and not np.isnan(similarity[i, j])]
        counts = np.zeros((2, n_bins + 1))
        for j in known:
            position = (n_bits - h[i] @ h[j]) / 2 * n_bins / n_bits
            pulse = np.maximum(1 - np.abs(position - np.arange(n_bins + 1)), 0)
            counts += [pulse * (similarity[i, j] > 0), pulse]
        n_similar = sum(similarity[i, j] > 0 for j in known)
        if n_similar:
            before = before_similar = precision = 0.0
            for similar, all_ in counts.T:
                precision += similar * (2 * before_similar + similar + 1) / (2 * before + all_ + 1)
                before_similar, before = before_similar + similar, before + all_
            precisions.append(precision / n_similar)
    return 1 - np.mean(precisions) if precisions else 0.0


@pytest.mark.parametrize("similar", [0.1, 0.3, 1.1])
@pytest.mark.parametrize(("beta", "n_bins"), [(1.0, "auto"), (3.0, 5)])
def test_value_and_gradient_are_those_of_the_formula(beta, n_bins, similar, pair_batch, agrees):
    z, similarity = pair_batch(similar=similar)
    bins = 2 if n_bins == "auto" else n_bins
    agrees(TALRLoss(beta, n_bins), z, similarity, lambda z: talr(z, similarity, beta=beta, n_bins=bins))


def test_of_codes_it_is_nearly_the_expected_average_precision():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    centres = rng.choice([-1.0, 1.0], (3, 16))
    for noise in (0.1, 0.3, 0.5):
        codes = np.where(rng.random((60, 16)) < noise, -1, 1) * centres[y]
        expected = mean_average_precision(codes, y)
        value = TALRLoss(beta=100.0, n_bins=16)(torch.tensor(codes), torch.tensor(y[:, None] == y))
        assert 1 - value.item() == pytest.approx(expected, abs=0.01)


def test_rows_that_nothing_is_similar_to_are_left_out(pair_batch):
    z, _ = pair_batch(n=5)
    alone = torch.zeros(5, 5)
    alone[0, 1] = alone[1, 0] = 1
    pair_only = torch.tensor(z, requires_grad=True)
    assert TALRLoss()(torch.tensor(z), torch.eye(5)) == 0
    TALRLoss()(pair_only, alone).backward()
    assert pair_only.grad.abs().max() > 0
