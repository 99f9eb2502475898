"""Asymmetric hashers: the codes of the training rows, learned beside the network."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sklearn_hash import ADSHHasher
from sklearn_hash.metrics import mean_average_precision

HASHERS = [ADSHHasher]
every_hasher = pytest.mark.parametrize("hasher", HASHERS)


@every_hasher
def test_codes_of_the_training_rows_are_better_than_those_of_the_network(hasher):
    X, y = load_digits(return_X_y=True)
    fitted = hasher(16, max_epochs=10, random_state=0).fit(X[:1000], y[:1000])
    queries = fitted.transform(X[1000:]), y[1000:]
    learned = mean_average_precision(*queries, fitted.train_codes_, y[:1000])
    hashed = mean_average_precision(*queries, fitted.transform(X[:1000]), y[:1000])
    assert learned > hashed > 0.7
    assert 0 < (fitted.train_codes_ != fitted.transform(X[:1000])).mean() < 0.2


@every_hasher
@pytest.mark.parametrize("output", ["bits", "signs", "packed", "continuous"])
def test_codes_have_the_form_of_the_output(hasher, output, digits):
    X, y = digits
    fitted = hasher(12, max_epochs=1, random_state=0, output=output).fit(X, y)
    bits = hasher(12, max_epochs=1, random_state=0).fit(X, y).train_codes_
    codes = fitted.transform(X)
    assert fitted.train_codes_.shape == codes.shape
    assert fitted.train_codes_.dtype == codes.dtype
    expected = {"bits": bits, "packed": np.packbits(bits, axis=1)}.get(output, 2.0 * bits - 1)
    np.testing.assert_array_equal(fitted.train_codes_, expected)


@every_hasher
def test_held_out_rows_get_codes_in_their_place(hasher, digits):
    """Rows of one class lie together: their codes are one another's nearest."""
    X, y = digits
    fitted = hasher(16, max_epochs=15, random_state=0, validation_fraction=0.25).fit(X, y)
    assert fitted.train_codes_.shape == (400, 16)
    assert mean_average_precision(fitted.train_codes_, y) > 0.9
    assert np.isfinite(fitted.history_[:, "valid_loss"]).all()


@every_hasher
def test_partial_fit_has_the_codes_of_its_last_rows(hasher, digits):
    X, y = digits
    fitted = hasher(8, random_state=0)
    for rows in (slice(0, 300), slice(300, 400)):
        fitted.partial_fit(X[rows], y[rows], classes=np.arange(10) if rows.start == 0 else None)
    assert fitted.train_codes_.shape == (100, 8)


@every_hasher
def test_label_sets(hasher, digits, indicator):
    X, _ = digits
    codes = hasher(16, max_epochs=20, random_state=0).fit(X, indicator).train_codes_
    untrained = hasher(16, max_epochs=1, lr=1e-12, random_state=0).fit(X, indicator).transform(X)
    labelled = indicator.any(axis=1)
    scores = [mean_average_precision(each[labelled], indicator[labelled]) for each in (codes, untrained)]
    assert scores[0] > scores[1] + 0.1


@every_hasher
def test_a_fit_leaves_no_table_behind(hasher, digits):
    fitted = hasher(8, max_epochs=1, random_state=0).fit(*digits)
    assert all(table is None for table in fitted.net_.criterion_.buffers())
    restored = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(restored.train_codes_, fitted.train_codes_)
    for each in (fitted, restored):
        each.partial_fit(*digits)
    np.testing.assert_array_equal(restored.train_codes_, fitted.train_codes_)


@every_hasher
def test_an_interrupted_fit_ends_with_the_same_codes(hasher, digits, tmp_path):
    from skorch.callbacks import Callback

    class Stop(Callback):
        def on_epoch_end(self, net, **kwargs):
            if len(net.history) == 2:
                raise RuntimeError("power failure")

    X, y = digits
    whole = hasher(8, max_epochs=4, random_state=0).fit(X, y)
    stopped = hasher(8, max_epochs=4, random_state=0)
    with pytest.MonkeyPatch.context() as patch:
        original = hasher._make_callbacks
        patch.setattr(hasher, "_make_callbacks", lambda self: [*original(self), ("stop", Stop())])
        with pytest.raises(RuntimeError, match="power failure"):
            stopped.fit(X, y, checkpoint=tmp_path)
    assert not hasattr(stopped, "train_codes_")
    resumed = hasher(8, max_epochs=4, random_state=0).fit(X, y, checkpoint=tmp_path)
    np.testing.assert_array_equal(resumed.train_codes_, whole.train_codes_)
    np.testing.assert_array_equal(resumed.decision_function(X), whole.decision_function(X))
