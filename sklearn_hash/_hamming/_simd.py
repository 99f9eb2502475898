"""Vector intrinsics for Numba: operations on 64 codes at once for all scans.

Each intrinsic generates LLVM vector code (xor, population count, minimum, compare), which LLVM compiles to the
instructions of the machine: AVX-512, AVX2, SSE or NEON. Codes are in groups of 64 (:mod:`._layout`). Addresses are
plain integers, so that writable, read-only and memory-mapped arrays share one compilation. The width of a lane is given
by the type of ``lane``, which is any word, or of ``shape``: a tuple of as many words as a code has, or a single word if
the number ``words`` of a code is known only at run time. Types, unlike closures, let Numba cache the compiled code.
"""

from typing import Any

import numba.extending
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils

from sklearn_hash._hamming._emitter import GROUP, INT64, VECTOR_BYTES, Emitter

__all__ = [
    "CHUNK",
    "GROUP",
    "below_mask",
    "code_distance",
    "group_minima",
    "groups_below",
    "known_words",
    "load_word",
    "lowest_bit",
    "population",
    "prefetch",
    "split_words",
    "store_word",
    "word_bytes",
]

CHUNK = 256  # codes

# The annotation in Numba counts the typing context as an argument of a call.
intrinsic: Any = numba.extending.intrinsic


@intrinsic
def groups_below(typing_context, codes, query, words, limit, shape):
    """Return which of the 4 groups of a chunk have a code nearer to a query than a limit, as 16 bits each of a uint64.

    A group has such a code if any of its bits is set. ``codes`` and ``query`` are addresses.
    """
    signature = types.uint64(types.int64, types.int64, types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = Emitter(builder, shape)
        codes, query, words, limit, _ = arguments
        query = emit.query(query, words)
        bound = emit.splat(emit.narrow(limit))
        mask = INT64(0)
        for index in range(CHUNK // GROUP):
            nearest = emit.distances(emit.group_address(codes, words, INT64(index)), query, words)
            while len(nearest) > 1:
                nearest.append(emit.least(nearest.pop(0), nearest.pop(0)))
            below = emit.folded(builder.icmp_unsigned("<", nearest[0], bound))
            mask = builder.or_(mask, builder.shl(below, INT64(16 * index)))
        return mask

    return signature, generate


@intrinsic
def below_mask(typing_context, codes, query, words, limit, shape):
    """Return which of the 64 codes at an address are nearer to a query than a limit, as the bits of a uint64."""
    signature = types.uint64(types.int64, types.int64, types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = Emitter(builder, shape)
        codes, query, words, limit, _ = arguments
        bound = emit.splat(emit.narrow(limit))
        mask = INT64(0)
        for position, distance in enumerate(emit.distances(codes, emit.query(query, words), words)):
            below = builder.bitcast(builder.icmp_unsigned("<", distance, bound), ir.IntType(emit.lanes))
            below = builder.zext(below, INT64) if emit.lanes < GROUP else below
            mask = builder.or_(mask, builder.shl(below, INT64(position * emit.lanes)))
        return mask

    return signature, generate


@intrinsic
def group_minima(typing_context, codes, groups, query, words, output, shape):
    """Write the least distance at each of the 64 places of a group over consecutive groups, as words, to an address."""
    signature = types.void(types.int64, types.int64, types.int64, types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = Emitter(builder, shape)
        codes, groups, query, words, output, _ = arguments
        words_of_query = emit.query(query, words)
        minima = [cgutils.alloca_once(builder, emit.vector) for _ in range(emit.per_group)]
        for minimum in minima:
            builder.store(ir.Constant(emit.vector, [-1] * emit.lanes), minimum)
        with cgutils.for_range(builder, groups) as loop:
            group = emit.group_address(codes, words, loop.index)
            for distance, minimum in zip(emit.distances(group, words_of_query, words), minima, strict=True):
                builder.store(emit.least(builder.load(minimum), distance), minimum)
        for position, minimum in enumerate(minima):
            emit.store(builder.load(minimum), emit.address(output, position * VECTOR_BYTES))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def load_word(typing_context, address, lane):
    """Return the word at an address, which need not be aligned."""

    def generate(context, builder, signature, arguments):
        emit = Emitter(builder, lane)
        return emit.load(arguments[0], emit.element)

    return lane(types.int64, lane), generate


@intrinsic
def prefetch(typing_context, address):
    """Prefetch the cache line at an address, which need not be valid."""

    def generate(context, builder, signature, arguments):
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [builder.inttoptr(arguments[0], pointer), number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic
def store_word(typing_context, address, value):
    """Write a word to an address, which need not be aligned."""

    def generate(context, builder, signature, arguments):
        Emitter(builder, value).store(arguments[1], arguments[0])
        return context.get_dummy_value()

    return types.void(types.int64, value), generate


@intrinsic
def split_words(typing_context, target, source, shape):
    """Copy as many consecutive codes as a vector has lanes into a block, with one vector per word.

    The codes are whole words without gaps, and their number of words is in the type of the shape.
    """

    def generate(context, builder, signature, arguments):
        emit = Emitter(builder, shape)
        target, source, _ = arguments
        words = emit.words or 1
        codes = emit.load(source, ir.VectorType(emit.element, words * emit.lanes))
        for word in range(words):
            emit.store(emit.every(codes, words, word), emit.address(target, word * VECTOR_BYTES))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, shape), generate


@intrinsic
def word_bytes(typing_context, lane):
    """Return the number of bytes of a word, a constant that depends on its type."""
    return types.int64(lane), lambda context, builder, signature, arguments: INT64(lane.bitwidth // 8)


@intrinsic
def known_words(typing_context, words, shape):
    """Return the number of words of a code, a constant if the type of the shape holds it."""

    def generate(context, builder, signature, arguments):
        return INT64(shape.count) if isinstance(shape, types.UniTuple) else arguments[0]

    return types.int64(types.int64, shape), generate


@intrinsic
def population(typing_context, word):
    """Count the set bits of an unsigned word, as int64."""

    def generate(context, builder, signature, arguments):
        count = Emitter(builder, word).population(arguments[0])
        return count if word.bitwidth == 64 else builder.zext(count, INT64)

    return types.int64(word), generate


@intrinsic
def lowest_bit(typing_context, mask):
    """Return the index of the lowest set bit of a uint64 other than 0, as int64."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.uint64), generate


@njit(inline="always")
def code_distance(codes, place, query, words, lane):
    """Return the distance from a query to the code at one of the 64 places of the group at an address."""
    n_bytes = word_bytes(lane)
    lanes = 64 // n_bytes
    here = codes + (place // lanes) * words * 64 + (place % lanes) * n_bytes
    distance = 0
    for word in range(words):
        distance += population(load_word(here + word * 64, lane) ^ load_word(query + word * n_bytes, lane))
    return distance
