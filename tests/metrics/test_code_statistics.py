"""Statistics of codes against numpy and scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from sklearn_hash._hamming import _distinct
from sklearn_hash.codes import pack_codes, signs_from_codes
from sklearn_hash.metrics import _code_statistics as codes_module
from sklearn_hash.metrics import bit_correlation, code_balance, code_entropy, n_distinct_codes

MEASURES = [code_balance, bit_correlation, code_entropy, n_distinct_codes]


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 60),
    n_bits=st.sampled_from([1, 3, 8, 64, 65, 130]),
    rows_a_block=st.integers(1, 70),
)
@settings(deadline=None, max_examples=80)
def test_equal_numpy_and_scipy(seed, n, n_bits, rows_a_block):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, (1 + n // 3, n_bits))[rng.integers(0, 1 + n // 3, n)]
    _, counts = np.unique(codes, axis=0, return_counts=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes_module, "_ROWS_A_BLOCK", rows_a_block)
        np.testing.assert_allclose(code_balance(codes), codes.mean(axis=0), rtol=0, atol=1e-15)
        with np.errstate(all="ignore"):
            expected = np.corrcoef(codes.T).reshape(n_bits, n_bits) if n > 1 else np.full((n_bits, n_bits), np.nan)
        np.testing.assert_allclose(bit_correlation(codes), expected, rtol=0, atol=1e-12)
    assert n_distinct_codes(codes) == len(counts)
    assert code_entropy(codes) == pytest.approx(entropy(counts, base=2), abs=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
def test_all_forms_of_codes_agree(measure):
    bits = np.random.default_rng(0).integers(0, 2, (50, 11))
    bits[:, 0] = 1
    expected = measure(bits)
    np.testing.assert_array_equal(measure(signs_from_codes(bits)), expected)
    np.testing.assert_array_equal(measure(bits * 0.3 - 0.1), expected)
    np.testing.assert_array_equal(measure(pack_codes(bits), packed=True, n_bits=11), expected)


def test_codes_are_counted_once_although_their_keys_collide(monkeypatch):
    monkeypatch.setattr(_distinct, "_keys", lambda words: np.zeros(words.shape[1], np.uint64))
    codes = np.eye(100, dtype=int)[np.arange(60) % 3]  # the three codes take turns
    assert n_distinct_codes(codes) == 3
    assert code_entropy(codes) == pytest.approx(np.log2(3), abs=1e-15)


def test_one_code_has_no_entropy():
    assert str(code_entropy(np.ones((5, 4)))) == "0.0"


@pytest.mark.parametrize("measure", MEASURES)
def test_bad_input(measure):
    with pytest.raises(ValueError, match="at least one code"):
        measure(np.empty((0, 4)))
    with pytest.raises(ValueError, match="uint8"):
        measure([[0, 1]], packed=True)
    with pytest.raises(ValueError, match="'packed' parameter"):
        measure([[0, 1]], packed="yes")
