"""Samples of a split: sizes, share of training rows in the database, and determinism."""

import numpy as np
import pytest

from sklearn_hash.datasets import Split, sample_protocol

PARTS = ("query", "train", "database")


@pytest.fixture
def split():
    rows = np.arange(1000)
    return Split(np.zeros((1000, 1)), rows // 10, rows[:200], rows[400:700], rows[200:])


SIZES = [(50, 100, 300), (200, 300, 800), (1, 0, 0), (None, None, None), (5, 100, 100)]


@pytest.mark.parametrize("sizes", SIZES)
def test_sizes(split, sizes):
    small = sample_protocol(split, *sizes)
    for part, size in zip(PARTS, sizes, strict=True):
        rows = getattr(small, part)
        assert len(np.unique(rows)) == len(rows) == (len(getattr(split, part)) if size is None else size)
        assert np.isin(rows, getattr(split, part)).all()
    assert small.X is split.X
    assert small.y is split.y


def test_share_of_the_database_trained_on_stays_what_it_was(split):
    small = sample_protocol(split, n_train=300, n_database=400)
    # 300 of the 800 database rows are for training; a sample of 400 has a deviation of about 7.
    assert abs(np.isin(small.database, small.train).sum() - 150) < 30


def test_same_seed_same_rows(split):
    first, second = (sample_protocol(split, 50, 100, 300, random_state=3) for _ in range(2))
    other = sample_protocol(split, 50, 100, 300, random_state=4)
    for part in PARTS:
        np.testing.assert_array_equal(getattr(first, part), getattr(second, part))
        assert not np.array_equal(getattr(first, part), getattr(other, part))


def test_rows_of_the_set_are_left_alone_and_their_order_is_lost(split):
    small = sample_protocol(split)
    np.testing.assert_array_equal(split.database, np.arange(200, 1000))
    assert abs(np.corrcoef(small.database, np.arange(800))[0, 1]) < 0.2


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"n_query": 201}, "n_query must be from 0 to 200"),
        ({"n_query": 1.5}, "n_query must be an integer or None; got 1.5"),
        ({"n_train": True}, "n_train must be an integer or None; got True"),
        ({"n_train": -1}, "n_train must be from 0 to 300"),
        ({"n_database": 801}, "n_database must be from 0 to 800"),
    ],
)
def test_sizes_that_cannot_be(split, sizes, message):
    with pytest.raises(ValueError, match=message):
        sample_protocol(split, **sizes)
