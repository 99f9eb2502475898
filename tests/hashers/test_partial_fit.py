"""Training one epoch at a time."""

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.exceptions import NotFittedError
from skorch.callbacks import Callback

from sklearn_hash import CSQHasher, DHNHasher, DPNHasher, DualHingeHasher, GreedyHashHasher, HashNetHasher

HASHERS = [DualHingeHasher, HashNetHasher]


def rates(hasher):
    return [group["lr"] for group in hasher.net_.optimizer_.param_groups]


@pytest.mark.parametrize("cls", HASHERS)
def test_one_call_is_one_epoch(cls, digits):
    hasher = cls(8, random_state=0)
    for n in range(1, 4):
        assert hasher.partial_fit(*digits) is hasher
        assert hasher.n_iter_ == len(hasher.history_) == n
    losses = hasher.history_[:, "train_loss"]
    assert losses[-1] < losses[0]


def test_learning_rate_stays(digits):
    hasher = DHNHasher(8, lr=0.01, max_epochs=2)
    for _ in range(4):
        assert rates(hasher.partial_fit(*digits)) == [0.01]


def test_learning_rate_returns_after_fit(digits):
    hasher = DHNHasher(8, lr=0.01, max_epochs=2).fit(*digits)
    assert rates(hasher)[0] < 0.005
    assert rates(hasher.partial_fit(*digits)) == [0.01]
    assert hasher.n_iter_ == 3


@pytest.mark.parametrize("cls", HASHERS)
def test_constant_fit_of_one_epoch_equals_one_partial_fit(cls, digits):
    z = [
        getattr(cls(8, max_epochs=1, random_state=0, net_params={"callbacks__lr_schedule": None}), method)(
            *digits
        ).decision_function(digits[0])
        for method in ("fit", "partial_fit")
    ]
    np.testing.assert_array_equal(*z)


def test_classes_gather(digits):
    X, y = digits
    hasher = DHNHasher(8, random_state=0)
    assert hasher.partial_fit(X[y < 3], y[y < 3]).classes_.tolist() == [0, 1, 2]
    assert hasher.partial_fit(X[y > 7], y[y > 7]).classes_.tolist() == [0, 1, 2, 8, 9]


def test_a_chunk_of_one_class_is_allowed(digits):
    X, y = digits
    for cls in HASHERS:
        hasher = cls(8, random_state=0).partial_fit(X, y).partial_fit(X[y == 1], y[y == 1])
        assert np.isfinite(hasher.decision_function(X)).all()


def test_first_rows_decide_the_standardisation(digits):
    X, y = digits
    hasher = DHNHasher(8, random_state=0).partial_fit(X, y)
    mean = hasher.net_.module_.encoder.standardize.mean.clone()
    hasher.partial_fit(100 * X, y)
    assert torch.equal(hasher.net_.module_.encoder.standardize.mean, mean)


def test_continuation_advances_by_epochs_and_never_goes_back(digits):
    """Whatever the rows of each call, beta follows the share of max_epochs done."""
    X, y = digits
    hasher = HashNetHasher(8, max_epochs=10, random_state=0, net_params={"callbacks__continuation__n_stages": 10})
    sizes = [400, 130, 400, 130, 130, 400, 400, 130, 400, 130, 400]
    betas = [hasher.partial_fit(X[:n], y[:n]).history_[-1]["beta"] for n in sizes]
    t = np.minimum(np.arange(11), 9) / 9
    np.testing.assert_allclose(betas, np.sqrt(1 + 48 * t), rtol=1e-6)


def test_continuation_stays_at_its_end_after_fit(digits):
    X, y = digits
    hasher = HashNetHasher(8, max_epochs=2, random_state=0).fit(X[:130], y[:130])
    assert hasher.partial_fit(X, y).history_[-1]["beta"] == pytest.approx(7)


def test_learns_from_chunks(digits):
    X, y = digits
    hasher = DualHingeHasher(16, batch_size=64, random_state=0)
    start = hasher.partial_fit(X, y).score(X, y)
    for _ in range(10):
        for chunk in np.array_split(np.arange(400), 2):
            hasher.partial_fit(X[chunk], y[chunk])
    assert hasher.score(X, y) > max(start, 0.9)


@pytest.mark.parametrize("cls", HASHERS)
@pytest.mark.parametrize("fitted_by", ["fit", "partial_fit"])
def test_bad_rows_leave_the_fitted_hasher_as_it_was(cls, fitted_by, digits):
    X, y = digits
    hasher = getattr(cls(8, max_epochs=2, random_state=0), fitted_by)(X, y)
    z, attributes, history = hasher.decision_function(X), dict(vars(hasher)), list(hasher.history_)
    failures = [
        (X[:, :60], y, "60 features"),
        (X, y[:-1], "inconsistent"),
        (X, y.astype(str).astype(object), "'<' not supported"),  # strings cannot join classes that are numbers
    ]
    for X_bad, y_bad, message in failures:
        with pytest.raises((ValueError, TypeError), match=message):
            hasher.partial_fit(X_bad, y_bad)
        assert vars(hasher) == attributes
        assert hasher.history_ == history
        np.testing.assert_array_equal(hasher.decision_function(X), z)


