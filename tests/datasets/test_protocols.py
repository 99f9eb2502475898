"""Named protocols: published sizes, and splits of these sizes."""

import warnings

import numpy as np
import pytest

from sklearn_hash.datasets import get_protocol, get_protocol_names, retrieval_split

# Queries, training rows and database rows as the papers and public codes state them.
PUBLISHED = {
    "cifar10": (1000, 5000, 54000),
    "cifar10-1": (1000, 5000, 59000),
    "cifar10-2": (10000, 50000, 50000),
    "nuswide21": (2100, 10500, 193734),
    "coco": (5000, 10000, 117218),
    "imagenet100": (5000, 13000, 128503),
    "mirflickr": (1000, 4000, 20000),
}


def labels(name, n_unlabelled=0):
    """Labels of the form and number that a protocol is defined on."""
    protocol = get_protocol(name)
    if not protocol.multilabel:
        return np.arange(protocol.n_rows) % protocol.n_classes
    Y = np.zeros((protocol.n_rows + n_unlabelled, protocol.n_classes), dtype=np.uint8)
    for start in (0, 7):
        rows = np.arange(protocol.n_rows)
        Y[rows, (rows // (start + 1)) % protocol.n_classes] = 1
    return Y


def split_quietly(y, protocol, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return retrieval_split(y, protocol, random_state=0, **options)


def test_published_sizes():
    assert {name: get_protocol(name).sizes for name in get_protocol_names()} == PUBLISHED


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name != "imagenet100"])
def test_split_has_the_published_sizes(name):
    query, train, database = split_quietly(labels(name), name)
    assert (len(query), len(train), len(database)) == PUBLISHED[name]
    assert not np.isin(query, database).any()
    assert not np.isin(query, train).any()
    assert np.isin(train, database).all() == (name not in ("cifar10", "mirflickr"))
    assert len(np.unique(np.concatenate([query, train, database]))) == get_protocol(name).n_rows


def test_cifar10_draws_alike_in_every_class():
    y = labels("cifar10")
    for name in ("cifar10", "cifar10-1", "cifar10-2"):
        for rows, size in zip(split_quietly(y, name), PUBLISHED[name], strict=True):
            np.testing.assert_array_equal(np.bincount(y[rows]), [size / 10] * 10)


def test_imagenet100_takes_the_validation_images():
    y = labels("imagenet100")
    validation = np.arange(128503, 133503)
    query, train, database = split_quietly(y, "imagenet100", query=validation)
    np.testing.assert_array_equal(np.sort(query), validation)
    np.testing.assert_array_equal(np.bincount(y[train]), [130] * 100)
    np.testing.assert_array_equal(np.sort(database), np.arange(128503))
    with pytest.raises(ValueError, match=r"does not draw queries: pass query=, the numbers of its 5000 queries"):
        retrieval_split(y, "imagenet100")
    with pytest.raises(ValueError, match="query must have 5000 row numbers for protocol='imagenet100'; got 10"):
        retrieval_split(y, "imagenet100", query=np.arange(10))


def test_official_test_set_in_place_of_drawn_queries():
    query, _, database = split_quietly(labels("cifar10-2"), "cifar10-2", query=np.arange(50000, 60000))
    np.testing.assert_array_equal(np.sort(query), np.arange(50000, 60000))
    np.testing.assert_array_equal(np.sort(database), np.arange(50000))


def test_unlabelled_images_are_none_of_coco():
    query, train, database = split_quietly(labels("coco", n_unlabelled=1069), "coco")
    assert (len(query), len(train), len(database)) == PUBLISHED["coco"]
    assert max(query.max(), train.max(), database.max()) < 122218


def test_protocol_itself_in_place_of_its_name():
    y = labels("cifar10")
    for rows, same in zip(split_quietly(y, get_protocol("cifar10")), split_quietly(y, "cifar10"), strict=True):
        np.testing.assert_array_equal(rows, same)


def test_other_rows_than_the_protocols_are_warned_of():
    with pytest.warns(UserWarning, match=r"defined on the 60000 rows of CIFAR-10; y has 7000\.") as caught:
        retrieval_split(np.arange(7000) % 10, "cifar10-1")
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("y", "protocol", "options", "message"),
    [
        (np.arange(60000) % 9, "cifar10", {}, "y must be labels of 10 classes .*, CIFAR-10; got labels of 9 classes"),
        (np.eye(80, 80), "nuswide21", {}, "y must be an indicator of 21 labels.*got an indicator of 80 labels"),
        (np.arange(800) % 80, "coco", {}, "y must be an indicator of 80 labels.*got labels of 80 classes"),
        (np.arange(60000) % 10, "cifar", {}, r"protocol must be one of \['cifar10', .*'mirflickr'\]; got 'cifar'"),
        (np.arange(60000) % 10, "cifar10", {"n_query": 5}, "protocol='cifar10' fixes the split; leave out n_query"),
        (
            np.arange(60000) % 10,
            "cifar10-1",
            {"train_in_database": False, "drop_unlabelled": True},
            "leave out train_in_database, drop_unlabelled",
        ),
    ],
)
def test_protocols_that_do_not_fit(y, protocol, options, message):
    with pytest.raises(ValueError, match=message):
        retrieval_split(y, protocol, **options)
