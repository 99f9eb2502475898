"""What counts as a code matrix, and what each error says."""

import numpy as np
import pytest
from scipy import sparse

from sklearn_hash._validation import check_codes


@pytest.mark.parametrize("n_bits", [None, 12])
def test_codes_of_any_form_come_back_packed(n_bits):
    bits = np.random.default_rng(0).integers(0, 2, (6, 12))
    expected = np.packbits(bits.astype(np.uint8), axis=1)
    for codes in (bits, bits.tolist(), bits * 2.5 - 1, bits.astype(bool), np.asfortranarray(bits)):
        packed, found = check_codes(codes, n_bits=n_bits)
        np.testing.assert_array_equal(packed, expected)
        assert found == 12


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint16, np.float32])
def test_only_bytes_are_held_to_be_packed(dtype):
    values = np.array([[0, 3, 1], [2, 0, 0]], dtype=dtype)
    np.testing.assert_array_equal(check_codes(values)[0], np.packbits(values > 0, axis=1))


def test_packed_codes_come_back_uncopied(tmp_path):
    packed = np.packbits(np.eye(16, dtype=np.uint8), axis=1)
    np.save(tmp_path / "codes.npy", packed)
    mapped = np.load(tmp_path / "codes.npy", mmap_mode="r")
    for codes in (packed, mapped):
        checked, n_bits = check_codes(codes, packed=True)
        assert checked is codes
        assert n_bits == 16


def test_bytes_of_the_last_bits_must_be_zero():
    packed = np.array([[255, 0b11100000]], dtype=np.uint8)
    assert check_codes(packed, packed=True, n_bits=11)[1] == 11
    with pytest.raises(ValueError, match="last 6 bits at zero for n_bits=10"):
        check_codes(packed, packed=True, n_bits=10)


def test_no_rows_are_codes_too():
    assert check_codes(np.empty((0, 5)))[0].shape == (0, 1)
    assert check_codes(np.empty((0, 2), dtype=np.uint8), packed=True)[0].shape == (0, 2)


@pytest.mark.parametrize(
    ("codes", "options", "message"),
    [
        ([[1, 0, 1]], {"n_bits": 4}, "db must have n_bits=4 columns; got 3"),
        ([1.0, 0.0, 1.0], {}, "2D array"),
        ([1, 0, 1], {}, "db must be bits, signs or real values .* sklearn_hash.codes.packed_from_integers"),
        (
            np.array([[2**40, 3]]),
            {},
            "db must be bits, signs or real values .* sklearn_hash.codes.packed_from_integers",
        ),
        (
            np.zeros((4, 8, 8), bool),
            {},
            "db must be bits, signs or real values .* sklearn_hash.codes.packed_from_imagehash",
        ),
        (np.array([[5, -90]], np.int8), {"packed": True}, "db must be .* int8 .* sklearn_hash.codes.packed_from_int8"),
        ([[1, np.nan]], {}, "Input db contains NaN"),
        ([[1, np.inf]], {}, "Input db contains infinity"),
        ([[1, 1j]], {}, "Complex"),
        ([["a", "b"]], {}, "db must be bits, signs or real values .* sklearn_hash.codes.packed_from_hex"),
        (np.empty((3, 0)), {}, "0 feature"),
        (np.array([[0, 1], [2, 0]], np.uint8), {}, "db must hold bits of 0 and 1 .* got 2. Pass packed=True"),
        ([[1, 0]], {"packed": True}, "uint8 array of shape"),
        (np.zeros(3, dtype=np.uint8), {"packed": True}, "uint8 array of shape"),
        (np.zeros((2, 3), dtype=np.uint8), {"packed": True, "n_bits": 16}, "2 bytes a row for n_bits=16; got 3"),
        (np.zeros((2, 0), dtype=np.uint8), {"packed": True}, "at least one byte"),
        ([[1, 0]], {"n_bits": 0}, "n_bits must be a positive integer; got 0"),
        ([[1, 0]], {"n_bits": 2.0}, "n_bits must be a positive integer; got 2.0"),
        ([[1, 0]], {"n_bits": True}, "n_bits must be a positive integer; got True"),
    ],
)
def test_malformed_codes_are_refused(codes, options, message):
    with pytest.raises(ValueError, match=message):
        check_codes(codes, name="db", **options)


def test_messages_do_not_grow_with_the_value():
    with pytest.raises(ValueError, match="n_bits must be a positive integer") as error:
        check_codes([[1, 0]], n_bits=list(range(10_000)))
    assert len(str(error.value)) < 120


def test_sparse_codes_are_refused():
    with pytest.raises(TypeError, match="Sparse data"):
        check_codes(sparse.eye_array(3, format="csr"))
