"""Vector intrinsics for bit planes, which hold one bit of each of 256 codes in a vector.

Planes are processed in triples. A full adder computes from three planes, in which a bit is set where it differs from
that of the query, the planes of the sum and the carry. These depend only on three bits of the query, so a table of all
8 cases is filled once for all queries. Further full adders sum the entries of a query in all tables to the planes of
the distances.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils

from sklearn_hash._hamming._emitter import INT64
from sklearn_hash._hamming._simd import CHUNK, intrinsic

__all__ = ["codes_below", "fill_tables", "n_levels", "n_triples", "take_planes"]

PLANE_BYTES = CHUNK // 8
ENTRY_BYTES = 2 * PLANE_BYTES
TABLE_BYTES = 8 * ENTRY_BYTES


def n_triples(n_bits):
    """Return the number of triples of planes; up to two bits are left over, so that the sum is only a lower bound."""
    return n_bits // 3


def n_levels(n_bits):
    """Return the number of bits of a sum over all triples."""
    return (3 * n_triples(n_bits)).bit_length()


def _bits(shape):
    return shape.count * shape.dtype.bitwidth


class _Planes:
    """Generator of operations on planes."""

    def __init__(self, builder, word=INT64):
        self.builder = builder
        self.kind = ir.VectorType(word, 8 * PLANE_BYTES // word.width)

    def _pointer(self, address, offset):
        return self.builder.inttoptr(self.builder.add(address, INT64(offset)), self.kind.as_pointer())

    def load(self, address, offset=0):
        return self.builder.load(self._pointer(address, offset), align=8)

    def store(self, plane, address, offset=0):
        self.builder.store(plane, self._pointer(address, offset), align=8)

    def swap_quarters(self, rows, size):
        """Swap two quarters of squares of ``2 * size`` rows, then of the four halves of that size, and so on."""
        builder, n_bits = self.builder, self.kind.element.width
        step = len(rows) // 2
        while step:
            low = sum(1 << bit for bit in range(n_bits) if not bit & size)
            mask, shift = (ir.Constant(self.kind, [value] * self.kind.count) for value in (low, size))
            for row in range(len(rows)):
                if not row & step:
                    high, other = rows[row], rows[row + step]
                    change = builder.and_(builder.xor(builder.lshr(high, shift), other), mask)
                    rows[row] = builder.xor(high, builder.shl(change, shift))
                    rows[row + step] = builder.xor(other, change)
            step, size = step // 2, size // 2

    def full_adder(self, first, second, third):
        """Return the planes of the sum and of the carry of three bits."""
        builder = self.builder
        either = builder.xor(first, second)
        carry = builder.or_(builder.and_(first, second), builder.and_(either, third))
        return builder.xor(either, third), carry

    def overflow(self, entries, bound):
        """Return the plane of the carry out of the highest level when entries are added to a bound.

        The bound is given as planes. Planes of one level are added as soon as there are three, to use few registers.
        """
        waiting = [[plane] for plane in bound] + [[]]

        def push(plane, level):
            planes = waiting[level]
            planes.append(plane)
            if level < len(bound) and len(planes) == 3:
                total, carry = self.full_adder(*planes)
                planes[:] = [total]
                push(carry, level + 1)

        for total, carry in entries:
            push(total, 0)
            push(carry, 1)
        for level, planes in enumerate(waiting[:-1]):
            if len(planes) == 2:
                push(self.builder.and_(*planes), level + 1)
        plane, *others = waiting[-1]
        for other in others:
            plane = self.builder.or_(plane, other)
        return plane


@intrinsic
def codes_below(typing_context, tables, entries, bound, below, shape):
    """Write to an address which of 256 codes have a sum below a limit, and return whether any has.

    ``entries`` is the address of the 16-bit offsets of the query into each table, ``bound`` that of the planes of the
    difference between the limit and the next power of two.
    """
    signature = types.boolean(types.int64, types.int64, types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = _Planes(builder)
        tables, entries, bound, below, _ = arguments

        def entry(triple):
            pointer = builder.inttoptr(builder.add(entries, INT64(2 * triple)), ir.IntType(16).as_pointer())
            address = builder.add(tables, builder.zext(builder.load(pointer, align=2), INT64))
            here = triple * TABLE_BYTES
            return emit.load(address, here), emit.load(address, here + PLANE_BYTES)

        n_bits = _bits(shape)
        bounds = [emit.load(bound, level * PLANE_BYTES) for level in range(n_levels(n_bits))]
        nearer = builder.not_(emit.overflow(map(entry, range(n_triples(n_bits))), bounds))
        emit.store(nearer, below)
        mask = builder.bitcast(nearer, ir.IntType(CHUNK))
        return builder.icmp_unsigned("!=", mask, mask.type(0))

    return signature, generate


@intrinsic
def fill_tables(typing_context, tables, planes, shape):
    """Write the tables of all triples of consecutive planes to an address."""
    signature = types.void(types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = _Planes(builder)
        tables, planes, _ = arguments
        with cgutils.for_range(builder, INT64(n_triples(_bits(shape)))) as loop:
            here = builder.add(planes, builder.mul(loop.index, INT64(3 * PLANE_BYTES)))
            table = builder.add(tables, builder.mul(loop.index, INT64(TABLE_BYTES)))
            triple = [emit.load(here, bit * PLANE_BYTES) for bit in range(3)]
            for case in range(4):
                differing = [builder.not_(plane) if case >> bit & 1 else plane for bit, plane in enumerate(triple)]
                for offset, plane in zip((0, PLANE_BYTES), emit.full_adder(*differing), strict=True):
                    emit.store(plane, table, case * ENTRY_BYTES + offset)
                    emit.store(builder.not_(plane), table, (7 - case) * ENTRY_BYTES + offset)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def take_planes(typing_context, chunk, planes, shape):
    """Write the planes of the codes of a chunk to an address.

    A vector has as many consecutive codes as there are words in a plane, and the vectors together have a square matrix
    of bits for each of these words. The matrices are transposed by swapping quarters of decreasing size, three sizes at
    a time while the vectors are in registers.
    """
    signature = types.void(types.int64, types.int64, shape)

    def generate(context, builder, signature, arguments):
        emit = _Planes(builder, ir.IntType(shape.dtype.bitwidth))
        chunk, planes, _ = arguments
        n_rows = shape.dtype.bitwidth
        with cgutils.for_range(builder, INT64(shape.count)) as word:
            source = builder.add(chunk, builder.mul(word.index, INT64(2 * PLANE_BYTES)))
            target = builder.add(planes, builder.mul(word.index, INT64(n_rows * PLANE_BYTES)))
            with cgutils.for_range(builder, INT64(8)) as loop:
                here = builder.add(target, builder.mul(loop.index, INT64(PLANE_BYTES)))
                line, half = builder.lshr(loop.index, INT64(1)), builder.and_(loop.index, INT64(1))
                there = builder.add(source, builder.mul(line, INT64(2 * PLANE_BYTES * shape.count)))
                there = builder.add(there, builder.mul(half, INT64(PLANE_BYTES)))
                rows = [emit.load(there, row * PLANE_BYTES * shape.count) for row in range(0, n_rows, 8)]
                emit.swap_quarters(rows, n_rows // 2)
                for row, plane in zip(range(0, n_rows, 8), rows, strict=True):
                    emit.store(plane, here, row * PLANE_BYTES)
            with cgutils.for_range(builder, INT64(n_rows // 8)) as loop:
                here = builder.add(target, builder.mul(loop.index, INT64(8 * PLANE_BYTES)))
                rows = [emit.load(here, row * PLANE_BYTES) for row in range(8)]
                emit.swap_quarters(rows, 4)
                for row, plane in enumerate(rows):
                    emit.store(plane, here, row * PLANE_BYTES)
        return context.get_dummy_value()

    return signature, generate
