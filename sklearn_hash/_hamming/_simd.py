"""Vector instructions for Numba: the few operations on 64 codes at once that every scan is made of.

Each intrinsic emits LLVM vector code (xor, population count, least, compare), which LLVM lowers to what the machine
has: AVX-512, AVX2, SSE or NEON. Codes lie in groups of 64 (:mod:`._layout`). Addresses are plain integers, so one
compilation serves writable, read-only and memory-mapped arrays. The width of a lane comes from the type of ``lane``,
any word, or of ``shape``: a tuple of as many words as a code has, or one word where the ``words`` of a code are
counted at run time. Types, unlike closures, let Numba cache what it compiled.
"""

from typing import Any

import numba.extending
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils

__all__ = [
    "CHUNK",
    "GROUP",
    "below_mask",
    "code_distance",
    "gather_quads",
    "gather_words",
    "group_minima",
    "groups_below",
    "known_words",
    "load_word",
    "lowest_bit",
    "population",
    "split_words",
    "store_word",
    "word_bytes",
]

GROUP = 64
CHUNK = 256

_INT64 = ir.IntType(64)
_VECTOR_BITS = 512
_VECTOR_BYTES = _VECTOR_BITS // 8

# Numba's own annotation counts the typing context among the arguments of a call.
intrinsic: Any = numba.extending.intrinsic


def _word_type(shape):
    return shape.dtype if isinstance(shape, types.UniTuple) else shape