def test_nan_loss_takes_the_epoch_back(digits):
    X, y = digits
    hasher = HashNetHasher(8, random_state=0, encoder="linear", max_epochs=3, net_params={"optimizer": "SGD"})
    twin = HashNetHasher(
        8, random_state=0, encoder="linear", max_epochs=3, net_params={"optimizer": "SGD"}
    ).partial_fit(X, y)
    (group,) = hasher.partial_fit(X, y).net_.optimizer_.param_groups
    group["initial_lr"] = 1e38
    with pytest.raises(ValueError, match="loss turned nan in epoch 2"):
        hasher.partial_fit(X, y)
    assert hasher.n_iter_ == len(hasher.history_) == 1
    np.testing.assert_array_equal(hasher.decision_function(X), twin.decision_function(X))
    (group,) = hasher.net_.optimizer_.param_groups
    group["initial_lr"] = 1e-3
    np.testing.assert_array_equal(
        hasher.partial_fit(X, y).decision_function(X), twin.partial_fit(X, y).decision_function(X)
    )


def test_first_call_failing_leaves_the_hasher_unfitted(digits):
    hasher = DHNHasher(8, lr=1e38, net_params={"optimizer": "SGD"})
    with pytest.raises(ValueError, match="loss turned"):
        hasher.partial_fit(*digits)
    assert not [name for name in vars(hasher) if name.endswith("_")]
    with pytest.raises(NotFittedError):
        hasher.transform(digits[0])


def test_every_epoch_has_an_order_of_its_own(digits):
    class Orders(Callback):
        def on_batch_begin(self, net, batch=None, **kwargs):
            orders.append(batch[0].sum(dim=1).tolist())

    orders = []
    hasher = DHNHasher(8, batch_size=400, random_state=0, net_params={"callbacks": [Orders()]})
    for _ in range(3):
        hasher.partial_fit(*digits)
    assert len({tuple(order) for order in orders}) == 3
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(orders[2])


@pytest.mark.parametrize("cls", HASHERS)
@pytest.mark.parametrize("balanced", [False, True])
def test_a_stream_with_new_classes(cls, balanced, digits):
    """Chunks bring ever more classes; those that came late are told apart in the end, those that came first too."""
    X, y = digits
    hasher = cls(16, batch_size=32, random_state=0, net_params={"iterator_train__balanced": balanced})
    seen = [3, 6, 10]
    before = hasher.partial_fit(X[y < 3], y[y < 3]).score(X, y)
    for n_classes in seen:
        rows = y < n_classes
        for _ in range(12):
            hasher.partial_fit(X[rows], y[rows])
        assert hasher.classes_.tolist() == list(range(n_classes))
        assert hasher.score(X[rows], y[rows]) > 0.8
    assert hasher.score(X, y) > max(before + 0.2, 0.8)
    assert hasher.n_iter_ == 1 + 12 * len(seen)


def test_a_stream_of_row_ids(digits):
    """Chunks name rows of one matrix, not all of them at once."""
    X, y = digits
    S = sparse.csr_array((y[:, None] == y).astype(float))
    chunks = [np.flatnonzero(y % 2 == part) for part in (0, 1, 0, 1)]
    by_ids, by_labels = DHNHasher(8, random_state=0, similarity=S), DHNHasher(8, random_state=0)
    for rows in chunks:
        by_ids.partial_fit(X[rows], rows)
        by_labels.partial_fit(X[rows], y[rows])
    np.testing.assert_array_equal(by_ids.decision_function(X), by_labels.decision_function(X))


LABEL_HASHERS = [CSQHasher, DPNHasher, GreedyHashHasher]


@pytest.mark.parametrize("cls", LABEL_HASHERS)
@pytest.mark.parametrize("names", [np.arange(10), np.array(list("jihgfedcba"))], ids=["numbers", "names"])
def test_classes_that_come_later_are_announced(cls, names, digits):
    """The loss has a place for each class: rows of a chunk are numbered by all classes, not by those in it."""
    X, y = digits[0], names[digits[1]]
    hasher = cls(16, batch_size=32, random_state=0)
    for n_classes in (3, 6, 10, 10):
        rows = np.isin(y, names[:n_classes])
        for _ in range(12):
            hasher.partial_fit(X[rows], y[rows], classes=names)
        assert hasher.classes_.tolist() == sorted(names)
    assert hasher.score(X, y) > 0.8


@pytest.mark.parametrize("cls", LABEL_HASHERS)
def test_a_class_that_was_not_announced(cls, digits):
    X, y = digits
    hasher = cls(8, random_state=0).partial_fit(X[y < 3], y[y < 3])
    z = hasher.decision_function(X)
    with pytest.raises(ValueError, match=r"y has the class 3, but the loss was built for \[0, 1, 2\]\. Name all"):
        hasher.partial_fit(X, y)
    with pytest.raises(ValueError, match=r"classes must be those of the first call, \[0, 1, 2\]; got \[0, 1, 2, 3\]"):
        hasher.partial_fit(X[y < 3], y[y < 3], classes=range(4))
    np.testing.assert_array_equal(hasher.decision_function(X), z)
    assert hasher.n_iter_ == 1
