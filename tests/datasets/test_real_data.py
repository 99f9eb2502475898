"""Data sets in the folder SKLEARN_HASH_DATA: sizes, labels and row numbers."""

import os
from pathlib import Path

import numpy as np
import pytest

from sklearn_hash.datasets import load_local, retrieval_split

HOME = os.environ.get("SKLEARN_HASH_DATA")

# Shape of the inputs, shape of the labels; numbers of queries, training rows and database rows.
SETS = {
    "fashion_mnist": ((70000, 28, 28), (70000,), (1000, 5000, 69000)),
    "cifar100_coarse22k": ((22000, 32, 32, 3), (22000,), (2000, 10000, 20000)),
    "cifar100_mosaic_mnv2": ((22500, 1280), (22500, 20), (2100, 10000, 20000)),
    "ng20_text": ((19300, 1006), (19300, 20), (2000, 5000, 17300)),
    "coco_labels": (None, (122218, 80), (5000, 10000, 117218)),
}


def load(name):
    if not HOME:
        pytest.skip("SKLEARN_HASH_DATA names no folder of data sets")
    if not (Path(HOME) / f"{name}.npz").is_file():
        pytest.skip(f"{name}.npz is not in SKLEARN_HASH_DATA={HOME}")
    return load_local(name)


@pytest.mark.parametrize("name", SETS)
def test_stored_set(name):
    split = load(name)
    X_shape, y_shape, sizes = SETS[name]
    assert (None if split.X is None else split.X.shape) == X_shape
    assert split.y.shape == y_shape
    assert (len(split.query), len(split.train), len(split.database)) == sizes
    assert np.isin(split.train, split.database).all()
    assert not np.isin(split.query, split.database).any()
    assert len(np.unique(np.concatenate([split.query, split.database]))) == sizes[0] + sizes[2]


def test_coco_protocol_on_the_labels_of_coco(recwarn):
    y = load("coco_labels").y
    query, train, database = retrieval_split(y, "coco", random_state=0)
    assert (len(query), len(train), len(database)) == SETS["coco_labels"][2]
    # What the protocol's own lists hold: about 2.9 labels an image, in each of the three parts.
    for rows in (query, train, database):
        assert y[rows].sum(axis=1).mean() == pytest.approx(2.93, abs=0.05)
    assert not recwarn.list
