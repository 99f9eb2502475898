"""HashNetLoss against its formula in numpy."""

import copy
import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import HashNetLoss


def hashnet(z, similarity, *, alpha, beta, class_weight):
    """The paper's formula, pair by pair."""
    n = len(z)
    h = np.tanh(beta * z)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and not np.isnan(similarity[i, j])]
    n_similar = sum(similarity[i, j] > 0 for i, j in pairs)
    weight = {0: 1.0, 1: 1.0}
    if class_weight == "balanced":
        weight = {1: len(pairs) / max(n_similar, 1), 0: len(pairs) / max(len(pairs) - n_similar, 1)}
    elif class_weight is not None:
        weight[1] = class_weight
    total = norm = 0.0
    for i, j in pairs:
        s = int(similarity[i, j] > 0)
        theta = alpha * (h[i] @ h[j])
        total += weight[s] * (math.log1p(math.exp(theta)) - s * theta)
        norm += weight[s]
    return total / norm


@pytest.mark.parametrize("class_weight", ["balanced", None, 7.0, 3])
@pytest.mark.parametrize(("alpha", "beta"), [("auto", 1.0), (0.5, 2.5), (3.0, 7.0)])
def test_value_is_that_of_the_formula(alpha, beta, class_weight, pair_batch):
    z, similarity = pair_batch()
    expected = hashnet(z, similarity, alpha=10 / 5 if alpha == "auto" else alpha, beta=beta, class_weight=class_weight)
    value = HashNetLoss(alpha, beta, class_weight)(torch.tensor(z), torch.tensor(similarity))
    assert value.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("constant", [0.0, 1.0])
def test_value_with_one_class_in_the_batch(constant, pair_batch):
    z, _ = pair_batch()
    similarity = np.full((11, 11), constant)
    expected = hashnet(z, similarity, alpha=2.0, beta=1.0, class_weight="balanced")
    assert HashNetLoss()(torch.tensor(z), torch.tensor(similarity)).item() == pytest.approx(expected, rel=1e-12)


def test_balanced_weights_ignore_how_rare_similar_pairs_are():
    """With one theta for similar and one for dissimilar pairs the loss is the mean of the two penalties."""
    for n_rows in (4, 40):
        y = torch.arange(n_rows) // 2
        similarity = (y[:, None] == y).double()
        z = 20 * torch.eye(n_rows, dtype=torch.float64)[y] * 2**0.5  # similar rows equal, others orthogonal
        value = HashNetLoss(alpha=1.5)(z, similarity).item()
        similar, dissimilar = math.log1p(math.exp(-1.5)), math.log(2)
        assert value == pytest.approx((similar + dissimilar) / 2, rel=1e-12)


def test_continuation_makes_the_relaxed_codes_binary(pair_batch):
    z, similarity = map(torch.tensor, pair_batch())
    loss = HashNetLoss()
    binary = HashNetLoss()(1e6 * z.sign(), similarity)
    gaps = []
    for beta in (1.0, 3.0, 9.0, 1e6):
        loss.set_beta(beta)
        gaps.append((loss(z, similarity) - binary).abs().item())
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-9


def test_beta_is_saved_state(pair_batch):
    z, similarity = map(torch.tensor, pair_batch())
    loss = HashNetLoss()
    loss.set_beta(3.7)
    assert loss.beta.shape == ()
    assert list(loss.state_dict()) == ["beta"]
    assert not list(loss.parameters())
    loaded = HashNetLoss()
    loaded.load_state_dict(loss.state_dict())
    for other in (loaded, copy.deepcopy(loss)):
        assert torch.equal(other(z, similarity), loss(z, similarity))
    loaded.set_beta(1.0)
    assert loss.beta.item() == pytest.approx(3.7)
    assert torch.equal(loaded(z, similarity), HashNetLoss()(z, similarity))


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, "7"])
def test_bad_beta_leaves_the_old_one(value):
    loss = HashNetLoss(beta=2.0)
    with pytest.raises(ValueError, match="beta must be a finite number greater than 0"):
        loss.set_beta(value)
    assert loss.beta == 2.0
