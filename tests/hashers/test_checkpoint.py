"""A fit that is killed and started again ends as one that was never interrupted."""

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, EarlyStopping, LRScheduler
from torch.optim.lr_scheduler import StepLR

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher
from sklearn_hash.training import Checkpoint


def make(cls=HashNetHasher, **params):
    defaults = {"n_bits": 8, "max_epochs": 6, "batch_size": 50, "random_state": 0, "output": "continuous"}
    return cls(**{**defaults, **params})


def without_time(history):
    return [{name: value for name, value in epoch.items() if name != "dur"} for epoch in history]


def fit_cut_off(hasher, X, y, directory, n_epochs=3):
    """A fit that fails as soon as the checkpoint of an epoch is written."""

    def write(checkpoint, net, finished=False):
        original(checkpoint, net, finished)
        if len(net.history) == n_epochs:
            raise RuntimeError("cut off")

    original = Checkpoint.write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checkpoint, "write", write)
        with pytest.raises(RuntimeError, match="cut off"):
            hasher.fit(X, y, checkpoint=directory)


class Noisy(Callback):
    """Changes training by numbers that it remembers."""

    def on_train_begin(self, net, **kwargs):
        self.seen_ = {"epochs": 0, "losses": [np.float64(1.0)]}
        self.generator_ = object()

    def on_epoch_end(self, net, **kwargs):
        self.seen_["epochs"] += 1
        self.seen_["losses"].append(net.history[-1]["train_batch_count"])
        with torch.no_grad():
            net.module_.hash_layer.bias += 0.01 * len(self.seen_["losses"]) * self.seen_["epochs"]


class Keeper(Callback):
    """Has a state_dict of its own."""

    def on_train_begin(self, net, **kwargs):
        self.hidden_ = {"a set": {0}}

    def state_dict(self):
        return {"n": len(self.hidden_["a set"])}

    def load_state_dict(self, state):
        self.hidden_["a set"] = set(range(state["n"]))

    def on_epoch_end(self, net, **kwargs):
        self.hidden_["a set"].add(len(self.hidden_["a set"]))
        with torch.no_grad():
            net.module_.hash_layer.bias += 0.01 * len(self.hidden_["a set"])


