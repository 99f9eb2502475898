"""Bits, signs and packed bytes: the one definition of a hash code.

A code matrix is (n, n_bits). Whatever its type, a bit is set where the value is positive, so 0/1, -1/+1, boolean and
real-valued codes all read the same, and zero is never half a bit. Packed codes are (n, ceil(n_bits / 8)) uint8 in
numpy's default bit order (first bit highest), the form that PostgreSQL ``bit``, Vespa and faiss read. Other forms are
converted by name: ``packed_from_integers`` and ``integers_from_packed``, and so on.
"""

from sklearn_hash.codes._bits import bits_from_codes, pack_codes, packed_width, signs_from_codes, unpack_codes
from sklearn_hash.codes._hexadecimal import hex_from_packed, packed_from_hex
from sklearn_hash.codes._imagehash import imagehash_from_packed, packed_from_imagehash
from sklearn_hash.codes._integers import int8_from_packed, integers_from_packed, packed_from_int8, packed_from_integers

__all__ = [
    "bits_from_codes",
    "signs_from_codes",
    "pack_codes",
    "unpack_codes",
    "packed_width",
    "packed_from_integers",
    "integers_from_packed",
    "packed_from_int8",
    "int8_from_packed",
    "packed_from_hex",
    "hex_from_packed",
    "packed_from_imagehash",
    "imagehash_from_packed",
]
