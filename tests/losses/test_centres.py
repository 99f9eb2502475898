"""Hash centres: Hadamard's where there are any, far apart where there are not, one vote a label."""

from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import hadamard as scipy_hadamard

from sklearn_hash.losses._centres import hadamard, hash_centres, vote


def draw(n_bits, n_classes, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return hash_centres(n_bits, n_classes).numpy()


def distances(codes):
    """Hamming distances of all pairs."""
    return np.array([np.sum(a != b) for i, a in enumerate(codes) for b in codes[:i]])


@pytest.mark.parametrize("size", [1, 2, 4, 8, 12, 16, 20, 24, 32, 40, 44, 48, 64, 80, 96, 128, 256])
def test_hadamard_rows_are_orthogonal(size):
    matrix = hadamard(size).numpy()
    assert set(np.unique(matrix)) <= {-1, 1}
    np.testing.assert_array_equal(matrix @ matrix.T, size * np.eye(size))


@pytest.mark.parametrize("size", [3, 5, 6, 10, 18, 28, 33, 50])
def test_sizes_without_a_construction_have_no_rows(size):
    assert hadamard(size).shape == (0, size)


@pytest.mark.parametrize(("n_bits", "n_classes"), [(8, 8), (16, 10), (12, 12), (48, 20), (64, 64)])
def test_orthogonal_up_to_as_many_classes_as_bits(n_bits, n_classes):
    assert (distances(draw(n_bits, n_classes)) == n_bits // 2).all()


@pytest.mark.parametrize(("n_bits", "n_classes"), [(8, 16), (16, 20), (24, 48), (32, 50)])
def test_half_of_the_bits_or_all_up_to_twice_as_many(n_bits, n_classes):
    found = distances(draw(n_bits, n_classes))
    assert set(found) == {n_bits // 2, n_bits}


def test_sylvesters_rows_are_those_of_scipy():
    ours = {tuple(row) for row in draw(16, 32)}
    rows = scipy_hadamard(16)
    assert ours == {tuple(row) for row in np.concatenate([rows, -rows])}


def greedy_bound(n_bits, n_classes):
    """Largest distance at which balls around fewer codes cannot cover all codes: a greedy choice keeps it."""
    distance = 0
    while (n_classes - 1) * sum(comb(n_bits, i) for i in range(distance + 1)) < 2**n_bits:
        distance += 1
    return distance


@pytest.mark.parametrize(("n_bits", "n_classes"), [(5, 8), (6, 20), (9, 30), (10, 100), (8, 40), (7, 128)])
def test_short_codes_keep_the_distance_that_a_greedy_choice_guarantees(n_bits, n_classes):
    assert distances(draw(n_bits, n_classes)).min() >= greedy_bound(n_bits, n_classes)


@pytest.mark.parametrize(("n_bits", "n_classes"), [(18, 10), (33, 40), (50, 100), (32, 100), (64, 300)])
def test_farther_apart_than_random_codes(n_bits, n_classes):
    rng = np.random.default_rng(0)
    random = max(distances(rng.choice([-1, 1], (n_classes, n_bits))).min() for _ in range(5))
    assert distances(draw(n_bits, n_classes)).min() > random


def test_every_code_is_taken_before_any_is_taken_twice():
    codes = draw(3, 8)
    assert len(np.unique(codes, axis=0)) == 8
    twice = draw(2, 9)
    assert len(np.unique(twice, axis=0)) == 4


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 70), st.integers(1, 90), st.integers(0, 5))
def test_any_size_gives_codes_that_follow_from_the_seed(n_bits, n_classes, seed):
    codes = draw(n_bits, n_classes, seed)
    assert codes.shape == (n_classes, n_bits)
    assert codes.dtype == np.float32
    assert np.isin(codes, (-1, 1)).all()
    np.testing.assert_array_equal(codes, draw(n_bits, n_classes, seed))


def test_which_class_has_which_row_is_random():
    assert len({draw(16, 4, seed).tobytes() for seed in range(10)}) == 10


def test_labels_vote_for_every_bit():
    rng = np.random.default_rng(0)
    centres = rng.choice([-1.0, 1.0], (5, 12))
    tie_break = rng.choice([-1.0, 1.0], 12)
    indicator = rng.integers(0, 2, (60, 5)).astype(float)
    expected = np.empty((60, 12))
    for i, row in enumerate(indicator):
        for k in range(12):
            ones = sum(centres[c, k] > 0 for c in range(5) if row[c])
            others = int(row.sum()) - ones
            expected[i, k] = tie_break[k] if ones == others else (1 if ones > others else -1)
    np.testing.assert_array_equal(vote(*map(torch.tensor, (indicator, centres, tie_break))).numpy(), expected)
