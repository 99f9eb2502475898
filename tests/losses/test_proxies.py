"""How near codes of classes must be, against codes that there are and a search over all."""

import itertools

import pytest

from sklearn_hash.losses._proxies import nearest_cosine

# Distances of the best known linear codes of 2^k words: codetables.de.
BEST_KNOWN = {
    (12, 2): 8,
    (16, 1): 16,
    (16, 3): 8,
    (16, 5): 8,
    (24, 3): 13,
    (32, 4): 16,
    (32, 6): 16,
    (48, 5): 24,
    (64, 4): 33,
    (64, 7): 32,
    (128, 8): 64,
}


@pytest.mark.parametrize(("n_bits", "k"), BEST_KNOWN)
def test_the_bound_is_reached_by_known_codes(n_bits, k):
    assert nearest_cosine(n_bits, 2**k) == 1 - 2 * BEST_KNOWN[n_bits, k] / n_bits
    assert nearest_cosine(n_bits, 2**k) == nearest_cosine(n_bits, 2 ** (k - 1) + 1)


@pytest.mark.parametrize("n_bits", [2, 3, 4, 5])
@pytest.mark.parametrize("k", [1, 2])
def test_no_linear_code_is_farther_apart(n_bits, k):
    words = range(1, 2**n_bits)
    spans = (
        {a ^ b for a in (0, *basis) for b in (0, *basis)} if k == 2 else {0, basis[0]}
        for basis in itertools.combinations(words, k)
    )
    best = max(min(word.bit_count() for word in span if word) for span in spans)
    assert nearest_cosine(n_bits, 2**k) == pytest.approx(1 - 2 * best / n_bits)


@pytest.mark.parametrize(("n_bits", "n_classes"), [(1, 1), (1, 2), (1, 100), (3, 1000)])
def test_too_many_classes_may_coincide(n_bits, n_classes):
    assert -1 <= nearest_cosine(n_bits, n_classes) <= 1
    assert nearest_cosine(n_bits, n_classes) == (1.0 if n_classes > 2**n_bits else -1.0)
