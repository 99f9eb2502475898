"""Supervised discrete hashing: each update is optimal, and the objective never increases."""

from itertools import product

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits

from sklearn_hash import ITQHasher, SDHHasher
from sklearn_hash.hashers import _sdh
from sklearn_hash.hashers._discrete_descent import improve_codes, learn_codes


def small_problem(n=12, n_features=5, n_bits=4, n_labels=3, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, n_features))
    Y = np.eye(n_labels)[rng.integers(n_labels, size=n)]
    return features, Y, rng.choice([-1.0, 1.0], (n, n_bits))


def bit_objective(signs, target, weights):
    """A number for each row."""
    return ((signs @ weights) ** 2).sum(axis=1) - 2 * (signs * target).sum(axis=1)


@pytest.mark.parametrize("seed", range(5))
def test_no_single_bit_improves_the_codes(seed):
    rng = np.random.default_rng(seed)
    start, target = rng.choice([-1.0, 1.0], (40, 6)), 3 * rng.standard_normal((40, 6))
    weights = rng.standard_normal((6, 4))
    found = improve_codes(start, target, weights)
    best = bit_objective(found, target, weights)
    assert set(np.unique(found)) == {-1, 1}
    assert (best <= bit_objective(start, target, weights) + 1e-9).all()
    for bit in range(6):
        flipped = found.copy()
        flipped[:, bit] *= -1
        assert (bit_objective(flipped, target, weights) >= best - 1e-9).all()


def test_codes_are_the_best_of_all_where_bits_do_not_interact():
    rng = np.random.default_rng(0)
    weights = np.linalg.qr(rng.standard_normal((6, 6)))[0] * rng.uniform(1, 2, (6, 1))
    target = rng.standard_normal((30, 6))
    found = improve_codes(np.ones((30, 6)), target, weights)
    every = np.array(list(product([-1.0, 1.0], repeat=6)))
    for code, wanted in zip(found, target, strict=True):
        values = bit_objective(every, wanted, weights)
        assert bit_objective(code[None], wanted, weights)[0] == pytest.approx(values.min())


def ridge_by_least_squares(A, B, penalty):
    """min ||A W - B||^2 + penalty ||W||^2, as a least-squares problem with more rows."""
    extra = np.sqrt(penalty) * np.eye(A.shape[1])
    return np.linalg.lstsq(np.vstack([A, extra]), np.vstack([B, np.zeros((A.shape[1], B.shape[1]))]), rcond=None)[0]


def test_codes_and_projection_are_those_of_a_direct_evaluation():
    features, Y, signs = small_problem()
    alpha, nu, ridge = 0.7, 0.3, 0.2
    found, projection = learn_codes(features, Y, signs, 3, alpha, nu, ridge)

    def losses(B, W, P):
        return ((Y - B @ W) ** 2).sum(axis=1) + nu * ((B - features @ P) ** 2).sum(axis=1)

    B = signs.copy()
    for _ in range(3):
        W, P = ridge_by_least_squares(B, Y, alpha), ridge_by_least_squares(features, B, ridge)
        for _sweep, bit in product(range(10), range(B.shape[1])):
            low, high = B.copy(), B.copy()
            low[:, bit], high[:, bit] = -1, 1
            B[:, bit] = np.where(losses(high, W, P) < losses(low, W, P), 1, -1)
    np.testing.assert_array_equal(found, B)
    np.testing.assert_allclose(projection, ridge_by_least_squares(features, B, ridge), atol=1e-9)


