"""HashNet's two points: codes that grow binary by continuation, and weights for rare similar pairs."""

import math
import pickle

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from sklearn_hash import HashNetHasher


class Betas(Callback):
    """Every step's beta, and every epoch's distance of relaxed codes from binary ones."""

    def on_train_begin(self, net, **kwargs):
        self.betas_ = []

    def on_batch_end(self, net, **kwargs):
        self.betas_.append(float(net.criterion_.beta))

    def on_epoch_end(self, net, dataset_train=None, **kwargs):
        relaxed = torch.tanh(net.criterion_.beta * net.forward(dataset_train))
        net.history.record("gap", float((relaxed.abs() - 1).abs().mean()))


def betas(digits, net_params=None, **params):
    hasher = HashNetHasher(
        8,
        batch_size=100,
        random_state=0,
        **params,
        net_params={"callbacks": [("betas", Betas())], **(net_params or {})},
    ).fit(*digits)
    return np.array(dict(hasher.net_.callbacks_)["betas"].betas_), hasher


def staged(n_stages, schedule="sqrt"):
    return {"callbacks__continuation__n_stages": n_stages, "callbacks__continuation__schedule": schedule}


def test_ten_equal_stages_of_the_papers_schedule(digits):
    steps, hasher = betas(digits, max_epochs=10)
    expected = np.repeat([math.sqrt(1 + 48 * stage / 9) for stage in range(10)], 4)
    np.testing.assert_allclose(steps, expected, rtol=1e-6)
    np.testing.assert_allclose(hasher.history_[:, "beta"], expected[3::4], rtol=1e-6)


@pytest.mark.parametrize(
    ("continuation", "stages"),
    [("sqrt", [1, math.sqrt(22), math.sqrt(43), 8]), ("linear", [1, 10 / 3, 17 / 3, 8]), ("geometric", [1, 2, 4, 8])],
)
def test_schedules_and_end_are_parameters(digits, continuation, stages):
    steps, _ = betas(digits, max_epochs=4, beta_end=8, net_params=staged(4, continuation))
    np.testing.assert_allclose(steps, np.repeat(stages, 4), rtol=1e-6)


@pytest.mark.parametrize("max_epochs", [1, 2, 3, 7, 13, 30])
@pytest.mark.parametrize("n_stages", [2, 10, 49])
def test_starts_at_one_and_ends_at_the_end_whatever_the_number_of_steps(digits, max_epochs, n_stages):
    steps, hasher = betas(digits, max_epochs=max_epochs, beta_end=7.0, net_params=staged(n_stages))
    assert steps[0] == 1
    assert steps[-1] == hasher.history_[-1]["beta"] == 7
    assert (np.diff(steps) >= 0).all()
    assert len(set(steps)) == min(n_stages, 4 * max_epochs)


def test_one_stage_trains_at_the_end_value(digits):
    steps, _ = betas(digits, max_epochs=2, net_params=staged(1))
    assert set(steps) == {7}


def test_beta_is_saved_state(digits):
    hasher = HashNetHasher(8, max_epochs=6, random_state=0)
    for _ in range(3):
        hasher.partial_fit(*digits)
    beta = hasher.history_[-1]["beta"]
    assert 1 < beta < 7
    restored = pickle.loads(pickle.dumps(hasher))
    assert float(restored.net_.criterion_.beta) == beta
    assert restored.history_[-1]["beta"] == beta
    assert restored.partial_fit(*digits).history_[-1]["beta"] == hasher.partial_fit(*digits).history_[-1]["beta"] > beta


def test_beta_belongs_to_one_hasher(digits):
    first = HashNetHasher(8, max_epochs=1).fit(*digits)
    HashNetHasher(8, max_epochs=1, beta_end=50.0).fit(*digits)
    assert float(first.net_.criterion_.beta) == 7


def test_predictions_do_not_depend_on_beta(digits):
    hasher = HashNetHasher(8, max_epochs=1, random_state=0).fit(*digits)
    z, score = hasher.decision_function(digits[0]), hasher.score(*digits)
    hasher.net_.criterion_.set_beta(0.01)
    np.testing.assert_array_equal(hasher.decision_function(digits[0]), z)
    assert hasher.score(*digits) == score


def test_relaxed_codes_grow_binary_by_stage(digits):
    _, hasher = betas(digits, max_epochs=10)
    gaps = np.array(hasher.history_[:, "gap"])
    assert (np.diff(gaps) < 0).all()
    assert gaps[-1] < gaps[0] / 3


def rare(seed, n_classes=100, n=1500):
    """Many classes: one pair in a hundred is similar."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((n_classes, 32))
    y = np.arange(n) % n_classes
    return (centres[y] + rng.standard_normal((n, 32))).astype(np.float32), y


@pytest.mark.parametrize("seed", [0, 1])
def test_balanced_weights_win_where_similar_pairs_are_rare(seed):
    X, y = rare(seed)
    balanced, unweighted = (
        HashNetHasher(16, max_epochs=6, class_weight=weight, random_state=seed).fit(X[:1000], y[:1000])
        for weight in ("balanced", None)
    )
    assert balanced.score(X[1000:], y[1000:]) > 1.3 * unweighted.score(X[1000:], y[1000:])
