"""Sorting of results as integer keys, with the distance in the bits above the row."""

import numpy as np
from numba import njit

__all__ = ["bit_length", "copy_keys", "keep_smallest", "largest", "room_for", "sort_keys", "split_keys"]

_FEW = 48  # an insertion sort is faster than a radix sort for up to this many keys
_MOST_DIGIT_BITS = 11


@njit(cache=True, nogil=True)
def bit_length(number):
    """Return the number of bits of a non-negative number."""
    length = 0
    while number >> length:
        length += 1
    return length


@njit(inline="always")
def copy_keys(source, target, n_keys):
    """Copy the first keys in a loop, since Numba takes seconds to compile an assignment of slices."""
    for place in range(n_keys):
        target[place] = source[place]


@njit(inline="always")
def largest(keys, n_keys):
    """Return the largest of the first keys."""
    key = keys[0]
    for place in range(1, n_keys):
        key = max(key, keys[place])
    return key


@njit(cache=True, nogil=True)
def sort_keys(keys, spare, n_bits):
    """Sort uint64 keys of ``n_bits`` bits in place; ``spare`` is a buffer of at least their length."""
    if len(keys) <= _FEW:
        _insertion_sort(keys)
        return
    n_passes = (n_bits + _MOST_DIGIT_BITS - 1) // _MOST_DIGIT_BITS
    digit_bits = (n_bits + n_passes - 1) // n_passes
    counts = np.empty(1 << digit_bits, np.uint32)
    source, target = keys, spare[: len(keys)]
    for turn in range(n_passes):
        _sort_by_digit(source, target, np.uint64(turn * digit_bits), counts)
        source, target = target, source
    if n_passes % 2:
        copy_keys(source, keys, len(keys))


@njit(cache=True, nogil=True)
def _insertion_sort(keys):
    for end in range(1, len(keys)):
        key, place = keys[end], end
        while place > 0 and keys[place - 1] > key:
            keys[place] = keys[place - 1]
            place -= 1
        keys[place] = key


@njit(cache=True, nogil=True)
def _sort_by_digit(source, target, shift, counts):
    lowest = np.uint64(len(counts) - 1)
    counts[:] = 0
    for key in source:
        counts[(key >> shift) & lowest] += np.uint32(1)
    start = np.uint32(0)
    for digit in range(len(counts)):
        size = counts[digit]
        counts[digit] = start
        start += size
    for key in source:
        digit = (key >> shift) & lowest
        target[counts[digit]] = key
        counts[digit] += np.uint32(1)


@njit(cache=True, nogil=True)
def keep_smallest(keys, n_kept):
    """Move the ``n_kept`` smallest keys to the front, in any order."""
    low, high = 0, len(keys) - 1
    while low < high:
        pivot = keys[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while keys[left] < pivot:
                left += 1
            while keys[right] > pivot:
                right -= 1
            if left <= right:
                keys[left], keys[right] = keys[right], keys[left]
                left += 1
                right -= 1
        if n_kept - 1 <= right:
            high = right
        elif n_kept - 1 >= left:
            low = left
        else:
            return


@njit(cache=True, nogil=True)
def room_for(keys, n_used, n_more):
    """Return the keys, copied to a larger array if ``n_more`` do not fit after the first ``n_used``."""
    if n_used + n_more <= len(keys):
        return keys
    larger = np.empty(max(n_used + n_more, 2 * len(keys)), np.uint64)
    copy_keys(keys, larger, n_used)
    return larger


@njit(cache=True, nogil=True)
def split_keys(keys, row_bits, distances, rows):
    """Write the distance and the row of every key; the distance is in the bits above the row."""
    lowest = (np.uint64(1) << np.uint64(row_bits)) - np.uint64(1)
    for place in range(len(keys)):
        distances[place] = keys[place] >> np.uint64(row_bits)
        rows[place] = keys[place] & lowest
