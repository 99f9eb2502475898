"""DualHingeLoss against its formula in numpy, and the properties that make it two smoothed hinges."""

import math

import numpy as np
import pytest
import torch
from scipy.special import gammaincc
from scipy.stats import norm

from sklearn_hash.losses import DualHingeLoss, HashNetLoss

POWERS = {None: 0.0, "sqrt": 0.5, "balanced": 1.0}


def skewed_kl(p, q, alpha):
    return p * math.log(alpha * p / ((alpha - 1) * p + q)) if p > 0 else 0.0


def dual_hinge(z, similarity, *, alpha, beta, shape, distance, class_weight, quantization):
    """The symmetric skewed divergence as it is defined, pair by pair."""
    n, n_bits = z.shape
    h = np.tanh(z)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and not np.isnan(similarity[i, j])]
    n_similar = sum(similarity[i, j] > 0 for i, j in pairs)
    counts = {True: max(n_similar, 1), False: max(len(pairs) - n_similar, 1)}
    total = norm = 0.0
    for i, j in pairs:
        inner = h[i] @ h[j]
        if distance == "cosine":
            inner *= n_bits / (np.linalg.norm(h[i]) * np.linalg.norm(h[j]))
        u, s = gammaincc(shape, max(beta * (n_bits - inner) / 2, 0)), similarity[i, j]
        weight = (len(pairs) / counts[bool(s > 0)]) ** POWERS[class_weight]
        total += weight * (skewed_kl(u, s, alpha) + skewed_kl(s, u, alpha))
        norm += weight
    return total / norm + quantization * np.mean((np.abs(h) - 1) ** 2)


def make_batch(n=12, n_bits=5, seed=0):
    rng = np.random.default_rng(seed)
    similarity = (rng.random((n, n)) < 0.3).astype(float)
    similarity[rng.random((n, n)) < 0.1] = np.nan
    similarity[rng.random((n, n)) < 0.2] = 0.4
    z = rng.normal(size=(n, n_bits))
    z[1], similarity[0, 1] = z[0], 0  # a dissimilar pair of duplicates
    return z, similarity


