"""Batches: whole, in their order, every row once."""

from itertools import chain

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hash.training import BatchIterator, HashingDataset, make_rows, make_targets


def dataset(n, labelled=True):
    X = np.arange(n, dtype=np.float32)[:, None]
    return HashingDataset(make_rows(X), make_targets(np.arange(n) % 3, "share", n)[0] if labelled else None)


def ids(batches):
    return [batch[:, 0].int().tolist() for batch, _ in batches]


@settings(max_examples=60, deadline=None)
@given(n=st.integers(2, 50), size=st.integers(2, 60), shuffle=st.booleans())
def test_every_row_once(n, size, shuffle):
    iterator = BatchIterator(dataset(n), size, shuffle=shuffle)
    batches = ids(iterator)
    assert len(batches) == len(iterator)
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)
    assert sorted(chain(*batches)) == list(range(n))
    if not shuffle:
        assert list(chain(*batches)) == list(range(n))


@settings(max_examples=60, deadline=None)
@given(n=st.integers(2, 50), size=st.integers(2, 60))
def test_drop_last_leaves_only_whole_batches_or_a_single_one(n, size):
    batches = ids(BatchIterator(dataset(n), size, shuffle=True, drop_last=True))
    assert len(batches) == len(BatchIterator(dataset(n), size, drop_last=True)) == max(n // size, 1)
    assert {len(batch) for batch in batches} == {min(n, size)}
    rows = list(chain(*batches))
    assert len(set(rows)) == len(rows)


def test_every_epoch_has_an_order_of_its_own():
    iterator = BatchIterator(dataset(50), 10, shuffle=True)
    torch.manual_seed(0)
    first, second = ids(iterator), ids(iterator)
    assert first != second
    torch.manual_seed(0)
    assert ids(iterator) == first


@pytest.mark.parametrize("shuffle", [False, True])
def test_similarities_are_those_of_the_batchs_rows(shuffle):
    for rows, similarity in BatchIterator(dataset(20), 6, shuffle=shuffle):
        classes = rows[:, 0].int() % 3
        assert torch.equal(similarity, (classes[:, None] == classes).float())


def test_without_targets_there_are_rows_only():
    assert [similarity for _, similarity in BatchIterator(dataset(5, labelled=False), 2)] == [None] * 3


def test_select_keeps_rows_and_targets_together():
    chosen = np.array([4, 9, 2, 11])
    (rows, similarity), = BatchIterator(dataset(20).select(chosen), 10)  # fmt: skip
    assert rows[:, 0].tolist() == chosen.tolist()
    np.testing.assert_array_equal(similarity.numpy(), (chosen[:, None] % 3 == chosen % 3).astype(int))
