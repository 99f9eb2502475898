"""Memory layout of codes during a scan.

Stored codes are packed rows of bytes, in memory or in a memory map. A scan copies them block by block into a scratch
buffer that fits the first-level cache, in groups of 64 codes. A vector of 64 bytes has one word each of consecutive
codes, and word w of vector j of a group is at ``j * words + w``. A word has 8, 16, 32 or 64 bits, the smallest size
that holds a code; longer codes have several words of 64 bits.
"""

# Compiled into this file, unseen by Numba's cache: sources 5559f616f76acd03

import numpy as np
from numba import njit

from sklearn_hash._hamming._simd import (
    CHUNK,
    load_word,
    split_words,
    store_word,
    word_bytes,
)

__all__ = [
    "arrange_few_rows",
    "arrange_rows",
    "arranged",
    "block_codes",
    "code_shape",
    "new_scratch",
    "query_words",
    "word_layout",
    "words_of",
]

_BLOCK_BYTES = 1 << 15
_LINE = 64
_UNROLLED_WORDS = 2


def word_layout(n_bytes: int) -> tuple[type[np.unsignedinteger], int]:
    """Return the word type and the number of words of a code of ``n_bytes``."""
    for word in (np.uint8, np.uint16, np.uint32):
        if n_bytes <= word(0).itemsize:
            return word, 1
    return np.uint64, -(-n_bytes // 8)


def code_shape(n_bytes: int) -> np.unsignedinteger | tuple[np.unsignedinteger, ...]:
    """Return the ``shape`` argument of the vector intrinsics, a value whose type selects their machine code.

    For codes of few words, the type holds the number of words; longer codes share a loop over words.
    """
    word, words = word_layout(n_bytes)
    return (word(0),) * words if words <= _UNROLLED_WORDS else word(0)


def query_words(packed: np.ndarray) -> np.ndarray:
    """Return packed codes as words of :func:`word_layout`, of shape (n, words), padded with zeros."""
    return words_of(packed, word_layout(packed.shape[1])[0])


def words_of(packed: np.ndarray, word: type[np.unsignedinteger] = np.uint64) -> np.ndarray:
    """Return packed codes as a new array of words of shape (n, n_words), padded with zeros.

    Codes are always copied, since Numba would compile again for an array that is read-only or not aligned.
    """
    n, n_bytes = packed.shape
    size = word(0).itemsize
    padded = np.zeros((n, -(-n_bytes // size) * size), np.uint8)
    padded[:, :n_bytes] = packed
    return padded.view(word)


def block_codes(n_bytes: int) -> int:
    """Return the number of codes of ``n_bytes`` in a block: a multiple of a chunk that fits the first-level cache."""
    word, words = word_layout(n_bytes)
    return max(1, _BLOCK_BYTES // (words * word(0).itemsize) // CHUNK) * CHUNK


def new_scratch(n_bytes: int, n_blocks: int = 1) -> np.ndarray:
    """Return a buffer for blocks, aligned to a cache line."""
    word, words = word_layout(n_bytes)
    return aligned_buffer(n_blocks * block_codes(n_bytes) * words * word(0).itemsize)


def aligned_buffer(n_bytes: int) -> np.ndarray:
    """Return a buffer aligned to a cache line."""
    buffer = np.empty(n_bytes + _LINE, np.uint8)
    start = -buffer.ctypes.data % _LINE
    return buffer[start : start + n_bytes]


def arrange_few_rows(packed: np.ndarray) -> np.ndarray:
    """Return packed codes in the layout of a block, whose last chunk is padded with zeros."""
    word, words = word_layout(packed.shape[1])
    size = word(0).itemsize
    padded = np.zeros((-(-len(packed) // CHUNK) * CHUNK, words * size), np.uint8)
    padded[: len(packed), : packed.shape[1]] = packed
    return np.ascontiguousarray(padded.reshape(-1, _LINE // size, words, size).swapaxes(1, 2))


@njit(inline="always")
def arranged(codes, n_chunks, words, lane, shape, scratch, in_place):
    """Return the address of chunks in the layout of a block: of the codes if ``in_place``, otherwise of a copy."""
    if in_place:
        return codes
    block = np.int64(scratch.ctypes.data)  # signed like codes, since Numba converts signed and unsigned to float64
    n_bytes = CHUNK * n_chunks * words * word_bytes(lane)
    for offset in range(0, n_bytes, _LINE * words):
        split_words(block + offset, codes + offset, shape)
    return block


@njit(cache=True, nogil=True)
def arrange_rows(packed, n_bytes, rows, start, count, words, block, lane):
    """Copy ``count`` codes of any length into a block, and pad its last chunk with zeros.

    The codes are those of the rows ``rows[start : start + count]`` or, if ``rows`` is empty, of the rows from ``start``
    to ``start + count``. ``packed`` is flat, ``block`` is an address and ``lane`` is any word.
    """
    size = word_bytes(lane)
    lanes = _LINE // size
    mask = type(lane)(type(lane)(-1) >> type(lane)(8 * (words * size - n_bytes)))
    for index in range((count + CHUNK - 1) // CHUNK * CHUNK):
        target = block + index // lanes * words * _LINE + index % lanes * size
        row = start + index
        if index < count and rows.size:
            row = rows[row]
        source = packed.ctypes.data + row * n_bytes
        if index < count and row * n_bytes + words * size <= packed.size:
            for word in range(words - 1):
                store_word(target + word * _LINE, load_word(source + word * size, lane))
            last = load_word(source + (words - 1) * size, lane) & mask
            store_word(target + (words - 1) * _LINE, type(lane)(last))
        else:
            for word in range(words):
                store_word(target + word * _LINE, type(lane)(0))
            for byte in range(n_bytes if index < count else 0):  # do not read past the end of the codes
                store_word(target + byte // size * _LINE + byte % size, packed[row * n_bytes + byte])