CASES = {
    "hashnet": make(),
    "dhn, momentum": make(DHNHasher, net_params={"optimizer__momentum": 0.9, "optimizer": "SGD"}),
    "one rate for each part": make(
        DualHingeHasher, net_params={"optimizer__param_groups": [("encoder.*", {"lr": 1e-4})]}
    ),
    "batch normalisation": make(encoder=torch.nn.BatchNorm1d(64)),
    "balanced": make(net_params={"iterator_train__balanced": True}),
    "rates by a callback": make(
        net_params={"callbacks__lr_schedule": None, "callbacks": [LRScheduler(StepLR, step_size=2, gamma=0.1)]}
    ),
    "callbacks with a memory": make(net_params={"callbacks": [Noisy(), Keeper()]}),
    "stopping": make(
        lr=0.3,
        max_epochs=20,
        validation_fraction=0.3,
        random_state=1,
        net_params={"callbacks__lr_schedule": None, "callbacks__validation__patience": 3},
    ),
    "stopping by a callback": make(
        max_epochs=20, net_params={"callbacks": [EarlyStopping("train_loss", threshold=0.5, patience=4)]}
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_training_remembers_is_resumed(name, digits, tmp_path):
    hasher = CASES[name]
    expected = hasher.fit(*digits).transform(digits[0])
    history = without_time(hasher.history_)
    assert len(history) > 3
    fit_cut_off(hasher, *digits, tmp_path)
    z = hasher.fit(*digits, checkpoint=tmp_path).transform(digits[0])
    np.testing.assert_array_equal(z, expected)
    assert without_time(hasher.history_) == history
    if name.startswith("stopping"):
        assert len(history) < 20


@pytest.mark.parametrize("name", ["hashnet", "stopping"])
def test_a_finished_checkpoint_loads_at_once(name, digits, tmp_path, monkeypatch):
    hasher = CASES[name]
    z = hasher.fit(*digits, checkpoint=tmp_path).transform(digits[0])
    history = list(hasher.history_)

    def no_step(*args, **kwargs):
        raise AssertionError("trained")

    monkeypatch.setattr("sklearn_hash.training.HashingNet.train_step", no_step)
    np.testing.assert_array_equal(hasher.fit(*digits, checkpoint=tmp_path).transform(digits[0]), z)
    assert hasher.history_ == history


def test_a_checkpoint_changes_no_code_and_is_not_kept(digits, tmp_path):
    plain, saved = make().fit(*digits), make().fit(*digits, checkpoint=tmp_path / "a" / "b")
    np.testing.assert_array_equal(plain.transform(digits[0]), saved.transform(digits[0]))
    before = (tmp_path / "a" / "b" / "checkpoint.pt").read_bytes()
    saved.partial_fit(*digits)
    assert (tmp_path / "a" / "b" / "checkpoint.pt").read_bytes() == before
    assert [name for name, _ in saved.net_.callbacks_] == [name for name, _ in plain.net_.callbacks_]


def test_a_checkpoint_holds_no_code(digits, tmp_path):
    make(net_params={"callbacks": [Noisy()]}).fit(*digits, checkpoint=tmp_path)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["finished"]
    assert len(state["module"]) == len(list(make(max_epochs=1).fit(*digits).net_.module_.state_dict()))


def test_without_a_seed_the_checkpoints_is_taken(digits, tmp_path):
    hasher = make(random_state=None, validation_fraction=0.2)
    fit_cut_off(hasher, *digits, tmp_path)
    z = hasher.fit(*digits, checkpoint=tmp_path).transform(digits[0])
    np.testing.assert_array_equal(hasher.fit(*digits, checkpoint=tmp_path).transform(digits[0]), z)


def test_a_random_state_counts_by_the_seed_it_gives(digits, tmp_path):
    make(random_state=np.random.RandomState(3)).fit(*digits, checkpoint=tmp_path)
    make(random_state=np.random.RandomState(3)).fit(*digits, checkpoint=tmp_path)
    with pytest.raises(ValueError, match="a fit with other random_state"):
        make(random_state=np.random.RandomState(4)).fit(*digits, checkpoint=tmp_path)


@pytest.mark.parametrize(
    ("params", "change", "named"),
    [
        ({"lr": 0.1}, lambda X, y: (X, y), "lr"),
        ({"n_bits": 9, "max_epochs": 7}, lambda X, y: (X, y), "max_epochs, n_bits"),
        ({"random_state": 1}, lambda X, y: (X, y), "random_state"),
        ({"net_params": {"encoder__hidden": 4}}, lambda X, y: (X, y), "encoder__hidden"),
        ({"encoder": lambda: torch.nn.Linear(64, 3)}, lambda X, y: (X, y), "encoder"),
        ({"net_params": {"callbacks": [EarlyStopping(patience=9)]}}, lambda X, y: (X, y), "callbacks"),
        ({}, lambda X, y: (X[:-1], y[:-1]), "X, y"),
        ({}, lambda X, y: (X + np.eye(400, 64, dtype=np.float32), y), "X"),
        ({}, lambda X, y: (X, y[::-1]), "y"),
        ({}, lambda X, y: (X, y + 1), "classes"),
    ],
)
def test_a_checkpoint_of_another_fit_is_refused(params, change, named, digits, tmp_path):
    make(max_epochs=1).fit(*digits, checkpoint=tmp_path)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    with pytest.raises(ValueError, match=f"checkpoint of a fit with other {named}. Call fit as then"):
        make(**{"max_epochs": 1, **params}).fit(*change(*digits), checkpoint=tmp_path)
    with pytest.raises(ValueError, match=r"with other .*estimator"):
        make(DHNHasher, max_epochs=1).fit(*digits, checkpoint=tmp_path)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_what_changes_no_code_may_differ(digits, tmp_path):
    z = make(max_epochs=1).fit(*digits, checkpoint=tmp_path).decision_function(digits[0])
    other = make(max_epochs=1, output="bits", verbose=1, net_params={"iterator_valid__num_workers": 1})
    np.testing.assert_array_equal(other.fit(*digits, checkpoint=tmp_path).decision_function(digits[0]), z)


@pytest.mark.parametrize("content", [b"", b"PK half a file", b"\x80\x02."])
def test_a_file_that_is_no_checkpoint(content, digits, tmp_path):
    (tmp_path / "checkpoint.pt").write_bytes(content)
    with pytest.raises(ValueError, match=r"checkpoint\.pt cannot be read as a checkpoint"):
        make().fit(*digits, checkpoint=tmp_path)


def test_ctrl_c_leaves_a_checkpoint_to_go_on_from(digits, tmp_path):
    expected = make().fit(*digits).transform(digits[0])

    def interrupt():
        raise KeyboardInterrupt

    class CtrlC(Callback):
        armed = True

        def on_batch_begin(self, net, **kwargs):
            if CtrlC.armed and len(net.history) == 4:
                interrupt()

    hasher = make(net_params={"callbacks": [CtrlC]})
    with pytest.warns(match="interrupted after 3 of 6 epochs"):
        hasher.fit(*digits, checkpoint=tmp_path)
    assert hasher.n_iter_ == 3
    CtrlC.armed = False
    np.testing.assert_array_equal(hasher.fit(*digits, checkpoint=tmp_path).transform(digits[0]), expected)


def test_a_failed_fit_leaves_the_estimator_and_the_last_good_epoch(digits, tmp_path):
    hasher = make().fit(*digits)
    z = hasher.transform(digits[0])
    fit_cut_off(hasher, *digits, tmp_path)
    assert hasher.n_iter_ == 6
    np.testing.assert_array_equal(hasher.transform(digits[0]), z)
    assert not torch.load(tmp_path / "checkpoint.pt", weights_only=True)["finished"]


def test_fit_transform_takes_a_checkpoint(digits, tmp_path):
    z = make(max_epochs=1).fit_transform(*digits, checkpoint=str(tmp_path))
    np.testing.assert_array_equal(z, make(max_epochs=1).fit_transform(*digits))
    assert (tmp_path / "checkpoint.pt").exists()
