"""Memory layout of codes during a scan.

Stored codes are packed rows of bytes, in memory or in a memory map. A scan copies them block by block into a scratch
buffer that fits the first-level cache, in groups of 64 codes: vectors of 64 bytes hold one word of as many consecutive
codes, and word w of a group's vector j lies at ``j * words + w``. A word is the narrowest of 8, 16, 32 and 64 bits that
holds a code; longer codes take several words of 64 bits.
"""

import numpy as np
from numba import njit

from sklearn_hash._hamming._simd import (
    CHUNK,
    gather_quads,
    gather_words,
    load_word,
    split_words,
    store_word,
    word_bytes,
)

__all__ = ["block_codes", "code_shape", "fill_block", "new_scratch", "query_words", "word_layout", "words_of"]

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
    """Return the ``shape`` argument of the vector intrinsics: a value whose type selects their machine code.

    The type for codes of one or two words holds the number of words; longer codes share a loop over words.
    """
    word, words = word_layout(n_bytes)
    return (word(0),) * words if words <= _UNROLLED_WORDS else word(0)


def query_words(packed: np.ndarray) -> np.ndarray:
    """Return packed codes as an (n, words) array of the words of :func:`word_layout`, padded with zeros."""
    return words_of(packed, word_layout(packed.shape[1])[0])


def words_of(packed: np.ndarray, word: type[np.unsignedinteger] = np.uint64) -> np.ndarray:
    """Return packed codes as a new (n, n_words) array of words, padded with zeros.

    Always a copy: Numba would compile everything anew for an array that is read-only or not aligned.
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


def new_scratch(n_bytes: int) -> np.ndarray:
    """Return a buffer for one block, aligned to a cache line."""
    word, words = word_layout(n_bytes)
    size = block_codes(n_bytes) * words * word(0).itemsize
    buffer = np.empty(size + _LINE, np.uint8)
    start = -buffer.ctypes.data % _LINE
    return buffer[start : start + size]


@njit
def fill_block(packed, n_bytes, rows, start, count, words, block, lane, shape):
    """Copy ``count`` codes into a block, pad the last chunk with zeros, and return the number of chunks.

    The codes are those of ``rows[start : start + count]``, or of these rows themselves where ``rows`` is empty;
    ``packed`` is flat, ``rows`` ascend, ``block`` is an address and ``lane`` any word.
    """
    size = word_bytes(lane)
    lanes = _LINE // size
    n_chunks = (count + CHUNK - 1) // CHUNK
    if rows.size == 0 and n_bytes == words * size and words <= _UNROLLED_WORDS:
        whole = count // lanes * lanes
        source = packed.ctypes.data + start * n_bytes
        for offset in range(0, whole * n_bytes, lanes * n_bytes):
            split_words(block + offset, source + offset, shape)
    elif rows.size == 0:
        whole = _gather_block(packed, n_bytes, start, count, words, block, lane)
    else:
        whole = _gather_rows(packed, n_bytes, rows, start, count, words, block, lane)
    for index in range(whole, n_chunks * CHUNK):
        target = block + index // lanes * words * _LINE + index % lanes * size
        for word in range(words):
            store_word(target + word * _LINE, type(lane)(0))
        if index < count:
            row = rows[start + index] if rows.size else start + index
            for byte in range(n_bytes):
                store_word(target + byte // size * _LINE + byte % size, packed[row * n_bytes + byte])
    return n_chunks


@njit
def _last_word_mask(n_bytes, words, lane):
    """Return a mask that clears the bytes of a row's last word that belong to the next row."""
    return type(lane)(type(lane)(-1) >> type(lane)(8 * (words * word_bytes(lane) - n_bytes)))


@njit
def _gather_block(packed, n_bytes, start, count, words, block, lane):
    """Copy consecutive codes; return how many, since none may be read past the end of the codes."""
    size = word_bytes(lane)
    lanes = _LINE // size
    mask = _last_word_mask(n_bytes, words, lane)
    safe = min(count, (packed.size - words * size) // n_bytes + 1 - start)
    whole = max(safe, 0) // lanes * lanes
    for first in range(0, whole, lanes):
        source = packed.ctypes.data + (start + first) * n_bytes
        target = block + first * words * size
        for word in range(0, words - 3, 4):
            cut = mask if word == words - 4 else type(lane)(-1)
            gather_quads(target + word * _LINE, source + word * size, n_bytes, cut)
        for word in range(words // 4 * 4, words):
            cut = mask if word == words - 1 else type(lane)(-1)
            gather_words(target + word * _LINE, source + word * size, n_bytes, cut)
    return whole


@njit
def _gather_rows(packed, n_bytes, rows, start, count, words, block, lane):
    """Copy chosen codes; return how many, since none may be read past the end of the codes."""
    size = word_bytes(lane)
    lanes = _LINE // size
    mask = _last_word_mask(n_bytes, words, lane)
    whole = count
    while whole > 0 and rows[start + whole - 1] * n_bytes + words * size > packed.size:
        whole -= 1
    for first in range(0, whole, lanes):
        target = block + first * words * size
        for index in range(start + first, start + min(first + lanes, whole)):
            source = packed.ctypes.data + rows[index] * n_bytes
            for word in range(words - 1):
                store_word(target + word * _LINE, load_word(source + word * size, lane))
            last = load_word(source + (words - 1) * size, lane) & mask
            store_word(target + (words - 1) * _LINE, type(lane)(last))
            target += size
    return whole