@pytest.mark.parametrize("nu", [0.0, 1e-5, 0.1, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_objective_never_increases(nu, seed):
    alpha, ridge = 1.0, 0.1
    features, Y, signs = small_problem(60, 10, 8, 5, seed)

    def objective(B):
        # Each part at its best for these codes, so that only B can lower or raise it.
        W, P = ridge_by_least_squares(B, Y, alpha), ridge_by_least_squares(features, B, ridge)
        unfit = ((B - features @ P) ** 2).sum() + ridge * (P**2).sum()
        return ((Y - B @ W) ** 2).sum() + alpha * (W**2).sum() + nu * unfit

    rounds = [learn_codes(features, Y, signs, n_iter, alpha, nu, ridge)[0] for n_iter in range(1, 6)]
    values = [objective(signs), *map(objective, rounds)]
    assert (np.diff(values) <= 1e-9).all()
    assert values[-1] < values[0]


def test_kernels_stand_around_anchors(digits):
    X, y = digits
    hasher = SDHHasher(8, n_anchors=50, random_state=0).fit(X, y)
    assert hasher.anchors_.shape == (50, 64)
    # Anchors are training rows, each at most once.
    squared = cdist(X, hasher.anchors_, "sqeuclidean")
    nearest = squared.argmin(axis=0)
    np.testing.assert_array_equal(X[nearest], hasher.anchors_)
    assert len(np.unique(nearest)) == 50
    assert hasher.gamma_ == pytest.approx(1 / squared.mean(), rel=1e-5)
    kernels = np.hstack([np.exp(-hasher.gamma_ * squared), np.ones((400, 1))])
    np.testing.assert_allclose(hasher.decision_function(X), kernels @ hasher.projection_, atol=1e-3)
    # Rows far from every anchor have the constant alone.
    np.testing.assert_allclose(hasher.decision_function(X[:1] + 1e6), hasher.projection_[-1:], rtol=1e-6)
    assert (hasher.projection_[-1] != 0).all()


def test_width_and_number_of_anchors_are_parameters(digits):
    hasher = SDHHasher(8, gamma=0.25, n_anchors=10_000, random_state=0).fit(*digits)
    assert hasher.gamma_ == 0.25
    assert len(hasher.anchors_) == 400


def test_many_rows_are_encoded_in_blocks(digits, monkeypatch):
    X, y = digits
    hasher = SDHHasher(8, random_state=0).fit(X, y)
    whole = hasher.decision_function(X)
    monkeypatch.setattr(_sdh, "_ROWS_PER_BLOCK", 33)
    np.testing.assert_allclose(hasher.decision_function(X), whole, atol=1e-4)


def test_learns_from_labels():
    X, y = load_digits(return_X_y=True)
    learnt, unsupervised = (cls(32, random_state=0).fit(X[:1000], y[:1000]) for cls in (SDHHasher, ITQHasher))
    assert learnt.score(X[1000:], y[1000:]) > max(0.85, unsupervised.score(X[1000:], y[1000:]) + 0.2)


def test_labels_of_any_kind_are_equal(digits):
    X, y = digits
    codes = [
        SDHHasher(8, random_state=0).fit(X, labels).transform(X)
        for labels in (y, y.astype(float), np.array(list("abcdefghij"))[y], np.eye(10, dtype=int)[y])
    ]
    for other in codes[1:]:
        np.testing.assert_array_equal(other, codes[0])


def test_several_labels_a_row(digits):
    X, y = digits
    Y = np.stack([y % 2 == 0, y < 5, y % 3 == 0], axis=1).astype(int)
    assert (Y.sum(axis=1) == 0).any()
    hasher = SDHHasher(16, random_state=0).fit(X[:300], Y[:300])
    from_sparse = SDHHasher(16, random_state=0).fit(X[:300], sparse.csr_array(Y[:300]))
    np.testing.assert_array_equal(hasher.classes_, [0, 1, 2])
    np.testing.assert_array_equal(hasher.transform(X), from_sparse.transform(X))
    unsupervised = ITQHasher(16, random_state=0).fit(X[:300])
    assert hasher.score(X[300:], Y[300:]) > unsupervised.score(X[300:], Y[300:]) + 0.1


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (lambda y: np.zeros_like(y), "same labels in every row"),
        (lambda y: np.zeros((len(y), 4), dtype=int), "same labels in every row"),
        (lambda y: np.stack([y > 4, y > 2], axis=1) * 2 - 1, "indicator of 0 and 1; got the value -1"),
        (lambda y: y + 0.5, "Unknown label type"),
        (lambda y: y[:-1], "inconsistent numbers of samples"),
        (lambda y: None, "requires y to be passed"),
    ],
)
def test_bad_labels_are_refused(digits, labels, message):
    X, y = digits
    with pytest.raises(ValueError, match=message):
        SDHHasher(8).fit(X, labels(y))


def test_equal_rows_have_equal_codes():
    codes = SDHHasher(8, random_state=0).fit_transform(np.full((10, 3), 0.1), np.arange(10) % 2)
    assert len(np.unique(codes, axis=0)) == 1
