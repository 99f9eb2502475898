"""Arrow tables of codes: columns, metadata, ids of every type."""

import datetime
import uuid

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors, LSHHasher
from sklearn_hash.stores import fingerprint, to_arrow

pa = pytest.importorskip("pyarrow")

RNG = np.random.default_rng(0)
BITS = RNG.integers(0, 2, (30, 21), dtype=np.uint8)
PACKED = np.packbits(BITS, axis=1)


def test_the_schema_tells_what_the_codes_are():
    hasher = LSHHasher(n_bits=21, random_state=0).fit(RNG.normal(size=(30, 4)))
    table = to_arrow(BITS, hasher=hasher)
    assert table.schema.field("id").type == pa.int64()
    assert table.schema.field("code").type == pa.binary(3)
    assert not any(field.nullable for field in table.schema)
    assert table.schema.metadata == {
        b"sklearn_hash.n_bits": b"21",
        b"sklearn_hash.bit_order": b"big",
        b"sklearn_hash.fingerprint": fingerprint(hasher).encode(),
    }
    assert [row["code"] for row in table.to_pylist()] == [code.tobytes() for code in PACKED]
    assert b"sklearn_hash.fingerprint" not in to_arrow(BITS).schema.metadata
    assert to_arrow(BITS, hasher="a name").schema.metadata[b"sklearn_hash.fingerprint"] == b"a name"


def test_packed_codes_are_not_copied():
    codes = RNG.integers(0, 256, (30, 8), dtype=np.uint8)
    column = to_arrow(codes, packed=True)["code"].chunk(0)
    assert column.buffers()[1].address == codes.__array_interface__["data"][0]
    assert [each.as_py() for each in to_arrow(codes[::2], packed=True)["code"]] == [
        code.tobytes() for code in codes[::2]
    ]


@pytest.mark.parametrize(
    "ids",
    [
        list(range(5, 35)),
        np.arange(30, dtype=np.uint16) * 7,
        np.uint64(2**64 - 1) - np.arange(30, dtype=np.uint64),
        [2**63 + i for i in range(30)],
        [f"it's {i}" for i in range(30)],
        np.array([f"{i}" for i in range(30)]),
        [bytes([i]) for i in range(30)],
        [uuid.UUID(int=i) for i in range(30)],
        [datetime.date(2026, 1, 1 + i) for i in range(30)],
        [("a", str(i)) for i in range(30)],
    ],
    ids=["int", "uint16", "uint64", "large int", "str", "numpy str", "bytes", "uuid", "date", "tuple"],
)
def test_ids_of_a_type_come_back_as_they_were(ids):
    search = HammingNeighbors().fit(to_arrow(BITS, ids))
    expected = HammingNeighbors().fit(BITS, ids=ids)
    assert search.ids_.dtype == expected.ids_.dtype
    assert search.ids_.tolist() == expected.ids_.tolist()
    assert_array_equal(search.kneighbors(BITS[:3])[1], expected.kneighbors(BITS[:3])[1])


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1, "a"], "one type that Arrow can store.*int, str"),
        ([-1, 2**63], "one type that Arrow can store"),
        ([2**70, 1], "one type that Arrow can store"),
        ([frozenset([1]), frozenset([2])], "one type that Arrow can store.*frozenset"),
        ([(1, "a"), (2, "b")], "one type that Arrow can store.*tuple"),
        ([(1, (2,)), (2, (3,))], "one type that Arrow can store.*tuple"),
        ([1.0, 2.0], "float"),
        ([3, 3], "repeat"),
        ([1], "2; got 1"),
    ],
)
def test_ids_that_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        to_arrow(BITS[:2], ids)


@pytest.mark.parametrize(
    ("codes", "params", "message"),
    [
        (PACKED, {}, "packed=True"),
        (PACKED, {"packed": True, "n_bits": 24, "ids": range(29)}, "30; got 29"),
        (PACKED, {"packed": True, "n_bits": 16}, "2 bytes"),
        (np.tile(BITS[:, :8], 2), {"packed": True}, "as bits do"),
    ],
)
def test_codes_that_are_refused(codes, params, message):
    with pytest.raises(ValueError, match=message):
        to_arrow(codes, **params)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 40), n_bits=st.integers(1, 70), start=st.integers(0, 39), seed=st.integers(0, 99))
def test_any_slice_reads_as_the_codes_that_went_in(n, n_bits, start, seed):
    bits = np.random.default_rng(seed).integers(0, 2, (n, n_bits), dtype=np.uint8)
    start = min(start, n - 1)
    search = HammingNeighbors().fit(to_arrow(bits, ids=np.arange(n)[::-1]).slice(start))
    assert search.n_bits_ == n_bits
    assert_array_equal(np.unpackbits(search.packed_codes_, axis=1, count=n_bits), bits[start:])
    assert_array_equal(search.ids_, np.arange(n)[::-1][start:])
