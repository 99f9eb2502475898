"""Labels that pandas hands over as objects mean what they hold, wherever labels are taken."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sklearn_hash import CSQHasher, DHNHasher, HammingNeighbors, SDHHasher
from sklearn_hash._class_labels import plain_labels
from sklearn_hash.datasets import retrieval_split
from sklearn_hash.metrics import mean_average_precision

X, Y = load_digits(return_X_y=True)
X, Y = X[:150], Y[:150]
CODES = X[:, :32] > 7
OBJECTS = Y.astype(object)
MIXED = np.where(Y > 4, OBJECTS, "a")

# All that takes labels, as something to compare.
TAKERS = {
    "pairs": lambda y: DHNHasher(8, max_epochs=1, random_state=0).fit(X, y).transform(X),
    "labels": lambda y: CSQHasher(8, max_epochs=1, random_state=0).fit(X, y).transform(X),
    "sdh": lambda y: SDHHasher(8, random_state=0).fit(X, y).transform(X),
    "split": lambda y: np.concatenate(retrieval_split(y, n_query_per_class=2, n_train_per_class=5, random_state=0)),
    "metric": lambda y: mean_average_precision(CODES, y),
    "metric, other side": lambda y: mean_average_precision(CODES[:50], Y[:50], CODES, y),
    "neighbors": lambda y: HammingNeighbors().fit(CODES, y).score(CODES, Y),
}


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
def test_integers_as_objects_are_integers(take):
    np.testing.assert_array_equal(take(OBJECTS), take(Y))


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
def test_labels_of_several_types_are_one_clear_error(take):
    with pytest.raises(ValueError, match=r"must have labels of one type.*got \['int', 'str'\]"):
        take(MIXED)


@pytest.mark.parametrize("make", [DHNHasher, SDHHasher])
def test_classes_are_integers(make):
    classes = make(8, random_state=0).fit(X, OBJECTS).classes_
    assert classes.dtype == Y.dtype
    np.testing.assert_array_equal(classes, np.arange(10))


def test_classes_announced_as_objects():
    hasher = CSQHasher(8, random_state=0).partial_fit(X, OBJECTS, classes=np.arange(12).astype(object))
    np.testing.assert_array_equal(hasher.classes_, np.arange(12))
    with pytest.raises(ValueError, match="classes must have labels of one type"):
        CSQHasher(8).partial_fit(X, Y, classes=np.array([0, "a"], dtype=object))


def test_messages_do_not_grow_with_the_number_of_types():
    objects = np.array([type(f"Label{i}", (), {})() for i in range(1000)] + [1], dtype=object)
    with pytest.raises(ValueError, match="labels of one type") as error:
        plain_labels(objects)
    assert len(str(error.value)) < 250


def test_an_indicator_of_objects():
    indicator = np.eye(10, dtype=int)[Y]
    indicator[:, 0] = 1
    expected = retrieval_split(indicator, n_query=20, random_state=0)
    given = retrieval_split(indicator.astype(object), n_query=20, random_state=0)
    np.testing.assert_array_equal(np.concatenate(given), np.concatenate(expected))


@pytest.mark.parametrize(
    ("labels", "kind"), [([1, 2], "i"), ([True, np.bool_(False)], "b"), ([1, 2.5], "f"), (["a", "b"], "O"), ([], "f")]
)
def test_types(labels, kind):
    y = np.array(labels, dtype=object)
    plain = plain_labels(y)
    assert plain.dtype.kind == kind
    assert plain.tolist() == labels
