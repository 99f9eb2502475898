"""DualHingeProxyLoss against its formula in numpy."""

import math

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DualHingeLoss, DualHingeProxyLoss, similarity_matrix

LABELS = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0], [1, 0, 0, 1]])
POWERS = {None: 0.0, "sqrt": 0.5, "balanced": 1.0}


def divergence(u, s, alpha):
    """The symmetric skewed divergence of two probabilities."""

    def skewed_kl(p, q):
        return p * math.log(alpha * p / ((alpha - 1) * p + q)) if p > 0 else 0.0

    return skewed_kl(u, s) + skewed_kl(s, u)


def mean_divergence(rows, others, similarity, pairs, *, alpha, beta, class_weight):
    """Weighted mean over pairs of relaxed codes, one by one."""
    similar = sum(similarity[i, j] > 0 for i, j in pairs)
    counts = {True: max(similar, 1), False: max(len(pairs) - similar, 1)}
    total = norm = 0.0
    for i, j in pairs:
        cosine = rows[i] @ others[j] / np.linalg.norm(rows[i]) / np.linalg.norm(others[j])
        weight = counts[bool(similarity[i, j] > 0)] ** -POWERS[class_weight]
        total += weight * divergence(math.exp(-beta * rows.shape[1] * (1 - cosine) / 2), similarity[i, j], alpha)
        norm += weight
    return total / norm


def label_similarity(a, b, kind):
    """Similarity of two label sets."""
    shared = a @ b
    if not shared:
        return 0.0
    return {"share": 1.0, "jaccard": shared / (a | b).sum(), "cosine": shared / math.sqrt(a.sum() * b.sum())}[kind]


def formula(z, indicator, proxies, *, similarity, proxy_weight, quantization, **pair):
    n, n_classes, h, p = len(z), len(proxies), np.tanh(z), np.tanh(proxies)
    similarities = np.array([[label_similarity(a, b, similarity) for b in indicator] for a in indicator])
    among_rows = [(i, j) for i in range(n) for j in range(n) if i != j]
    single = np.mean(indicator.sum(axis=1) == 1)
    with_proxies = [(i, c) for i in range(n) for c in range(n_classes) if indicator[i].sum() == 1]
    return (
        mean_divergence(h, h, similarities, among_rows, **pair)
        + proxy_weight * single * mean_divergence(h, p, indicator, with_proxies, **pair)
        + quantization * np.mean((np.abs(h) - 1) ** 2)
    )


def build(n_classes=4, **parameters):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return DualHingeProxyLoss(6, n_classes, **parameters)


@pytest.mark.parametrize("similarity", ["share", "jaccard", "cosine"])
@pytest.mark.parametrize("class_weight", POWERS)
@pytest.mark.parametrize(("proxy_weight", "alpha", "beta"), [(3.0, 1.01, "auto"), (0.5, 1.4, 2.0)])
def test_value_and_gradient_are_those_of_the_formula(similarity, class_weight, proxy_weight, alpha, beta, agrees):
    z = np.random.default_rng(0).normal(size=(7, 6))
    weights = {"class_weight": class_weight, "proxy_weight": proxy_weight, "quantization": 0.1}
    parameters = {"similarity": similarity, "alpha": alpha, **weights}
    loss = build(beta=beta, **parameters)
    proxies = loss.proxies.detach().double().numpy()
    # four words of six bits can be three and more bits apart
    known = parameters | {"beta": 1.0 if beta == "auto" else beta}
    agrees(loss, z, LABELS, lambda z: formula(z, LABELS, proxies, **known))


def test_without_weight_it_is_the_loss_of_pairs():
    z = torch.tensor(np.random.default_rng(0).normal(size=(7, 6)))
    similarity = similarity_matrix(LABELS, "jaccard")
    assert build(proxy_weight=0.0)(z, torch.tensor(LABELS)) == DualHingeLoss(n_classes=4)(z, similarity)


def test_training_draws_a_proxy_to_the_rows_of_its_class():
    z = torch.tensor([[3.0, 3, 3, -3, -3, -3], [-3.0, 3, -3, 3, -3, 3], [3.0, -3, -3, -3, 3, 3]])
    loss = DualHingeProxyLoss(6, 3)
    optimizer = torch.optim.Adam([loss.proxies], lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        loss(z, torch.arange(3)).backward()
        optimizer.step()
    assert torch.equal(loss.proxies.sign(), z.sign())


def test_rows_of_several_labels_have_no_pairs_with_proxies():
    z = torch.tensor(np.random.default_rng(0).normal(size=(7, 6)))
    several = np.tile([1, 1, 0, 0], (7, 1))
    assert build(proxy_weight=9.0)(z, torch.tensor(several)) == build(proxy_weight=0.0)(z, torch.tensor(several))


def test_beta_follows_the_number_of_classes():
    z, y = torch.tensor(np.random.default_rng(0).normal(size=(20, 6))), torch.arange(20)
    # 32 words of six bits, the even ones, are 2 apart
    assert build(20)(z, y) == build(20, beta=1.5)(z, y)
    assert build(20)(z, y) != build(20, beta=1.0)(z, y)
