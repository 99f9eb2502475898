"""Grouping of codes for pruned search: choice of leaders, assignment of distinct codes to them, and to slots."""

# Compiled into this file, unseen by Numba's cache: sources 0a22f8304741b18a

import numpy as np
from numba import njit

from sklearn_hash._hamming._layout import code_shape
from sklearn_hash._hamming._rings import BLOCK, Rings, nearest_leader
from sklearn_hash._hamming._simd import population

__all__ = ["build_rings"]

_N_FREQUENT = 20_000  # distinct codes, most frequent first, that may become leaders
_MOST_LEADERS = 2048
_LEADER_RADIUS = 0.2  # fraction of n_bits; unrelated codes are at about 0.5, so that groups are separated
_LANES = 8  # words in a vector
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def build_rings(words: np.ndarray, n_bits: int) -> Rings:
    """Group codes, given as a matrix of unsigned words of shape (n, n_words) with at least one row."""
    n, n_words = words.shape
    code_of_row, firsts, sizes = _merge_equal(words, np.empty(n, _smallest_type(n)))
    shape = code_shape(8 * n_words)
    frequent = firsts[_most_frequent(sizes)]
    most = min(_MOST_LEADERS, len(firsts) // BLOCK + 1)
    leaders = _pick_leaders(words, frequent, int(_LEADER_RADIUS * n_bits), most)
    leader_codes = _empty_blocks(len(leaders), n_words)
    for slot, row in enumerate(leaders):
        _put_code(leader_codes, slot, words, row)
    groups, rings = _assign(words, firsts, leader_codes, len(leaders), shape)
    slots, group_starts = _place(groups, rings, len(leaders), n_bits)
    n_slots = BLOCK * int(group_starts[-1])
    codes = _empty_blocks(n_slots, n_words)
    _fill_spare(codes, leader_codes, group_starts, n_words)
    inner, outer = _fill_codes(codes, words, firsts, slots, rings, group_starts)
    starts, rows = _fill_rows(code_of_row, sizes, slots, n_slots)
    reach = np.array([outer[group_starts[g] : group_starts[g + 1]].max() for g in range(len(leaders))])
    return Rings(
        shape=shape,
        n_rows=n,
        n_words=n_words,
        n_positions=64 * n_words,
        codes=codes,
        starts=starts,
        rows=rows,
        inner=inner,
        outer=outer,
        leaders=leader_codes,
        group_starts=group_starts,
        reach=reach,
        farthest_reach=int(reach.max()),
    )


def _smallest_type(n):
    return np.uint32 if n < 2**32 - 1 else np.uint64


def _most_frequent(sizes):
    """Return the indices of the most frequent codes, in the order of occurrence on ties."""
    chosen = np.arange(len(sizes))
    if len(sizes) > _N_FREQUENT:
        chosen = np.sort(np.argpartition(sizes, -_N_FREQUENT)[-_N_FREQUENT:])
    return chosen[np.argsort(-sizes[chosen].astype(np.int64), kind="stable")]


def _empty_blocks(n_codes, n_words):
    """Return a buffer of zeros for codes in whole blocks, aligned to cache lines."""
    size = -(-n_codes // BLOCK) * BLOCK * n_words
    buffer = np.zeros(size + 8, np.uint64)
    offset = -buffer.ctypes.data % 64 // 8
    return buffer[offset : offset + size]


@njit(cache=True, nogil=True)
def _merge_equal(words, code_of_row):
    """Number distinct codes by first occurrence; return numbers of rows, and first rows and sizes of codes."""
    n = len(words)
    size = 64
    while 3 * size < 4 * n:
        size *= 2
    table = np.zeros(size, code_of_row.dtype)  # number of a code plus one; 0 is a free place
    firsts, sizes = np.empty_like(code_of_row), np.zeros_like(code_of_row)
    n_codes = 0
    for row in range(n):
        place = _hash(words, row) & np.uint64(size - 1)
        while table[place] != 0 and not _equal(words, firsts[table[place] - 1], row):
            place = (place + np.uint64(1)) & np.uint64(size - 1)
        if table[place] == 0:
            firsts[n_codes] = row
            n_codes += 1
            table[place] = n_codes
        code_of_row[row] = table[place] - 1
        sizes[code_of_row[row]] += 1
    return code_of_row, firsts[:n_codes].copy(), sizes[:n_codes].copy()


@njit(cache=True, nogil=True)
def _hash(words, row):
    mixed = np.uint64(0)
    for word in range(words.shape[1]):
        mixed = (mixed ^ words[row, word]) * _GOLDEN
        mixed ^= mixed >> np.uint64(32)
    return mixed


@njit(cache=True, nogil=True)
def _equal(words, first, second):
    for word in range(words.shape[1]):  # noqa: SIM110 (a plain loop is what compiles well)
        if words[first, word] != words[second, word]:
            return False
    return True


@njit(cache=True, nogil=True)
def _row_distance(words, first, second):
    distance = 0
    for word in range(words.shape[1]):
        distance += population(words[first, word] ^ words[second, word])
    return distance


@njit(cache=True, nogil=True)
def _pick_leaders(words, candidates, radius, most):
    """Choose the rows of leaders: each candidate farther than the radius from all earlier leaders."""
    leaders = np.empty(most, candidates.dtype)
    n_leaders = 0
    for row in candidates:
        if n_leaders == most:
            break
        covered = False
        for other in leaders[:n_leaders]:
            if _row_distance(words, other, row) <= radius:
                covered = True
                break
        if not covered:
            leaders[n_leaders] = row
            n_leaders += 1
    return leaders[:n_leaders].copy()


@njit(cache=True, nogil=True)
def _word_place(slot, word, n_words):
    """Return the index of one word of a slot in its array of blocks."""
    return (slot // _LANES * n_words + word) * _LANES + slot % _LANES


@njit(cache=True, nogil=True)
def _put_code(codes, slot, words, row):
    for word in range(words.shape[1]):
        codes[_word_place(slot, word, words.shape[1])] = words[row, word]


@njit(cache=True, nogil=True)
def _assign(words, firsts, leaders, n_leaders, shape):
    """Return the group and ring of every distinct code."""
    groups, rings = np.empty(len(firsts), np.uint16), np.empty(len(firsts), np.uint16)
    address, row_bytes = np.int64(words.ctypes.data), words.shape[1] * 8
    for code in range(len(firsts)):
        query = address + np.int64(firsts[code]) * row_bytes
        groups[code], rings[code] = nearest_leader(leaders, n_leaders, query, words.shape[1], shape)
    return groups, rings


@njit(cache=True, nogil=True)
def _place(groups, rings, n_groups, n_bits):
    """Return the slot of every code and the first block of every group, by a counting sort on (group, ring)."""
    next_slot = np.zeros((n_groups, n_bits + 1), np.int64)
    for code in range(len(groups)):
        next_slot[groups[code], rings[code]] += 1
    group_starts = np.zeros(n_groups + 1, np.int64)
    for group in range(n_groups):
        slot = group_starts[group] * BLOCK
        for ring in range(n_bits + 1):
            size = next_slot[group, ring]
            next_slot[group, ring] = slot
            slot += size
        group_starts[group + 1] = (slot + BLOCK - 1) // BLOCK
    slots = np.empty(len(groups), np.int64)
    for code in range(len(groups)):
        slots[code] = next_slot[groups[code], rings[code]]
        next_slot[groups[code], rings[code]] += 1
    return slots, group_starts


@njit(cache=True, nogil=True)
def _fill_spare(codes, leaders, group_starts, n_words):
    """Fill the last block of every group with the complement of its leader, so that spare slots are rarely hits."""
    for group in range(len(group_starts) - 1):
        end = group_starts[group + 1] * BLOCK
        for slot in range(end - BLOCK, end):
            for word in range(n_words):
                opposite = ~leaders[_word_place(group, word, n_words)]
                codes[_word_place(slot, word, n_words)] = opposite


@njit(cache=True, nogil=True)
def _fill_codes(codes, words, firsts, slots, rings, group_starts):
    """Write every code to its slot, and return the least and largest ring of every block."""
    n_blocks = group_starts[-1]
    inner, outer = np.full(n_blocks, 65535, np.uint16), np.zeros(n_blocks, np.uint16)
    for code in range(len(firsts)):
        _put_code(codes, slots[code], words, firsts[code])
        block = slots[code] // BLOCK
        inner[block] = min(inner[block], rings[code])
        outer[block] = max(outer[block], rings[code])
    return inner, outer


@njit(cache=True, nogil=True)
def _fill_rows(code_of_row, sizes, slots, n_slots):
    """Return the rows of every slot in increasing order, as starts and one array."""
    starts = np.zeros(n_slots + 1, code_of_row.dtype)
    for code in range(len(sizes)):
        starts[slots[code] + 1] = sizes[code]
    for slot in range(n_slots):
        starts[slot + 1] += starts[slot]
    ends = np.empty_like(sizes)
    for code in range(len(sizes)):
        ends[code] = starts[slots[code]]
    rows = np.empty_like(code_of_row)
    for row in range(len(code_of_row)):
        code = code_of_row[row]
        rows[ends[code]] = row
        ends[code] += 1
    return starts, rows
