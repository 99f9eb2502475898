"""Conversion between bits, signs, packed codes and other forms of hash codes.

A code matrix has shape (n, n_bits). For every type, a bit is set where the value is positive, and not set where it is
0 or negative: this holds for 0/1, -1/+1, boolean and real-valued codes. Packed codes are uint8 of shape
(n, ceil(n_bits / 8)) in the default bit order of :func:`numpy.packbits` (first bit highest), the form that PostgreSQL
``bit``, Vespa and faiss read. Other forms are converted by functions such as ``packed_from_integers`` and
``integers_from_packed``.
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