class _Emitter:
    """Emits the vector code of one intrinsic for codes of one shape."""

    def __init__(self, builder, shape):
        self.builder = builder
        self.words = shape.count if isinstance(shape, types.UniTuple) else None
        self.bits = _word_type(shape).bitwidth
        self.lanes = _VECTOR_BITS // self.bits
        self.element = ir.IntType(self.bits)
        self.vector = ir.VectorType(self.element, self.lanes)
        self.per_group = GROUP // self.lanes

    def address(self, base, n_bytes):
        return self.builder.add(base, _INT64(n_bytes))

    def load(self, address, kind):
        return self.builder.load(self.builder.inttoptr(address, kind.as_pointer()), align=1)

    def store(self, value, address):
        self.builder.store(value, self.builder.inttoptr(address, value.type.as_pointer()), align=1)

    def splat(self, scalar):
        first = self.builder.insert_element(
            ir.Constant(self.vector, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
        )
        return self.shuffled(first, first, [0] * self.lanes)

    def shuffled(self, first, second, lanes):
        kind = ir.VectorType(ir.IntType(32), len(lanes))
        return self.builder.shuffle_vector(first, second, ir.Constant(kind, lanes))

    def concatenated(self, first, second):
        return self.shuffled(first, second, list(range(2 * first.type.count)))

    def every(self, codes, stride, offset):
        """One vector of the lanes ``offset``, ``offset + stride``... of a longer vector."""
        return self.shuffled(codes, codes, [lane * stride + offset for lane in range(self.lanes)])

    def narrow(self, limit):
        return limit if self.bits == 64 else self.builder.trunc(limit, self.element)

    def population(self, value):
        kind = value.type
        suffix = f"v{self.lanes}i{self.bits}" if isinstance(kind, ir.VectorType) else f"i{self.bits}"
        function = cgutils.get_or_insert_function(
            self.builder.module, ir.FunctionType(kind, [kind]), f"llvm.ctpop.{suffix}"
        )
        return self.builder.call(function, [value])

    def least(self, first, second):
        # Distances leave the upper half of 64 bits empty, and halves are compared a quarter faster than wholes.
        builder = self.builder
        kind = ir.VectorType(ir.IntType(32), 16) if self.bits == 64 else self.vector
        first, second = builder.bitcast(first, kind), builder.bitcast(second, kind)
        least = builder.select(builder.icmp_unsigned("<", first, second), first, second)
        return builder.bitcast(least, self.vector)

    def folded(self, below):
        """A vector of truth values as at most 16 bits, by any of those that fall on the same bit."""
        mask = self.builder.bitcast(below, ir.IntType(self.lanes))
        for width in (32, 16):
            if mask.type.width > width:
                half = ir.IntType(width)
                upper = self.builder.lshr(mask, mask.type(width))
                mask = self.builder.or_(self.builder.trunc(mask, half), self.builder.trunc(upper, half))
        return self.builder.zext(mask, _INT64)

    def query(self, address, words):
        """The query's words, each filling a vector; only the address where their number is not known yet."""
        if self.words is None:
            return address
        size = self.bits // 8
        return [self.splat(self.load(self.address(address, word * size), self.element)) for word in range(self.words)]

    def differing(self, address, query):
        """Differing bits of one word of one vector of codes."""
        return self.population(self.builder.xor(self.load(address, self.vector), query))

    def distances(self, group, query, words):
        """Distances of the 64 codes of a group, vector by vector."""
        if self.words is None:
            return self.distances_in_loop(group, query, words)
        totals = []
        for row in range(self.per_group):
            total = None
            for word in range(self.words):
                more = self.differing(self.address(group, (row * self.words + word) * _VECTOR_BYTES), query[word])
                total = more if total is None else self.builder.add(total, more)
            totals.append(total)
        return totals

    def distances_in_loop(self, group, query, words):
        builder = self.builder
        stride = builder.mul(words, _INT64(_VECTOR_BYTES))
        rows = [builder.add(group, builder.mul(stride, _INT64(row))) for row in range(self.per_group)]
        totals = [cgutils.alloca_once(builder, self.vector) for _ in rows]
        for total in totals:
            builder.store(ir.Constant(self.vector, [0] * self.lanes), total)
        with cgutils.for_range(builder, words) as loop:
            word = self.splat(self.load(builder.add(query, builder.mul(loop.index, _INT64(8))), self.element))
            offset = builder.mul(loop.index, _INT64(_VECTOR_BYTES))
            for row, total in zip(rows, totals, strict=True):
                more = self.differing(builder.add(row, offset), word)
                builder.store(builder.add(builder.load(total), more), total)
        return [builder.load(total) for total in totals]

    def group_address(self, codes, words, index):
        words = words if self.words is None else _INT64(self.words)
        size = self.builder.mul(words, _INT64(GROUP * self.bits // 8))
        return self.builder.add(codes, self.builder.mul(size, index))


@intrinsic
def groups_below(typing_context, codes, query, words, limit, shape):
    """Which of a chunk's 4 groups hold a code nearer to a query than a limit: 16 bits of a uint64 for each.

    A group has one if any of its bits is set. ``codes`` and ``query`` are addresses.
    """
    signature = types.uint64(types.int64, types.int64, types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = _Emitter(builder, shape)
        codes, query, words, limit, _ = arguments
        query = emit.query(query, words)
        bound = emit.splat(emit.narrow(limit))
        mask = _INT64(0)
        for index in range(CHUNK // GROUP):
            nearest = emit.distances(emit.group_address(codes, words, _INT64(index)), query, words)
            while len(nearest) > 1:
                nearest.append(emit.least(nearest.pop(0), nearest.pop(0)))
            below = emit.folded(builder.icmp_unsigned("<", nearest[0], bound))
            mask = builder.or_(mask, builder.shl(below, _INT64(16 * index)))
        return mask

    return signature, generate


@intrinsic
def below_mask(typing_context, codes, query, words, limit, shape):
    """Which of the 64 codes at an address are nearer to a query than a limit, as the bits of a uint64."""
    signature = types.uint64(types.int64, types.int64, types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = _Emitter(builder, shape)
        codes, query, words, limit, _ = arguments
        bound = emit.splat(emit.narrow(limit))
        mask = _INT64(0)
        for position, distance in enumerate(emit.distances(codes, emit.query(query, words), words)):
            below = builder.bitcast(builder.icmp_unsigned("<", distance, bound), ir.IntType(emit.lanes))
            below = builder.zext(below, _INT64) if emit.lanes < GROUP else below
            mask = builder.or_(mask, builder.shl(below, _INT64(position * emit.lanes)))
        return mask

    return signature, generate


@intrinsic
def group_minima(typing_context, codes, groups, query, words, output, shape):
    """Least distance at each of a group's 64 places over consecutive groups, written as words to an address."""
    signature = types.void(types.int64, types.int64, types.int64, types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = _Emitter(builder, shape)
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
            emit.store(builder.load(minimum), emit.address(output, position * _VECTOR_BYTES))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def load_word(typing_context, address, lane):
    """The word at an address, which need not be aligned."""

    def generate(context, builder, signature, arguments):
        emit = _Emitter(builder, lane)
        return emit.load(arguments[0], emit.element)

    return lane(types.int64, lane), generate


@intrinsic
def store_word(typing_context, address, value):
    """Write a word to an address, which need not be aligned."""

    def generate(context, builder, signature, arguments):
        _Emitter(builder, value).store(arguments[1], arguments[0])
        return context.get_dummy_value()

    return types.void(types.int64, value), generate


@intrinsic
def split_words(typing_context, target, source, shape):
    """Bring as many consecutive codes as a vector has lanes to a block: one vector of every word.

    The codes are whole words without a gap, and their number of words is in the type of the shape.
    """

    def generate(context, builder, signature, arguments):
        emit = _Emitter(builder, shape)
        target, source, _ = arguments
        words = emit.words or 1
        codes = emit.load(source, ir.VectorType(emit.element, words * emit.lanes))
        for word in range(words):
            emit.store(emit.every(codes, words, word), emit.address(target, word * _VECTOR_BYTES))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, shape), generate


def _emit_gather(builder, mask_type, arguments, count):
    emit = _Emitter(builder, mask_type)
    target, source, stride, cut = arguments
    run = ir.VectorType(emit.element, count)
    codes = [emit.load(builder.add(source, builder.mul(stride, _INT64(lane))), run) for lane in range(emit.lanes)]
    while len(codes) > 1:
        codes = [emit.concatenated(*codes[pair : pair + 2]) for pair in range(0, len(codes), 2)]
    for word in range(count):
        words = emit.every(codes[0], count, word)
        if word == count - 1:
            words = builder.and_(words, emit.splat(cut))
        emit.store(words, emit.address(target, word * _VECTOR_BYTES))


@intrinsic
def gather_words(typing_context, target, source, stride, mask):
    """Bring one word each of as many codes as a vector has lanes to a block, through a mask.

    The words lie ``stride`` bytes apart from the address ``source`` on; the type of the mask is that of a word.
    """

    def generate(context, builder, signature, arguments):
        _emit_gather(builder, mask, arguments, 1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, mask), generate


@intrinsic
def gather_quads(typing_context, target, source, stride, mask):
    """Do as :func:`gather_words` for four consecutive words at once; the mask cuts the last."""

    def generate(context, builder, signature, arguments):
        _emit_gather(builder, mask, arguments, 4)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, mask), generate


@intrinsic
def word_bytes(typing_context, lane):
    """Bytes of a word, a constant of its type."""
    return types.int64(lane), lambda context, builder, signature, arguments: _INT64(lane.bitwidth // 8)


@intrinsic
def known_words(typing_context, words, shape):
    """The number of words of a code, a constant where the shape's type tells."""

    def generate(context, builder, signature, arguments):
        return _INT64(shape.count) if isinstance(shape, types.UniTuple) else arguments[0]

    return types.int64(types.int64, shape), generate


@intrinsic
def population(typing_context, word):
    """How many bits of an unsigned word are set, as int64."""

    def generate(context, builder, signature, arguments):
        count = _Emitter(builder, word).population(arguments[0])
        return count if word.bitwidth == 64 else builder.zext(count, _INT64)

    return types.int64(word), generate


@intrinsic
def lowest_bit(typing_context, mask):
    """Index of the lowest set bit of a uint64 other than 0, as int64."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.uint64), generate


@njit(inline="always")
def code_distance(codes, place, query, words, lane):
    """Distance from a query to the code at one of the 64 places of the group at an address."""
    n_bytes = word_bytes(lane)
    lanes = 64 // n_bytes
    here = codes + (place // lanes) * words * 64 + (place % lanes) * n_bytes
    distance = 0
    for word in range(words):
        distance += population(load_word(here + word * 64, lane) ^ load_word(query + word * n_bytes, lane))
    return distance
