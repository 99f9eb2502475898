"""Codes against numpy's own packing, and the promise that every form reads the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sklearn_hash.codes import bits_from_codes, pack_codes, packed_width, signs_from_codes, unpack_codes

bit_matrices = npst.arrays(np.uint8, st.tuples(st.integers(0, 5), st.integers(1, 40)), elements=st.integers(0, 1))


@given(bits=bit_matrices)
@settings(deadline=None, max_examples=60)
def test_every_form_reads_the_same(bits):
    signs = 2 * bits.astype(np.int8) - 1
    forms = (bits, signs, bits.astype(bool), signs * 0.25, np.asfortranarray(bits), bits.astype(np.int64))
    for codes in forms:
        np.testing.assert_array_equal(bits_from_codes(codes), bits)
        np.testing.assert_array_equal(signs_from_codes(codes), signs)
        np.testing.assert_array_equal(pack_codes(codes), np.packbits(bits, axis=1))
    assert bits_from_codes(signs).dtype == np.uint8
    assert signs_from_codes(bits).dtype == np.int8


@given(bits=bit_matrices)
@settings(deadline=None, max_examples=60)
def test_packing_is_undone_by_unpacking(bits):
    packed = pack_codes(bits)
    assert packed.shape == (len(bits), packed_width(bits.shape[1]))
    np.testing.assert_array_equal(unpack_codes(packed, bits.shape[1]), bits)
    whole = unpack_codes(packed)
    assert whole.shape[1] == 8 * packed.shape[1]
    assert not whole[:, bits.shape[1] :].any()


def test_zero_and_negative_zero_are_no_bit():
    codes = [[0.0, -0.0, 1e-45, -1e-45]]
    assert bits_from_codes(np.array(codes, dtype=np.float32)).tolist() == [[0, 0, 1, 0]]


def test_first_bit_is_the_highest_of_the_first_byte():
    assert pack_codes([[1] + [0] * 8, [0] * 8 + [1]]).tolist() == [[128, 0], [0, 128]]


@pytest.mark.parametrize("n_bits", [8, 17])
def test_unpack_refuses_another_width(n_bits):
    with pytest.raises(ValueError, match=f"n_bits={n_bits} takes"):
        unpack_codes(np.zeros((3, 2), dtype=np.uint8), n_bits=n_bits)
