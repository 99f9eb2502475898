"""Copies of codes in a block against the definition of the layout."""

import numpy as np
import pytest

from sklearn_hash._hamming import _layout
from sklearn_hash._hamming._simd import CHUNK


def read_block(scratch, n_bytes, n_chunks):
    """Return the codes of a block as packed rows, by the definition of the layout."""
    word, words = _layout.word_layout(n_bytes)
    size = np.dtype(word).itemsize
    block = scratch.view(np.uint8)[: n_chunks * CHUNK * words * size].reshape(-1, words, 64 // size, size)
    return block.transpose(0, 2, 1, 3).reshape(-1, words * size)


def arranged(packed, rows, start, count, n_bytes):
    word, words = _layout.word_layout(n_bytes)
    scratch = _layout.new_scratch(n_bytes)
    scratch[:] = 0xAA
    _layout.arrange_rows(packed.reshape(-1), n_bytes, rows, start, count, words, scratch.ctypes.data, word(0))
    return read_block(scratch, n_bytes, -(-count // CHUNK))


@pytest.mark.parametrize(
    ("n_bytes", "expected"),
    [(1, (1, 1)), (2, (2, 1)), (3, (4, 1)), (4, (4, 1)), (5, (8, 1)), (8, (8, 1)), (9, (8, 2)), (128, (8, 16))],
)
def test_the_narrowest_word_holds_a_code(n_bytes, expected):
    word, words = _layout.word_layout(n_bytes)
    assert (np.dtype(word).itemsize, words) == expected


@pytest.mark.parametrize("n_bytes", [1, 3, 6, 8, 13, 16, 39])
def test_queries_are_filled_up_with_zeros(n_bytes):
    packed = np.random.default_rng(0).integers(1, 256, (5, n_bytes), dtype=np.uint8)
    words = _layout.query_words(packed)
    as_bytes = words.view(np.uint8).reshape(5, -1)
    np.testing.assert_array_equal(as_bytes[:, :n_bytes], packed)
    assert not as_bytes[:, n_bytes:].any()


@pytest.mark.parametrize("n_bytes", [*range(1, 18), 32, 125, 128])
def test_a_block_fits_the_cache_and_is_aligned(n_bytes):
    scratch = _layout.new_scratch(n_bytes)
    word, words = _layout.word_layout(n_bytes)
    assert scratch.ctypes.data % 64 == 0
    assert scratch.size == _layout.block_codes(n_bytes) * words * np.dtype(word).itemsize <= 1 << 15
    assert _layout.block_codes(n_bytes) % CHUNK == 0


@pytest.mark.parametrize("n_bytes", [3, 6, 8, 13, 16, 39, 48])
@pytest.mark.parametrize("start", [0, 5, 200])
def test_codes_of_a_block(n_bytes, start):
    packed = np.random.default_rng(1).integers(1, 256, (500, n_bytes), dtype=np.uint8)
    everything = np.empty(0, np.int64)
    odd = np.arange(1, 500, 2)
    for rows, chosen in [(everything, packed), (odd, packed[odd])]:
        for count in (1, 7, len(chosen) - start):
            few = _layout.arrange_few_rows(chosen[start : start + count])
            assert few.flags.c_contiguous
            n_chunks = -(-count // CHUNK)
            blocks = arranged(packed, rows, start, count, n_bytes), read_block(few.reshape(-1), n_bytes, n_chunks)
            for block in blocks:
                assert len(block) == n_chunks * CHUNK
                np.testing.assert_array_equal(block[:count, :n_bytes], chosen[start : start + count])
                assert not block[:count, n_bytes:].any()
                assert not block[count:].any()
