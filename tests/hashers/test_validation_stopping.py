"""Held-out rows decide when training ends and which epoch's weights stay."""

import pickle

import numpy as np
import pytest
from sklearn.model_selection import train_test_split
from skorch.callbacks import Callback

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher
from sklearn_hash.metrics import mean_average_precision

HASHERS = [DualHingeHasher, HashNetHasher]


class Codes(Callback):
    """Keeps the codes of all rows, and what the net was trained on, after every epoch."""

    seen = None

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        codes = [net.forward(dataset).numpy() for dataset in (dataset_valid, dataset_train)]
        labels = [dataset.targets.labels for dataset in (dataset_valid, dataset_train)]
        Codes.seen.append((codes, labels))


@pytest.fixture
def seen():
    Codes.seen = []
    yield Codes.seen
    Codes.seen = None


@pytest.mark.parametrize("cls", HASHERS)
def test_history_holds_the_map_of_validation_rows_against_training_rows(cls, digits, seen):
    hasher = cls(8, max_epochs=4, validation_fraction=0.2, random_state=0, net_params={"callbacks": [Codes]}).fit(
        *digits
    )
    assert hasher.n_iter_ == len(seen) == 4
    for epoch, ((queries, database), (y_query, y_database)) in zip(hasher.history_, seen, strict=True):
        assert len(queries) == 80
        assert len(database) == 320
        expected = mean_average_precision(queries, y_query, database, y_database)
        assert epoch["valid_map"] == pytest.approx(expected, abs=1e-12)


def test_split_is_stratified_and_a_partition(digits, seen):
    y = digits[1]
    DHNHasher(8, max_epochs=1, validation_fraction=0.25, random_state=0, net_params={"callbacks": [Codes]}).fit(*digits)
    _, (y_valid, y_train) = seen[0]
    np.testing.assert_array_equal(np.sort(np.concatenate([y_valid, y_train])), np.sort(y))
    np.testing.assert_allclose(np.bincount(y_valid), np.bincount(y) / 4, atol=1)


def stopping(patience):
    return {"callbacks__lr_schedule": None, "callbacks__validation__patience": patience}


def test_weights_of_the_best_epoch_are_restored(digits, seen):
    X, y = digits
    # A rate far too high: later epochs are worse than earlier ones.
    hasher = DHNHasher(
        8,
        lr=0.3,
        max_epochs=12,
        validation_fraction=0.3,
        random_state=1,
        net_params={**stopping(12), "callbacks": [Codes]},
    ).fit(X, y)
    maps = hasher.history_[:, "valid_map"]
    best = int(np.argmax(maps))
    assert best < len(maps) - 1
    (valid, train), _ = seen[best]
    trained = {tuple(row) for row in np.concatenate([valid, train])}
    assert {tuple(row) for row in hasher.decision_function(X)} == trained


@pytest.mark.parametrize("patience", [1, 3])
def test_training_stops_after_patience_without_a_better_map(digits, patience):
    hasher = HashNetHasher(
        8,
        lr=0.3,
        encoder="linear",
        max_epochs=60,
        validation_fraction=0.3,
        random_state=0,
        net_params=stopping(patience),
    ).fit(*digits)
    maps = np.array(hasher.history_[:, "valid_map"])
    assert hasher.n_iter_ == len(maps) < 60
    assert np.argmax(maps) == len(maps) - 1 - patience
    assert maps[-patience:].max() <= maps[:-patience].max()


@pytest.mark.filterwarnings("error")
def test_stopping_early_is_no_interruption(digits):
    hasher = DHNHasher(
        8,
        validation_fraction=0.3,
        max_epochs=50,
        lr=0.3,
        random_state=0,
        net_params={"callbacks__validation__patience": 1},
    )
    assert hasher.fit(*digits).n_iter_ < 50


@pytest.mark.parametrize("kind", ["indicator", "precomputed", "matrix", "callable"])
def test_targets_of_any_kind(kind, digits, indicator):
    X, y = digits
    S = (y[:, None] == y).astype(float)
    targets, similarity = {
        "indicator": (indicator, "share"),
        "precomputed": (S, "precomputed"),
        "matrix": (np.arange(400), S),
        "callable": (np.arange(400), lambda ids, others: S[np.ix_(ids, others)]),
    }[kind]
    hasher = DHNHasher(8, similarity=similarity, validation_fraction=0.2, max_epochs=2, random_state=0).fit(X, targets)
    assert all(0 < value < 1 for value in hasher.history_[:, "valid_map"])


def test_validation_by_matrix_equals_validation_by_labels(digits):
    X, y = digits
    y = np.append(y[:-1], 10)  # a class of one row: neither split is stratified
    S = (y[:, None] == y).astype(float)
    params = {"validation_fraction": 0.2, "max_epochs": 2, "random_state": 0}
    by_labels = DHNHasher(8, **params).fit(X, y)
    by_matrix = DHNHasher(8, similarity="precomputed", **params).fit(X, S)
    np.testing.assert_allclose(by_matrix.history_[:, "valid_map"], by_labels.history_[:, "valid_map"], atol=1e-12)


def test_a_pickle_does_not_hold_the_validation_rows(digits):
    X, y = digits
    few, many = (
        len(pickle.dumps(DHNHasher(8, validation_fraction=f, max_epochs=1, random_state=0).fit(X, y)))
        for f in (0.1, 0.5)
    )
    assert abs(many - few) < 0.1 * X.nbytes


def test_training_goes_on_after_a_validated_fit(digits):
    hasher = DHNHasher(8, validation_fraction=0.2, max_epochs=2, random_state=0).fit(*digits)
    z = hasher.decision_function(digits[0])
    hasher.partial_fit(*digits)
    assert hasher.n_iter_ == 3
    assert not np.array_equal(hasher.decision_function(digits[0]), z)


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_a_fraction_that_leaves_no_rows_is_refused(digits, fraction):
    with pytest.raises(ValueError, match=f"validation_fraction={fraction} of 400 rows"):
        DHNHasher(8, validation_fraction=fraction).fit(*digits)


def test_test_rows_do_not_leak(digits):
    """Validation rows only choose the epoch: scores on rows never seen stay near those on validation rows."""
    X, X_test, y, y_test = train_test_split(*digits, random_state=0)
    hasher = DualHingeHasher(16, validation_fraction=0.2, max_epochs=15, random_state=0).fit(X, y)
    assert hasher.score(X_test, y_test) > 0.6
