"""The processes of the distributed fits in test_distributed.py: ``distributed_worker.py RUN ...``.

A run is a JSON list of tasks, a folder, a number of processes, and a dict of environment variables.
"""

import inspect
import json
import multiprocessing
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from torch import distributed, nn

from sklearn_hash import losses
from sklearn_hash.hashers import DualHingeHasher
from sklearn_hash.training import BatchIterator, HashingDataset, HashingModule, HashingNet, LabelTargets, make_rows
from sklearn_hash.training._distributed_net import DistributedNet
from sklearn_hash.training._global_batch_norm import with_global_batch_norm
from sklearn_hash.training._process_group import gather_rows, own_part, rank, sum_gradients, world_size

N, N_FEATURES, N_BITS, N_CLASSES = 11, 5, 6, 3
LOSSES = {name: loss for name, loss in vars(losses).items() if inspect.isclass(loss)}


def make_encoder():
    torch.manual_seed(0)
    layers = nn.Linear(N_FEATURES, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, N_BITS)
    return nn.Sequential(*layers).double()


def make_data(n):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, N_FEATURES)), rng.integers(0, N_CLASSES, n)


def make_loss(name):
    torch.manual_seed(2)
    sized = LOSSES[name].target in ("labels", "numbers")
    loss = (LOSSES[name](N_BITS, N_CLASSES) if sized else LOSSES[name]()).double()
    if LOSSES[name].target == "numbers":
        loss.learn_codes(torch.randn(N, N_BITS).double(), torch.from_numpy(make_data(N)[1]))
    return loss


def target_of(loss, X, y):
    y = torch.from_numpy(y)
    targets = {"similarity": (y[:, None] == y).double(), "labels": y, "features": torch.from_numpy(X)}
    return {**targets, "numbers": torch.arange(len(y))}[loss.target]


def gradients_of_all_losses():
    """Gradients of one batch by the name of the loss: those of the encoder's weights, then those of the loss's own."""
    X, y = make_data(N)
    own = own_part(N, rank(), world_size())
    results = {}
    for name in LOSSES:
        encoder, loss = make_encoder(), make_loss(name)
        if world_size() > 1:
            encoder = with_global_batch_norm(encoder)
        torch.manual_seed(3)
        value = loss(gather_rows(encoder(torch.from_numpy(X[own])), N), target_of(loss, X, y))
        value.backward()
        sum_gradients(encoder.parameters())
        weights = [*encoder.parameters(), *loss.parameters()]
        results[name] = torch.cat([value.detach()[None], *(weight.grad.flatten() for weight in weights)]).numpy()
        results[f"{name} statistics"] = torch.cat([encoder[1].running_mean, encoder[1].running_var]).numpy()
    return results


class DoubleModule(HashingModule):
    """Network in float64, in which an order of summation shows in the last digits only."""

    def __init__(self, encoder):
        super().__init__(encoder, N_BITS, N_BITS)
        self.hash_layer = nn.Identity()

    def forward(self, x):
        return self.encoder(x)


def train_three_epochs():
    """Weights after three epochs on 30 rows in batches of 8, the last of them of 6."""
    X, y = make_data(30)
    encoder = make_encoder() if world_size() == 1 else with_global_batch_norm(make_encoder())
    kind = HashingNet if world_size() == 1 else DistributedNet
    iterator = {"iterator_train": BatchIterator, "iterator_train__shuffle": True, "iterator_valid": BatchIterator}
    # Adam would divide the rounding errors of a gradient of 0, that of the bias before a normalisation, by themselves.
    sgd = {"optimizer": torch.optim.SGD, "optimizer__momentum": 0.9, "lr": 0.1}
    params = {"max_epochs": 3, "batch_size": 8, "train_split": None, "verbose": 0, **sgd, **iterator}
    net = kind(DoubleModule(encoder), losses.DHNLoss().double(), **params).initialize()
    torch.manual_seed(4)
    net.partial_fit(HashingDataset(make_rows(X), LabelTargets(y)))
    history = [row["train_loss"] for row in net.history]
    weights = torch.cat([value.flatten().double() for value in net.module_.state_dict().values()])
    return {"weights": weights.numpy(), "history": np.array(history)}


class Log(Callback):
    """Write the rank of the process to a file after every epoch."""

    def __init__(self, path):
        self.path = path

    def on_epoch_end(self, net, **kwargs):
        with open(self.path, "a") as file:
            file.write(f"{rank()}\n")


class MortalHasher(DualHingeHasher):
    """Hasher whose second process ends without a word in the third epoch, if the environment says so."""

    def _make_callbacks(self):
        return [*super()._make_callbacks(), ("death", Death())]


class Death(Callback):
    def on_epoch_begin(self, net, **kwargs):
        if rank() == 1 and len(net.history) == 3 and "DIES" in os.environ:
            os._exit(17)


Death.__module__ = "sklearn_hash.death"  # a method's own callback runs in every process


def fit_estimator(folder, kind=DualHingeHasher, checkpoint=None, **params):
    """Weights and codes of a fit with dropout, early stopping and a callback."""
    X, y = make_data(120)
    X = (X + 3 * np.eye(N_FEATURES)[y]).astype(np.float32)
    net_params = {"callbacks": [Log(folder / "log.txt")], "module__batch_norm": True}
    shared = {"n_bits": N_BITS, "lr": 1e-3, "max_epochs": 4, "batch_size": 25, "validation_fraction": 0.2}
    params = {**shared, **params}
    hasher = kind(random_state=0, device="cpu", net_params=net_params, **params).fit(X, y, checkpoint=checkpoint)
    weights = torch.cat([value.flatten().double() for value in hasher.net_.module_.state_dict().values()])
    return {"weights": weights.numpy(), "codes": hasher.decision_function(X)}


def message_of_different_data():
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the test reads the message
        DualHingeHasher().fit(*make_data(30 + rank()))
    return {"message": np.array(str(caught.value))}


TASKS = {
    "equality": lambda folder: {**gradients_of_all_losses(), **train_three_epochs()},
    "estimator": lambda folder: fit_estimator(folder),
    "linear": lambda folder: fit_estimator(folder, encoder="linear"),
    "mortal": lambda folder: fit_estimator(folder, MortalHasher, folder / "checkpoint"),
    "different": lambda folder: message_of_different_data(),
}


def work(tasks, folder, rank, world_size):
    """Be one of the processes: run tasks one after another, and write the results of each to its folder."""
    torch.set_num_threads(1)
    os.dup2(os.open(folder / f"{rank}.txt", os.O_CREAT | os.O_WRONLY), sys.stderr.fileno())
    store = f"file://{folder / 'store'}"
    distributed.init_process_group("gloo", store, rank=rank, world_size=world_size)
    for task in tasks:
        own = folder / task
        own.mkdir(exist_ok=True)
        np.savez(own / f"{rank}.npz", **TASKS[task](own))
    distributed.destroy_process_group()


def run(tasks, folder, world_size, environment):
    """Start the processes of one run, forked where they can be, and return their exit statuses."""
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    (folder / "store").unlink(missing_ok=True)
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    processes = [context.Process(target=work, args=(tasks, folder, rank, world_size)) for rank in range(world_size)]
    os.environ.update(environment)
    for process in processes:
        process.start()
    for name in environment:
        del os.environ[name]
    for process in processes:
        process.join(240)
    return [process.exitcode for process in processes]


if __name__ == "__main__":
    DualHingeHasher(2, max_epochs=1, validation_fraction=0.2).fit(*make_data(30))  # loads all code once for all
    print(json.dumps([run(*json.loads(arguments)) for arguments in sys.argv[1:]]))
