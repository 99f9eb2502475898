"""Codes against numpy's own packing, and the promise that every form reads the same."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sklearn_hash.codes import (
    bits_from_codes,
    hex_from_packed,
    imagehash_from_packed,
    int8_from_packed,
    integers_from_packed,
    pack_codes,
    packed_from_hex,
    packed_from_imagehash,
    packed_from_int8,
    packed_from_integers,
    packed_width,
    signs_from_codes,
    unpack_codes,
)

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


def packed_matrices(n_bytes):
    return npst.arrays(np.uint8, st.tuples(st.integers(0, 5), n_bytes))


INTEGERS = [("uint64", 8), ("int64", 8), ("uint32", 4), ("int32", 4)]


@pytest.mark.parametrize(("dtype", "size"), INTEGERS)
@pytest.mark.parametrize("order", ["<", ">"])
@given(data=st.data(), n_words=st.integers(1, 3))
@settings(deadline=None, max_examples=30)
def test_integers_are_big_endian_bytes(dtype, size, order, data, n_words):
    packed = data.draw(packed_matrices(st.just(n_words * size)))
    integers = integers_from_packed(packed, dtype=np.dtype(dtype).newbyteorder(order))
    signed = dtype.startswith("int")
    expected = [
        [
            int.from_bytes(row[start : start + size].tobytes(), "big", signed=signed)
            for start in range(0, len(row), size)
        ]
        for row in packed
    ]
    assert integers.reshape(len(packed), n_words).tolist() == expected
    assert integers.ndim == (1 if n_words == 1 else 2)
    np.testing.assert_array_equal(packed_from_integers(integers), packed)


def test_integers_of_python_keep_all_bits():
    numbers = [0, 1, 2**53 + 1, 2**64 - 1]
    assert [row.tobytes() for row in packed_from_integers(numbers)] == [number.to_bytes(8, "big") for number in numbers]


@given(packed=packed_matrices(st.integers(1, 9)))
@settings(deadline=None, max_examples=60)
def test_int8_is_packbits_less_128(packed):
    codes = (packed.astype(np.int64) - 128).astype(np.int8)
    np.testing.assert_array_equal(int8_from_packed(packed), codes)
    np.testing.assert_array_equal(packed_from_int8(codes), packed)
    assert packed_from_int8(codes).dtype == np.uint8


@given(packed=packed_matrices(st.integers(1, 9)))
@settings(deadline=None, max_examples=60)
def test_hexadecimal_of_bytes(packed):
    strings = hex_from_packed(packed)
    assert strings.tolist() == [row.tobytes().hex() for row in packed]
    forms = (strings, strings.tolist(), strings.astype(object), strings.astype(bytes), np.char.upper(strings))
    for form in forms if len(packed) else ():
        np.testing.assert_array_equal(packed_from_hex(form), packed)


@given(bits=bit_matrices)
@settings(deadline=None, max_examples=60)
def test_hexadecimal_of_numbers(bits):
    n_bits = bits.shape[1]
    strings = hex_from_packed(pack_codes(bits), n_bits=n_bits)
    numbers = [int("".join(map(str, row)), 2) for row in bits]
    assert strings.tolist() == [f"{number:0{-(-n_bits // 4)}x}" for number in numbers]
    np.testing.assert_array_equal(packed_from_hex(strings, n_bits=n_bits), pack_codes(bits))


@given(hashes=npst.arrays(bool, st.tuples(st.integers(1, 5), st.integers(2, 9), st.integers(2, 9))))
@settings(deadline=None, max_examples=60)
def test_imagehash(hashes):
    imagehash = pytest.importorskip("imagehash", reason="the oracle is the imagehash package")
    shape, n_bits = hashes.shape[1:], hashes[0].size
    objects = [imagehash.ImageHash(array) for array in hashes]
    packed = packed_from_imagehash(objects)
    np.testing.assert_array_equal(packed, packed_from_imagehash(hashes))
    np.testing.assert_array_equal(packed, packed_from_hex([str(each) for each in objects], n_bits=n_bits))
    assert hex_from_packed(packed, n_bits=n_bits).tolist() == [str(each) for each in objects]
    np.testing.assert_array_equal(imagehash_from_packed(packed, shape=shape), hashes)
    distances = np.bitwise_count(packed ^ packed[0]).sum(axis=1)
    assert distances.tolist() == [each - objects[0] for each in objects]


@pytest.mark.parametrize(
    ("convert", "codes", "message"),
    [
        (packed_from_integers, [0.5], r"got float64 of shape \(1,\)\.$"),
        (packed_from_integers, np.full((2, 4), -100, np.int8), "packed_from_int8"),
        (packed_from_integers, ["ff"], "packed_from_hex"),
        (packed_from_integers, pd.Series(["ff"]), "packed_from_hex"),
        (packed_from_integers, [-1, 2**63], "got float64"),
        (packed_from_integers, [2**64], "got object"),
        (packed_from_integers, np.zeros((2, 0), np.int64), r"\(2, 0\)"),
        (packed_from_int8, np.zeros((2, 4), np.uint8), "packed already"),
        (packed_from_int8, np.array([1, 2]), "packed_from_integers"),
        (packed_from_int8, np.zeros((2, 8, 8), bool), "packed_from_imagehash"),
        (packed_from_hex, np.array([1, 2]), "packed_from_integers"),
        (packed_from_hex, np.full((2, 4), -100, np.int8), "packed_from_int8"),
        (packed_from_hex, ["ff", "0ff"], "row 0 has 2, row 1 3"),
        (packed_from_hex, ["fff"], "Pass n_bits"),
        (packed_from_hex, ["ff", "fg"], "row 1 is 'fg'"),
        (packed_from_hex, ["f\u0662"], "row 0"),
        (packed_from_hex, [""], "row 0 has 0"),
        (packed_from_hex, "ff", "of shape"),
        (packed_from_imagehash, ["ff"], "packed_from_hex"),
        (packed_from_imagehash, np.array([1, 2]), "packed_from_integers"),
        (packed_from_imagehash, np.zeros((8, 8), bool), r"bool of shape \(8, 8\)"),
        (packed_from_imagehash, [np.zeros((8, 8), bool), np.zeros((4, 4), bool)], "one shape"),
        (integers_from_packed, np.zeros((1, 9), np.uint8), "multiple of 8 bytes"),
        (integers_from_packed, np.zeros((1, 8)), "pack_codes"),
        (hex_from_packed, np.array([1, 2]), "packed_from_integers"),
        (int8_from_packed, np.full((2, 4), -100, np.int8), "packed_from_int8"),
        (imagehash_from_packed, np.zeros((1, 9), np.uint8), r"shape=\(8, 8\) takes 8 bytes"),
    ],
)
def test_other_forms_are_refused_by_name(convert, codes, message):
    with pytest.raises(ValueError, match=message):
        convert(codes)


@pytest.mark.parametrize(
    ("strings", "n_bits", "message"),
    [(["1ff"], 8, "digits for n_bits=8"), (["3ff"], 9, r"below 2 \*\* 9; row 0"), (["ff"], 0, "n_bits=0")],
)
def test_hexadecimal_numbers_have_n_bits(strings, n_bits, message):
    with pytest.raises(ValueError, match=message):
        packed_from_hex(strings, n_bits=n_bits)


def test_converters_refuse_other_types_and_widths():
    with pytest.raises(ValueError, match="dtype must be"):
        integers_from_packed(np.zeros((1, 8), np.uint8), dtype="int16")
    with pytest.raises(ValueError, match="n_bits=17 takes 3 bytes"):
        hex_from_packed(np.zeros((1, 2), np.uint8), n_bits=17)
    with pytest.raises(ValueError, match="last 4 bits at zero"):
        hex_from_packed(np.ones((1, 2), np.uint8), n_bits=12)