DEFAULTS = {
    "alpha": 1.01,
    "beta": "auto",
    "shape": 1.0,
    "distance": "cosine",
    "class_weight": "sqrt",
    "quantization": 0.03,
}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"alpha": 3},
        {"alpha": 1.0001, "beta": 4.0},
        {"shape": 1.7},
        {"shape": 4, "beta": 2.5, "alpha": 1.3},
        {"distance": "inner"},
        {"distance": "inner", "shape": 2, "class_weight": "balanced"},
        {"class_weight": "balanced", "quantization": 0},
        {"class_weight": None, "quantization": 2.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("similarity", ["graded", "hard", "all similar", "all dissimilar"])
def test_value_is_that_of_the_formula(changed, similarity):
    z, graded = make_batch()
    similarity = {
        "graded": graded,
        "hard": np.where(graded == 0.4, 1.0, graded),
        "all similar": np.ones((12, 12)),
        "all dissimilar": np.zeros((12, 12)),
    }[similarity]
    parameters = DEFAULTS | changed
    auto = {"beta": 6 / 5} if parameters["beta"] == "auto" else {}
    value = DualHingeLoss(**changed)(torch.tensor(z), torch.tensor(similarity))
    assert value.item() == pytest.approx(dual_hinge(z, similarity, **(parameters | auto)), rel=1e-10)


def penalty(d, s, *, n_bits=32, dtype=torch.float64, **parameters):
    """The penalty of one pair at distance d: two rows at the angle that has this distance."""
    angle = math.acos(1 - 2 * d / n_bits)
    h = torch.zeros(2, n_bits, dtype=torch.float64)
    h[0, 0], h[1, 0], h[1, 1] = 0.5, 0.5 * math.cos(angle), 0.5 * math.sin(angle)
    loss = DualHingeLoss(**{"quantization": 0.0, **parameters})
    return loss(torch.atanh(h).to(dtype), torch.full((2, 2), float(s))).item()


def bound(alpha):
    return math.log(alpha / (alpha - 1))


DISTANCES = np.linspace(0, 32, 65)
every_shape = pytest.mark.parametrize("parameters", [{}, {"alpha": 1.5}, {"shape": 3.0, "beta": 0.5}], ids=str)


@every_shape
def test_similar_pairs_climb_a_bounded_ramp(parameters):
    values = np.array([penalty(d, 1, **parameters) for d in DISTANCES])
    assert values[0] == pytest.approx(0, abs=1e-12)
    assert (np.diff(values) > 0).all()
    assert values[-1] < bound(parameters.get("alpha", DEFAULTS["alpha"]))


@every_shape
def test_dissimilar_pairs_fall_from_the_bound(parameters):
    values = np.array([penalty(d, 0, **parameters) for d in DISTANCES])
    assert values[0] == pytest.approx(bound(parameters.get("alpha", DEFAULTS["alpha"])), rel=1e-12)
    assert (np.diff(values) < 0).all()
    assert values[-1] > 0


@pytest.mark.parametrize("alpha", [1.01, 1.05, 2.0])
def test_far_pairs_reach_the_bounds(alpha):
    assert penalty(32, 1, alpha=alpha, beta=2.0) == pytest.approx(bound(alpha), rel=1e-12)
    assert penalty(32, 0, alpha=alpha, beta=2.0) == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("beta", [6 / 32, 0.5, 2.0])
def test_penalty_of_dissimilar_pairs_is_exponential(beta):
    values = np.array([penalty(d, 0, beta=beta) for d in range(1, 33)])
    np.testing.assert_allclose(values[1:] / values[:-1], math.exp(-beta), rtol=1e-9)


def slope(d, s, step=1e-5, **parameters):
    return (penalty(d + step, s, **parameters) - penalty(d - step, s, **parameters)) / (2 * step)


def test_ramp_of_similar_pairs_is_flat_at_both_ends():
    steepest = max(slope(d, 1, beta=1.0) for d in range(1, 31))
    assert 0 < slope(1e-3, 1, beta=1.0) < 0.05 * steepest
    assert 0 <= slope(31.9, 1, beta=1.0) < 1e-6 * steepest


def test_larger_shape_has_a_flatter_toe():
    assert abs(slope(0.05, 0, shape=3.0, beta=0.5)) < 0.01 * abs(slope(0.05, 0, shape=1.0, beta=0.5))


@pytest.mark.parametrize("s", [0.2, 0.7])
def test_graded_pairs_settle_where_the_probability_is_the_similarity(s):
    beta = 0.25
    values = [penalty(d, s, beta=beta) for d in DISTANCES]
    assert min(values) >= -1e-12
    assert DISTANCES[np.argmin(values)] == pytest.approx(-math.log(s) / beta, abs=0.5)
    assert penalty(-math.log(s) / beta, s, beta=beta) == pytest.approx(0, abs=1e-12)


def hashnet_penalty(d, n_bits=32):
    """HashNet's penalty of one dissimilar pair of nearly binary codes at distance d."""
    inner, length = 1 - 2 * d / n_bits, 1 - 1e-9
    h = torch.full((2, n_bits), length, dtype=torch.float64)
    h[1] = inner / length
    return HashNetLoss()(torch.atanh(h), torch.zeros(2, 2)).item()


def share_on_hard_pairs(gradient):
    """Share of the total gradient: 5 % hard pairs at d ~ N(4, 1.5) against 95 % easy ones at N(16, 3)."""
    levels = (np.arange(60) + 0.5) / 60
    hard, easy = (
        np.mean([gradient(d) for d in norm.ppf(levels, mean, deviation)]) for mean, deviation in ((4, 1.5), (16, 3))
    )
    return 0.05 * hard / (0.05 * hard + 0.95 * easy)


def test_hard_dissimilar_pairs_dominate_the_gradient():
    def of_hashnet(d, step=1e-4):
        return abs(hashnet_penalty(d + step) - hashnet_penalty(d - step)) / (2 * step)

    dual_hinge_share = share_on_hard_pairs(lambda d: abs(slope(d, 0, beta=8 / 32)))
    assert dual_hinge_share == pytest.approx(0.46, abs=0.01)
    assert share_on_hard_pairs(of_hashnet) == pytest.approx(0.095, abs=0.01)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("shape", [1.0, 2.5])
@pytest.mark.parametrize("s", [0.0, 0.3, 1.0])
def test_distances_up_to_ten_thousand(s, shape, dtype):
    n_bits = 10_000
    z = torch.ones(3, n_bits, dtype=dtype)
    z[1] = -1  # d = 10,000
    z[2] = 1  # d = 0, a duplicate
    z.requires_grad_()
    value = DualHingeLoss(beta=1.0, shape=shape)(z, torch.full((3, 3), s))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(z.grad).all()
    cap = bound(DEFAULTS["alpha"]) + DEFAULTS["quantization"]
    assert 0 <= value <= cap


def test_float32_keeps_the_exponential_toe():
    """Small penalties keep their relative precision: there is no cancellation between the two divergences."""
    for d in (20.0, 30.0):
        exact = bound(DEFAULTS["alpha"]) * math.exp(-d)
        assert penalty(d, 0, beta=1.0, dtype=torch.float32) == pytest.approx(exact, rel=1e-4)


def test_rows_at_zero_have_a_moderate_gradient():
    z = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    z[0] = 0
    z.requires_grad_()
    DualHingeLoss()(z, torch.eye(6)).backward()
    assert z.grad.abs().max() < 1e4


@pytest.mark.parametrize(
    ("n_bits", "n_classes", "distance"),
    # Griesmer: 7 bits of information in 16 bits are at most 6 apart, 5 are 8 apart; half of n_bits is the most.
    [(16, 100, 6), (16, 20, 8), (32, 100, 15), (64, 100, 32), (8, 2, 4), (1, 2, 0.5), (3, 1000, 1)],
)
def test_beta_follows_the_distance_that_the_classes_can_have(n_bits, n_classes, distance):
    rng = np.random.default_rng(0)
    z, similarity = torch.tensor(rng.normal(size=(9, n_bits))), torch.eye(9)
    value = DualHingeLoss(n_classes=n_classes)(z, similarity)
    assert value.item() == pytest.approx(DualHingeLoss(beta=3 / distance)(z, similarity).item(), rel=1e-12)
