"""The net trains as a bare PyTorch loop does, and skorch's callbacks find what they expect."""

import math
import weakref

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, GradientNormClipping
from torch import nn

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher
from sklearn_hash.losses import DHNLoss, DualHingeLoss, HashNetLoss, similarity_matrix
from sklearn_hash.training import isolated

N, D, BITS, BATCH, EPOCHS, LR = 90, 12, 8, 20, 4, 0.01
METHODS = [(DualHingeHasher, DualHingeLoss), (HashNetHasher, HashNetLoss), (DHNHasher, DHNLoss)]
SEED = np.random.RandomState(0).randint(2**31 - 1)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.arange(N) % 5
    return (rng.standard_normal((5, D))[y] + 0.3 * rng.standard_normal((N, D))).astype(np.float32), y


def encoder():
    return nn.Sequential(nn.Linear(D, 16), nn.ReLU(), nn.Dropout(0.2))


def make(cls=DHNHasher, **params):
    defaults = {"encoder": encoder, "batch_size": BATCH, "max_epochs": EPOCHS, "lr": LR, "random_state": 0}
    return cls(BITS, **{**defaults, **params})


def bare_loop(loss, X, y):
    """The same training written out: weights, orders and dropout all drawn from torch's default generator."""
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    net = nn.Sequential(encoder(), nn.Linear(16, BITS))
    optimizer = torch.optim.Adam(net.parameters(), lr=LR, weight_decay=1e-5)
    n_batches, losses = N // BATCH, []
    for epoch in range(EPOCHS):
        order = torch.randperm(N)
        for i in range(n_batches):
            step, n_steps = epoch * n_batches + i, EPOCHS * n_batches
            optimizer.param_groups[0]["lr"] = LR * 0.5 * (1 + math.cos(math.pi * step / n_steps))
            if isinstance(loss, HashNetLoss):
                loss.set_beta(math.sqrt(1 + 48 * (step * 10 // n_steps) / 9))
            rows = order[i * BATCH : (i + 1) * BATCH]
            optimizer.zero_grad()
            z = net(X[rows])
            value = loss(z, similarity_matrix(y[rows]))
            value.backward()
            optimizer.step()
            losses.append(value.item())
    return net, losses


@pytest.mark.parametrize(("cls", "loss"), METHODS)
def test_training_is_that_of_a_bare_loop(cls, loss, data):
    """To the bit, with the optimizer's plain kernel; the fused one, the default, rounds elsewhere."""
    hasher = make(cls, net_params={"optimizer__fused": False}).fit(*data)
    with isolated(torch.device("cpu"), SEED):
        bare, losses = bare_loop(loss(), *data)
    for ours, theirs in zip(hasher.net_.module_.parameters(), bare.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    recorded = [batch["train_loss"] for epoch in hasher.history_ for batch in epoch["batches"]]
    assert recorded == losses
    with torch.no_grad():
        expected = bare.eval()(torch.from_numpy(data[0])).numpy()
    np.testing.assert_array_equal(hasher.decision_function(data[0]), expected)
    fused = make(cls).fit(*data).decision_function(data[0])
    np.testing.assert_allclose(fused, expected, rtol=0, atol=1e-3)


def test_history_holds_what_skorch_records(data):
    hasher = make(validation_fraction=0.2).fit(*data)
    epoch = hasher.history_[-1]
    assert {"epoch", "dur", "train_loss", "valid_loss", "train_batch_count", "valid_batch_count", "valid_map"} <= set(
        epoch
    )
    batches = [batch for batch in epoch["batches"] if "train_loss" in batch]
    assert len(batches) == epoch["train_batch_count"] == 72 // BATCH
    assert all(batch["train_batch_size"] == BATCH for batch in batches)
    assert epoch["train_loss"] == pytest.approx(np.mean([batch["train_loss"] for batch in batches]))
    assert hasher.history_[:, "epoch"] == [1, 2, 3, 4]


class Recorder(Callback):
    """Keeps what every hook is called with."""

    def on_train_begin(self, net, **kwargs):
        self.calls = {}
        self.losses = []
        self._keep("on_train_begin", kwargs)

    def _keep(self, name, kwargs):
        self.calls.setdefault(name, []).append(kwargs)

    def on_train_end(self, net, **kwargs):
        self._keep("on_train_end", kwargs)

    def on_epoch_begin(self, net, **kwargs):
        self._keep("on_epoch_begin", kwargs)

    def on_epoch_end(self, net, **kwargs):
        self._keep("on_epoch_end", kwargs)

    def on_batch_begin(self, net, **kwargs):
        self._keep("on_batch_begin", kwargs)

    def on_batch_end(self, net, **kwargs):
        prefix = "train" if kwargs["training"] else "valid"
        self.losses.append(net.history[-1, "batches", -1, f"{prefix}_loss"])
        assert net.history[-1, "batches", -1, f"{prefix}_batch_size"] == len(kwargs["batch"][0])
        self._keep("on_batch_end", kwargs)

    def on_grad_computed(self, net, **kwargs):
        self._keep("on_grad_computed", kwargs)


def test_hooks_get_skorchs_usual_arguments(data):
    hasher = make(validation_fraction=0.2, max_epochs=2, net_params={"callbacks": [("recorder", Recorder())]}).fit(
        *data
    )
    recorder = dict(hasher.net_.callbacks_)["recorder"]
    usual = {
        "on_train_begin": {"X", "y"},
        "on_train_end": {"X", "y"},
        "on_epoch_begin": {"dataset_train", "dataset_valid"},
        "on_epoch_end": {"dataset_train", "dataset_valid"},
        "on_batch_begin": {"batch", "training"},
        "on_batch_end": {"batch", "training", "loss", "y_pred"},
        "on_grad_computed": {"named_parameters", "batch", "training"},
    }
    for name, arguments in usual.items():
        assert all(set(call) == arguments for call in recorder.calls[name])
    counts = {name: len(calls) for name, calls in recorder.calls.items()}
    assert counts == {
        "on_train_begin": 1, "on_train_end": 1, "on_epoch_begin": 2, "on_epoch_end": 2,
        "on_batch_begin": 8, "on_batch_end": 8, "on_grad_computed": 6,
    }  # fmt: skip
    for call, loss in zip(recorder.calls["on_batch_end"], recorder.losses, strict=True):
        assert call["loss"].item() == loss
        assert call["y_pred"].shape == (len(call["batch"][0]), BITS)
        assert call["batch"][1].shape == (len(call["batch"][0]),) * 2


def test_watching_batches_does_not_change_training(data):
    class Quiet(Callback):
        pass

    plain, watched, quiet = (
        make(net_params={"callbacks": callbacks}).fit(*data) for callbacks in (None, [Recorder()], [Quiet()])
    )
    for other in (watched, quiet):
        np.testing.assert_array_equal(other.decision_function(data[0]), plain.decision_function(data[0]))
        assert [epoch["train_loss"] for epoch in other.history_] == plain.history_[:, "train_loss"]
        assert other.history_[-1]["batches"] == plain.history_[-1]["batches"]


def test_gradients_can_be_clipped_by_a_callback(data):
    class Norms(Callback):
        def on_train_begin(self, net, **kwargs):
            self.norms = []

        def on_batch_end(self, net, **kwargs):
            total = sum(float(weight.grad.square().sum()) for weight in net.module_.parameters())
            self.norms.append(math.sqrt(total))

    def norms(*callbacks):
        hasher = make(max_epochs=1, net_params={"callbacks": [*callbacks, ("norms", Norms())]}).fit(*data)
        return dict(hasher.net_.callbacks_)["norms"].norms

    free = norms()
    assert max(free) > 1e-3
    assert max(norms(GradientNormClipping(1e-3))) == pytest.approx(1e-3, rel=1e-3)


def test_training_mode_in_training_and_only_there(data):
    class Modes(nn.Flatten):
        seen = []

        def forward(self, x):
            Modes.seen.append((self.training, torch.is_grad_enabled(), len(x)))
            return super().forward(x)

    hasher = make(encoder=Modes, max_epochs=1).fit(*data)
    assert Modes.seen == [(False, False, 2), *[(True, True, BATCH)] * (N // BATCH)]
    hasher.transform(data[0])
    assert Modes.seen[-1] == (False, False, N)
    hasher.partial_fit(*data)
    assert Modes.seen[-1] == (True, True, BATCH)


def test_validation_does_not_leave_the_net_in_evaluation_mode(data):
    """Dropout works in the second epoch as in the first."""

    class Modes(nn.Flatten):
        seen = []

        def forward(self, x):
            Modes.seen.append((self.training, torch.is_grad_enabled()))
            return super().forward(x)

    make(encoder=Modes, max_epochs=3, validation_fraction=0.2).fit(*data)
    assert Modes.seen.count((True, True)) == 3 * (72 // BATCH)
    assert set(Modes.seen) == {(True, True), (False, False)}


def test_the_graph_of_a_step_is_not_kept(data):
    """Losses wait for the end of the epoch; what they were computed from must not."""
    alive, outputs = [], []

    class Alive(Callback):
        def on_batch_begin(self, net, **kwargs):
            alive.append(sum(reference() is not None for reference in outputs))

    class Watch(nn.Flatten):
        def forward(self, x):
            out = super().forward(x) * 1.0
            outputs.append(weakref.ref(out))
            return out

    make(encoder=Watch, max_epochs=2, net_params={"callbacks": [Alive()]}).fit(*data)
    assert max(alive) <= 1


@pytest.mark.parametrize("waiting", [1, 3, 4, 5, 1000])
def test_losses_are_recorded_however_many_wait(waiting, data, monkeypatch):
    expected = make(validation_fraction=0.2).fit(*data).history_
    monkeypatch.setattr("sklearn_hash.training._net._WAITING_LOSSES", waiting)
    history = make(validation_fraction=0.2).fit(*data).history_
    assert [epoch["batches"] for epoch in history] == [epoch["batches"] for epoch in expected]
    assert [epoch["train_batch_count"] for epoch in history] == [3] * EPOCHS


def test_skorchs_methods_take_plain_rows(data):
    X, _ = data
    hasher = make().fit(*data)
    expected = hasher.decision_function(X)
    np.testing.assert_array_equal(hasher.net_.predict(X), expected)
    np.testing.assert_array_equal(hasher.net_.forward(X), expected)
    np.testing.assert_array_equal(torch.cat(list(hasher.net_.forward_iter(X))), expected)


class Hearing(Callback):
    def on_train_begin(self, net, **kwargs):
        self.heard = [*getattr(self, "heard", []), net]


def test_a_net_calls_its_own_callbacks_only(data):
    nets = [make(max_epochs=1, net_params={"callbacks": [("ear", Hearing())]}).fit(*data).net_ for _ in range(2)]
    for net in nets:
        net.notify("on_train_begin")
    for net in nets:
        assert dict(net.callbacks_)["ear"].heard == [net, net]


class Outputs(Callback):
    seen: list = []

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        self.seen.extend((net.outputs_after_epoch(data), net.forward(data)) for data in (dataset_train, dataset_valid))


def test_outputs_of_an_epoch_are_those_of_the_data_set_and_the_epoch(data):
    Outputs.seen.clear()
    net = make(max_epochs=2, validation_fraction=0.2, net_params={"callbacks": [Outputs()]}).fit(*data).net_
    assert [len(ours) for ours, _ in Outputs.seen] == [72, 18] * 2
    for ours, expected in Outputs.seen:
        np.testing.assert_array_equal(ours, expected)
    assert not net._outputs
