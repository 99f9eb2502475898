"""HyP2Loss against its formula in numpy."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import HyP2Loss

LABELS = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0], [1, 0, 0, 1]])


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def mean(values):
    return np.mean(values) if values else 0.0


def hyp2(z, indicator, proxies, *, threshold, pairs):
    """The formula of the authors' code, label by label and pair by pair."""
    near, far, apart = [], [], []
    for i, row in enumerate(z):
        for c, proxy in enumerate(proxies):
            x = cosine(row, proxy)
            (near if indicator[i, c] else far).append(1 - x if indicator[i, c] else max(0, x - threshold))
        for j, other in enumerate(z):
            if min(indicator[i].sum(), indicator[j].sum()) > 1 and not indicator[i] @ indicator[j]:
                apart.append(max(0, cosine(row, other) - threshold))
    return mean(near) + mean(far) + pairs * mean(apart)


def build(**parameters):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return HyP2Loss(6, 4, **parameters)


@pytest.mark.parametrize("threshold", ["auto", -0.4])
@pytest.mark.parametrize("pairs", [0.0, 0.5])
def test_value_and_gradient_are_those_of_the_formula(threshold, pairs, agrees):
    z = np.random.default_rng(0).normal(size=(7, 6))
    loss = build(threshold=threshold, pairs=pairs)
    proxies = loss.proxies.detach().double().numpy()
    # four words of six bits are at most four bits apart
    parameters = {"threshold": -1 / 3 if threshold == "auto" else threshold, "pairs": pairs}
    agrees(loss, z, LABELS, lambda z: hyp2(z, LABELS, proxies, **parameters))


def test_classes_without_several_labels_have_no_pairs():
    z = torch.tensor(np.random.default_rng(0).normal(size=(7, 6)))
    y = torch.arange(7) % 4
    assert build(pairs=9.0)(z, y) == build(pairs=0.0)(z, y)
