"""Ids of any kind, against the same searches by row number."""

import pickle
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors

BITS = np.random.default_rng(0).integers(0, 2, (60, 12), dtype=np.uint8)

KINDS = {
    "strings": lambda row: f"image-{row}.png",
    "uuids": lambda row: UUID(int=row),
    "tuples": lambda row: ("shard", row),
    "large integers": lambda row: 2**70 + row,
    "integers on both sides of 2**63": lambda row: 2**63 - 30 + row,
    "mixed": lambda row: row if row % 2 else str(row),
}


def named(rows, name):
    return np.fromiter((name(int(row)) for row in rows.flat), dtype=object, count=rows.size).reshape(rows.shape)


@pytest.mark.parametrize("kind", KINDS)
def test_objects_are_returned_as_given(kind):
    name = KINDS[kind]
    names = [name(row) for row in range(60)]
    by_row = HammingNeighbors(3).fit(BITS[:40]).partial_fit(BITS[40:])
    search = HammingNeighbors(3).fit(BITS[:40], ids=names[:40]).partial_fit(BITS[40:], ids=names[40:])
    for gone in ([], range(20, 25), range(25, 55)):  # of which the last leaves memory
        by_row.remove(gone)
        search = pickle.loads(pickle.dumps(search.remove([names[row] for row in gone])))
        assert search.ids_.dtype == object
        assert_array_equal(search.ids_, named(by_row.ids_, name))
        for X in (BITS[:7], None):
            assert_array_equal(search.kneighbors(X)[1], named(by_row.kneighbors(X)[1], name))
            found = np.concatenate(search.radius_neighbors(X, 3, return_distance=False))
            assert_array_equal(found, named(np.concatenate(by_row.radius_neighbors(X, 3)[1]), name))


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series, pd.Index, lambda ids: np.array(ids, dtype=object)])
def test_containers_of_strings(form):
    names = [f"{row}" for row in range(60)]
    search = HammingNeighbors().fit(BITS, ids=form(names)).remove(form(["7", "9"]))
    assert search.ids_.tolist() == [name for name in names if name not in ("7", "9")]
    assert type(search.ids_[0]) is str


@pytest.mark.parametrize(
    "ids", [np.arange(60, dtype=np.uint8), pd.Series(range(60)), range(60), [np.int8(0), *range(1, 60)]]
)
def test_integers_that_fit_are_int64(ids):
    assert HammingNeighbors().fit(BITS, ids=ids).ids_.dtype == np.int64


def test_the_largest_uint64_is_kept():
    ids = np.array([2**64 - 1, 0], dtype=np.uint64)
    assert HammingNeighbors(1).fit(BITS[:2], ids=ids).kneighbors(BITS[:1], return_distance=False).tolist() == [
        [2**64 - 1]
    ]


def test_strings_are_stored_once():
    names = ["".join(["image", str(row)]) for row in range(60)]
    assert all(stored is name for stored, name in zip(HammingNeighbors().fit(BITS, ids=names).ids_, names, strict=True))


def test_objects_after_integers():
    search = HammingNeighbors(1).fit(BITS[:2]).partial_fit(BITS[2:4], ids=["a", "b"])
    assert search.ids_.tolist() == [0, 1, "a", "b"]
    assert search.remove([1, "a"]).ids_.tolist() == [0, "b"]
    with pytest.raises(ValueError, match=r"unknown: \[1\]"):
        search.remove([0, 1])


hashables = st.integers() | st.text(max_size=3) | st.uuids() | st.tuples(st.text(max_size=2), st.integers(0, 3))


@settings(deadline=None, max_examples=60)
@given(ids=st.lists(hashables, min_size=1, max_size=20), more=st.lists(hashables, max_size=5))
def test_an_id_is_in_use_once(ids, more):
    """Python's own sets decide which ids repeat, are in use, or are unknown."""
    search = HammingNeighbors(1)
    if len(set(ids)) < len(ids):
        with pytest.raises(ValueError, match="ids must not repeat"):
            search.fit(BITS[: len(ids)], ids=ids)
        return
    search.fit(BITS[: len(ids)], ids=ids)
    if len(set(more)) < len(more) or set(more) & set(ids):
        with pytest.raises(ValueError, match="ids must not"):
            search.partial_fit(BITS[: len(more)], ids=more)
        more = []
    else:
        search.partial_fit(BITS[: len(more)], ids=more)
    assert search.ids_.tolist() == ids + more
    for each in ids:
        search.remove([each])
    with pytest.raises(ValueError, match="unknown"):
        search.remove(ids[:1])
    assert search.ids_.tolist() == more
