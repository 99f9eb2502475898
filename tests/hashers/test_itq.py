"""Iterative quantization: each update is optimal, and the quantization error never increases."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from sklearn_hash import ITQHasher, LSHHasher, PCAHasher
from sklearn_hash.hashers._itq import quantization_step, random_rotation


def signs_of(V):
    return np.where(V > 0, 1.0, -1.0)


def quantization_error(V, rotation):
    return ((signs_of(V @ rotation) - V @ rotation) ** 2).sum()


@pytest.mark.parametrize(("n_components", "n_bits"), [(6, 6), (1, 1), (4, 7), (1, 3)])
def test_a_step_solves_the_procrustes_problem(n_components, n_bits):
    rng = np.random.RandomState(0)
    V = rng.standard_normal((80, n_components)) * np.arange(1, n_components + 1)
    start = random_rotation(n_components, n_bits, rng)
    # The rows filled up with zeros, and a square rotation of them.
    filled = np.hstack([V, np.zeros((80, n_bits - n_components))])
    expected, _ = orthogonal_procrustes(filled, signs_of(V @ start))
    np.testing.assert_allclose(quantization_step(V, start), expected[:n_components], atol=1e-10)


def test_no_other_rotation_is_nearer_to_the_codes():
    rng = np.random.RandomState(1)
    V = rng.standard_normal((60, 3)) * [3, 2, 1]
    start = random_rotation(3, 3, rng)
    codes = signs_of(V @ start)
    best = ((codes - V @ quantization_step(V, start)) ** 2).sum()
    others = ortho_group.rvs(3, size=2000, random_state=rng)
    assert best <= min(((codes - V @ rotation) ** 2).sum() for rotation in others)


@pytest.mark.parametrize("n_bits", [2, 16, 70])
def test_the_quantization_error_never_rises(digits, n_bits):
    X, _ = digits
    errors = []
    for n_iter in (0, 1, 2, 5, 20, 50):
        hasher = ITQHasher(n_bits, random_state=0, n_iter=n_iter).fit(X)
        rotation = hasher.rotation_.astype(np.float64)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(len(rotation)), atol=1e-5)
        errors.append(quantization_error((X - hasher.mean_) @ hasher.components_.T, rotation))
    assert (np.diff(errors) <= 1e-6 * errors[0]).all()
    assert errors[-1] < errors[0]


def test_the_first_rotation_is_uniform():
    # Entries of a uniform 2 x 2 rotation or reflection: mean 0, mean square 1/2.
    rng = np.random.RandomState(0)
    rotations = np.array([random_rotation(2, 2, rng) * np.sign(rng.standard_normal(2)) for _ in range(3000)])
    np.testing.assert_allclose(rotations.mean(axis=0), 0, atol=0.07)
    np.testing.assert_allclose((rotations**2).mean(axis=0), 0.5, atol=0.05)


def test_real_values_are_rotated_coordinates(digits):
    X, _ = digits
    hasher = ITQHasher(80, random_state=0).fit(X)
    # 400 digits vary in fewer directions than they have pixels.
    rank = np.linalg.matrix_rank(X - X.mean(axis=0))
    assert rank < 64
    assert hasher.rotation_.shape == (rank, 80)
    expected = (X - X.mean(axis=0)) @ hasher.components_.T @ hasher.rotation_
    np.testing.assert_allclose(hasher.decision_function(X), expected, rtol=1e-4, atol=1e-3)


def test_beats_its_parts_on_digits(digits):
    scores = {cls: cls(32, random_state=0).fit(digits[0]).score(*digits) for cls in (ITQHasher, PCAHasher, LSHHasher)}
    assert scores[ITQHasher] > scores[PCAHasher] + 0.03
    assert scores[ITQHasher] > scores[LSHHasher] + 0.03
