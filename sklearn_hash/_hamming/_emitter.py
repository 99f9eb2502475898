"""Generation of the LLVM vector code of the intrinsics, for codes of one shape."""

from llvmlite import ir
from numba import types
from numba.core import cgutils

__all__ = ["GROUP", "INT64", "VECTOR_BYTES", "Emitter"]

GROUP = 64  # codes
INT64 = ir.IntType(64)
_VECTOR_BITS = 512
VECTOR_BYTES = _VECTOR_BITS // 8


def _word_type(shape):
    return shape.dtype if isinstance(shape, types.UniTuple) else shape


class Emitter:
    """Generator of the vector code of one intrinsic, for codes of one shape."""

    def __init__(self, builder, shape):
        self.builder = builder
        self.words = shape.count if isinstance(shape, types.UniTuple) else None
        self.bits = _word_type(shape).bitwidth
        self.lanes = _VECTOR_BITS // self.bits
        self.element = ir.IntType(self.bits)
        self.vector = ir.VectorType(self.element, self.lanes)
        self.per_group = GROUP // self.lanes

    def address(self, base, n_bytes):
        return self.builder.add(base, INT64(n_bytes))

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

    def every(self, codes, stride, offset):
        """Return a vector of the lanes ``offset``, ``offset + stride``, ... of a longer vector."""
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
        # The upper 32 bits of a distance are 0, and 32-bit words are compared faster than 64-bit words.
        builder = self.builder
        kind = ir.VectorType(ir.IntType(32), 16) if self.bits == 64 else self.vector
        first, second = builder.bitcast(first, kind), builder.bitcast(second, kind)
        least = builder.select(builder.icmp_unsigned("<", first, second), first, second)
        return builder.bitcast(least, self.vector)

    def folded(self, below):
        """Return a vector of truth values folded to at most 16 bits, each the disjunction of several values."""
        mask = self.builder.bitcast(below, ir.IntType(self.lanes))
        for width in (32, 16):
            if mask.type.width > width:
                half = ir.IntType(width)
                upper = self.builder.lshr(mask, mask.type(width))
                mask = self.builder.or_(self.builder.trunc(mask, half), self.builder.trunc(upper, half))
        return self.builder.zext(mask, INT64)

    def query(self, address, words):
        """Return each word of the query as a vector; only the address if the number of words is not in the type."""
        if self.words is None:
            return address
        size = self.bits // 8
        return [self.splat(self.load(self.address(address, word * size), self.element)) for word in range(self.words)]

    def differing(self, address, query):
        """Count the differing bits of one word in a vector of codes."""
        return self.population(self.builder.xor(self.load(address, self.vector), query))

    def distances(self, group, query, words):
        """Return the distances of the 64 codes of a group, vector by vector."""
        if self.words is None:
            return self.distances_in_loop(group, query, words)
        totals = []
        for row in range(self.per_group):
            total = None
            for word in range(self.words):
                more = self.differing(self.address(group, (row * self.words + word) * VECTOR_BYTES), query[word])
                total = more if total is None else self.builder.add(total, more)
            totals.append(total)
        return totals

    def distances_in_loop(self, group, query, words):
        builder = self.builder
        stride = builder.mul(words, INT64(VECTOR_BYTES))
        rows = [builder.add(group, builder.mul(stride, INT64(row))) for row in range(self.per_group)]
        totals = [cgutils.alloca_once(builder, self.vector) for _ in rows]
        for total in totals:
            builder.store(ir.Constant(self.vector, [0] * self.lanes), total)
        with cgutils.for_range(builder, words) as loop:
            word = self.splat(self.load(builder.add(query, builder.mul(loop.index, INT64(8))), self.element))
            offset = builder.mul(loop.index, INT64(VECTOR_BYTES))
            for row, total in zip(rows, totals, strict=True):
                more = self.differing(builder.add(row, offset), word)
                builder.store(builder.add(builder.load(total), more), total)
        return [builder.load(total) for total in totals]

    def group_address(self, codes, words, index):
        words = words if self.words is None else INT64(self.words)
        size = self.builder.mul(words, INT64(GROUP * self.bits // 8))
        return self.builder.add(codes, self.builder.mul(size, index))
