"""Ctrl-C in training, and callbacks that end it."""

import signal
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from skorch.callbacks import Callback, EarlyStopping

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher

HASHERS = [DualHingeHasher, HashNetHasher]


class CtrlC(Callback):
    """Interrupts at a hook of one epoch, as a user may at any moment."""

    def __init__(self, hook="on_batch_end", epoch=3, batch=2):
        self.hook = hook
        self.epoch = epoch
        self.batch = batch

    def _interrupt(self, net, hook):
        if hook == self.hook and len(net.history) == self.epoch and len(net.history[-1, "batches"]) == self.batch:
            raise KeyboardInterrupt

    def on_batch_begin(self, net, **kwargs):
        self._interrupt(net, "on_batch_begin")

    def on_grad_computed(self, net, **kwargs):
        self._interrupt(net, "on_grad_computed")

    def on_batch_end(self, net, **kwargs):
        self._interrupt(net, "on_batch_end")


@pytest.mark.parametrize("cls", HASHERS)
@pytest.mark.parametrize("hook", ["on_batch_begin", "on_grad_computed", "on_batch_end"])
def test_interruption_in_an_epoch_leaves_a_usable_hasher(cls, hook, digits):
    X, y = digits
    hasher = cls(8, max_epochs=10, random_state=0, net_params={"callbacks": [CtrlC(hook)]})
    with pytest.warns(ConvergenceWarning, match="interrupted after 2 of 10 epochs"):
        assert hasher.fit(X, y) is hasher
    assert hasher.n_iter_ == len(hasher.history_) == 2
    assert all(np.isfinite(hasher.history_[:, "train_loss"]))
    assert hasher.transform(X).shape == (400, 8)
    assert 0 < hasher.score(X, y) <= 1


def test_epochs_before_the_interruption_are_those_of_a_whole_fit(digits):
    whole = DHNHasher(8, max_epochs=10, random_state=0).fit(*digits)
    broken = DHNHasher(8, max_epochs=10, random_state=0, net_params={"callbacks": [CtrlC()]})
    with pytest.warns(ConvergenceWarning):
        broken.fit(*digits)
    np.testing.assert_array_equal(broken.history_[:, "train_loss"], whole.history_[:2, "train_loss"])


def test_interruption_in_the_first_epoch(digits):
    hasher = DHNHasher(8, max_epochs=10, net_params={"callbacks": [CtrlC(epoch=1)]})
    with pytest.warns(ConvergenceWarning, match="after 0 of 10"):
        hasher.fit(*digits)
    assert hasher.n_iter_ == 0
    assert hasher.transform(digits[0]).shape == (400, 8)


def test_interruption_with_validation_restores_the_best_epoch(digits):
    hasher = DHNHasher(
        8, max_epochs=10, validation_fraction=0.2, random_state=0, net_params={"callbacks": [CtrlC(epoch=5)]}
    )
    with pytest.warns(ConvergenceWarning, match="after 4 of 10"):
        hasher.fit(*digits)
    best = int(np.argmax(hasher.history_[:, "valid_map"])) + 1
    ended = DHNHasher(
        8, max_epochs=10, validation_fraction=0.2, random_state=0, net_params={"callbacks": [CtrlC(epoch=best + 1)]}
    )
    with pytest.warns(ConvergenceWarning):
        ended.fit(*digits)
    np.testing.assert_array_equal(hasher.transform(digits[0]), ended.transform(digits[0]))


def test_training_goes_on_after_an_interruption(digits):
    hasher = HashNetHasher(8, max_epochs=4, random_state=0, net_params={"callbacks": [("ctrl_c", CtrlC(epoch=2))]})
    with pytest.warns(ConvergenceWarning):
        hasher.fit(*digits)
    dict(hasher.net_.callbacks_)["ctrl_c"].epoch = -1
    betas = [hasher.partial_fit(*digits).history_[-1]["beta"] for _ in range(3)]
    assert hasher.n_iter_ == 4
    assert betas == sorted(betas)
    assert betas[-1] == pytest.approx(7)


def test_interruption_of_partial_fit(digits):
    hasher = DHNHasher(8, random_state=0, net_params={"callbacks": [CtrlC(epoch=2)]}).partial_fit(*digits)
    with pytest.warns(ConvergenceWarning, match="after 0 of 1 epochs"):
        hasher.partial_fit(*digits)
    assert hasher.n_iter_ == len(hasher.history_) == 1
    assert np.isfinite(hasher.decision_function(digits[0])).all()


@pytest.mark.parametrize("cls", HASHERS)
def test_skorch_early_stopping_ends_training_without_a_warning(cls, digits):
    stopping = EarlyStopping(monitor="train_loss", patience=2, threshold=0.99)
    hasher = cls(8, max_epochs=30, random_state=0, net_params={"callbacks": [stopping]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hasher.fit(*digits)
    assert 2 <= hasher.n_iter_ < 30
    assert len(hasher.history_[:, "train_loss"]) == hasher.n_iter_


@pytest.fixture
def sigint():
    """SIGINT as a terminal sends it; a process started in the background may have been told to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.SIGINT
    signal.signal(signal.SIGINT, before)


class Busy(Callback):
    """A real signal arrives in the hook itself."""

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 3:
            signal.raise_signal(signal.SIGINT)
            for _ in range(1000):
                pass


def test_interruption_of_a_callbacks_own_loop_is_no_early_stopping(digits, sigint, tmp_path):
    hasher = DHNHasher(8, max_epochs=5, random_state=0, net_params={"callbacks": [Busy()]})
    with pytest.warns(ConvergenceWarning, match="interrupted after 3 of 5 epochs"):
        hasher.fit(*digits, checkpoint=tmp_path)
    signal.signal(sigint, signal.SIG_IGN)
    assert hasher.fit(*digits, checkpoint=tmp_path).n_iter_ == 5


def test_interruption_of_validation_scoring_is_no_early_stopping(digits, monkeypatch, sigint):
    """A real signal, in what a callback calls at the end of the third epoch."""
    scores = iter([0.1, 0.2])

    def score(*args):
        try:
            return next(scores)
        except StopIteration:
            signal.raise_signal(sigint)

    monkeypatch.setattr("sklearn_hash.training._callbacks.map_against", score)
    hasher = DHNHasher(8, max_epochs=10, validation_fraction=0.2, random_state=0)
    with pytest.warns(ConvergenceWarning, match="interrupted after 3 of 10 epochs"):
        hasher.fit(*digits)
    assert hasher.n_iter_ == 3
    assert hasher.history_[:, "valid_map"] == [0.1, 0.2]
    assert hasher.transform(digits[0]).shape == (400, 8)


class Interruption(Exception):
    pass


class Raises(Callback):
    def on_batch_end(self, net, **kwargs):
        raise Interruption("from a callback")


def test_any_other_error_of_a_callback_leaves_the_hasher_as_it_was(digits):
    hasher = DHNHasher(8, max_epochs=2, random_state=0).fit(*digits)
    z, attributes = hasher.decision_function(digits[0]), dict(vars(hasher))
    hasher.set_params(callbacks=[Raises()])
    attributes["net_params"] = hasher.net_params
    with pytest.raises(Interruption):
        hasher.fit(*digits)
    assert vars(hasher) == attributes
    np.testing.assert_array_equal(hasher.decision_function(digits[0]), z)
