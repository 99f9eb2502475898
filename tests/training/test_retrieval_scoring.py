"""Scores of validation rows in the history, against the measures called by hand on each epoch's codes."""

import pickle

import numpy as np
import pytest
from skorch.callbacks import Callback, EarlyStopping
from torch import nn

from sklearn_hash import DHNHasher, HashNetHasher
from sklearn_hash.metrics import mean_average_precision, ndcg_at_k, precision_at_k
from sklearn_hash.training import RetrievalScoring


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 4
    return (rng.standard_normal((4, 6))[y] + rng.standard_normal((120, 6))).astype(np.float32), y


class Codes(Callback):
    """Keeps the codes and labels of validation and training rows of each epoch."""

    seen: list = []

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        sides = (dataset_valid, dataset_train) if dataset_valid is not None else ()
        self.seen.append([part for side in sides for part in (net.forward(side).numpy(), side.targets.labels)])


def fit(X, y, callbacks, **params):
    Codes.seen.clear()
    defaults = {"encoder": "linear", "max_epochs": 3, "validation_fraction": 0.25, "random_state": 0}
    return HashNetHasher(8, **{**defaults, **params}, net_params={"callbacks": [Codes, *callbacks]}).fit(X, y)


def test_history_holds_the_measure_of_each_epoch(data):
    hasher = fit(*data, [RetrievalScoring(), ("second", RetrievalScoring("precision_at_k", name="p@9", k=9))])
    expected = [mean_average_precision(*seen) for seen in Codes.seen]
    assert hasher.history_[:, "valid_mean_average_precision"] == pytest.approx(expected, abs=1e-14)
    assert hasher.history_[:, "valid_mean_average_precision"] == pytest.approx(hasher.history_[:, "valid_map"])
    expected = [precision_at_k(*seen, k=9) for seen in Codes.seen]
    assert len(expected) == 3
    assert hasher.history_[:, "p@9"] == pytest.approx(expected, abs=1e-14)
    best = [score == max(expected[: i + 1]) and score not in expected[:i] for i, score in enumerate(expected)]
    assert hasher.history_[:, "p@9_best"] == best


def test_rows_are_encoded_once_an_epoch_however_many_scores_there_are(data):
    class Counting(nn.Flatten):
        n_rows = 0

        def forward(self, x):
            Counting.n_rows += 0 if self.training else len(x)
            return super().forward(x)

    def rows(callbacks):
        Counting.n_rows = 0
        DHNHasher(
            8, encoder=Counting(), max_epochs=3, validation_fraction=0.25, net_params={"callbacks": callbacks}
        ).fit(*data)
        return Counting.n_rows

    scores = [(str(k), RetrievalScoring("precision_at_k", name=f"p@{k}", k=k)) for k in (5, 9)]
    assert rows(scores) == rows([]) >= 3 * 120


def test_multilabel_measure(data):
    Y = (np.random.default_rng(1).random((120, 5)) < 0.4).astype(int)
    hasher = fit(data[0], Y, [RetrievalScoring("ndcg_at_k", name="ndcg", k=20)])
    expected = [ndcg_at_k(*seen, k=20) for seen in Codes.seen]
    assert hasher.history_[:, "ndcg"] == pytest.approx(expected, abs=1e-14)


def test_other_callbacks_can_monitor_the_score(data):
    stopping = EarlyStopping("p@5", patience=2, lower_is_better=False, threshold=1.0)
    hasher = fit(*data, [RetrievalScoring("precision_at_k", name="p@5", k=5), stopping], max_epochs=20)
    assert hasher.n_iter_ == 3  # no epoch is twice as good as the first
    assert pickle.loads(pickle.dumps(hasher)).history_[:, "p@5"] == hasher.history_[:, "p@5"]


def test_score_does_not_disturb_training(data):
    X, y = data
    scored, plain = fit(X, y, [RetrievalScoring()]), fit(X, y, [])
    np.testing.assert_array_equal(scored.decision_function(X), plain.decision_function(X))


def test_a_new_training_forgets_the_best_score_and_partial_fit_scores_nothing(data):
    callback = RetrievalScoring(name="map")
    hasher = fit(*data, [callback])
    assert hasher.fit(*data).history_[0, "map_best"] is True
    assert not hasattr(callback, "best_score_")  # the hasher trains with a copy
    assert "map" not in hasher.partial_fit(*data).history_[-1]
    assert "map" not in DHNHasher(8, net_params={"callbacks": [callback]}).partial_fit(*data).history_[-1]


def test_training_that_cannot_be_scored(data):
    X, y = data
    with pytest.raises(ValueError, match="set validation_fraction"):
        fit(X, y, [RetrievalScoring()], validation_fraction=None)
    with pytest.raises(ValueError, match="goes by labels"):
        fit(X, np.arange(120), [RetrievalScoring()], similarity=(y[:, None] == y).astype(float))
    with pytest.raises(ValueError, match="metric must be one of"):
        fit(X, y, [RetrievalScoring("precision")])
    with pytest.raises(ValueError, match="precision_at_k needs k"):
        fit(X, y, [RetrievalScoring("precision_at_k")])
