"""Writing of checkpoints after every epoch, and resuming of training from them."""

import json
import os
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from skorch.callbacks import Callback

from sklearn_hash.training._process_group import rank

__all__ = ["Checkpoint"]

_FORMAT = 1


class Checkpoint:
    """File with the state of a fit, written after every epoch.

    The file holds tensors, numbers and strings, but no pickled code. It is replaced atomically, so that it always holds
    a complete epoch, whenever the process ends.

    Parameters
    ----------
    directory : str or Path
        Directory of the file, which is created if it does not exist; use a separate directory for each training.
    fingerprint : dict of str to str
        Digests of the parameters and data of the training, by name.
    seed : int
        Seed of the training.
    any_seed : bool, default=False
        Whether to use the seed in the file, if there is one.

    Attributes
    ----------
    seed : int
        Seed to train with.

    Raises
    ------
    ValueError
        If the file cannot be read, or is from training with other parameters or data.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_hash.training import Checkpoint
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     checkpoint = Checkpoint(folder, {"X": "digest of X"}, seed=7)
    >>> checkpoint.seed, checkpoint.state
    (7, None)
    """

    def __init__(self, directory, fingerprint, seed, any_seed=False):
        self.path = Path(directory) / "checkpoint.pt"
        self.fingerprint = {**fingerprint, "random_state": "any" if any_seed else str(seed)}
        self.state = self._read()
        self.seed = seed if self.state is None else self.state["seed"]

    def _read(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            return None
        try:
            state = torch.load(self.path, map_location="cpu", weights_only=True)
            known = state["format"] == _FORMAT
        except Exception as error:
            raise ValueError(
                f"{self.path} cannot be read as a checkpoint ({str(error).partition(chr(10))[0]}). Remove it, or pass "
                "another directory as 'checkpoint'."
            ) from error
        if not known:
            raise ValueError(f"{self.path} is a checkpoint of another version. Remove it.")
        self._check(state["fingerprint"])
        return state

    def _check(self, theirs):
        names = sorted({*theirs, *self.fingerprint})
        other = [name for name in names if theirs.get(name) != self.fingerprint.get(name)]
        if other:
            raise ValueError(
                f"{self.path} is the checkpoint of a fit with other {', '.join(other)}. Call fit as then to continue "
                "it, pass another directory as 'checkpoint', or remove the file to begin anew."
            )

    def train(self, net, dataset):
        """Train from the checkpoint if there is one; the result of a finished training is only loaded.

        Parameters
        ----------
        net : HashingNet
            Net initialised with the seed.
        dataset : HashingDataset
        """
        if self.state is not None and self.state["finished"]:
            self.restore(net)
            return
        with _listening(net, _EpochWriter(self)):
            net.partial_fit(dataset)

    def restore(self, net):
        """Load the state of a fit into a net after ``on_train_begin`` of its callbacks.

        Parameters
        ----------
        net : HashingNet
        """
        state = self.state
        net.history.extend(json.loads(state["history"]))
        for name in ("module", "criterion", "optimizer"):
            getattr(net, f"{name}_").load_state_dict(state[name])
        for name, callback in net.callbacks_:
            _restore_callback(callback, state["callbacks"].get(name, {}))
        torch.set_rng_state(state["random"]["cpu"])
        if "device" in state["random"]:
            torch.get_device_module(net.device).set_rng_state(state["random"]["device"], *_numbered(net.device))

    def write(self, net, finished=False):
        """Replace the file by the state of a net, atomically: if the process ends meanwhile, the old file remains.

        In a distributed fit, only the first process writes the file.

        Parameters
        ----------
        net : HashingNet
        finished : bool, default=False
            Whether training has finished.
        """
        if rank() > 0:
            return
        random = {"cpu": torch.get_rng_state()}
        if torch.device(net.device).type != "cpu":
            random["device"] = torch.get_device_module(net.device).get_rng_state(*_numbered(net.device))
        state = {
            "format": _FORMAT,
            "fingerprint": self.fingerprint,
            "seed": self.seed,
            "finished": finished,
            "history": json.dumps(net.history.to_list(), default=_as_json),
            "callbacks": {name: _callback_state(callback) for name, callback in net.callbacks_},
            "random": random,
            **{name: getattr(net, f"{name}_").state_dict() for name in ("module", "criterion", "optimizer")},
        }
        unfinished = self.path.with_suffix(".tmp")
        with open(unfinished, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, self.path)


class _EpochWriter(Callback):
    """Write the checkpoint; it must be the last callback, so that the file has the records of the others."""

    epochs_ = 0

    def __init__(self, checkpoint):
        self.checkpoint = checkpoint

    def on_train_begin(self, net, **kwargs):
        if self.checkpoint.state is not None:
            self.checkpoint.restore(net)

    def on_epoch_end(self, net, **kwargs):
        self.epochs_ = len(net.history)
        self.checkpoint.write(net)

    def on_train_end(self, net, **kwargs):
        # Training that was ended by Ctrl-C is not finished and can be resumed.
        if net.stopped_by_callback_ or self.epochs_ == net.max_epochs:
            self.checkpoint.write(net, finished=True)


def _numbered(device):
    """Return the device with its index if there can be several of its type."""
    return () if torch.device(device).index is None else (device,)


@contextmanager
def _listening(net, callback):
    """Add a callback to a net for the duration of a block."""
    net.callbacks_.append(("epoch_checkpoint", callback))
    try:
        yield
    finally:
        net.callbacks_.pop()
        net.forget_listeners()


def _callback_state(callback):
    """Return the state of a callback: its state_dict if it has one, otherwise attributes of plain types."""
    if hasattr(callback, "state_dict"):
        return {"state_dict": callback.state_dict()}
    state = {}
    for name, value in vars(callback).items():
        value = value.state_dict() if hasattr(value, "state_dict") and not isinstance(value, type) else value
        if _is_plain(value):
            state[name] = _without_numpy(value)
    return state


def _restore_callback(callback, state):
    if "state_dict" in state and hasattr(callback, "load_state_dict"):
        callback.load_state_dict(state["state_dict"])
        return
    for name, value in state.items():
        load = getattr(getattr(callback, name, None), "load_state_dict", None)
        if load is not None:
            load(value)
        else:
            setattr(callback, name, value)


def _as_json(value):
    """Convert numbers of numpy and torch, which callbacks may record, to Python numbers."""
    return value.tolist() if hasattr(value, "tolist") else repr(value)


def _is_plain(value):
    if isinstance(value, Mapping):
        return all(isinstance(key, (str, int)) and _is_plain(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return type(value) in (list, tuple) and all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str, np.bool_, np.number, torch.Tensor))


def _without_numpy(value):
    """Convert the numpy objects in a state to Python types, since the file must not have pickled code."""
    if isinstance(value, Mapping):
        return {key: _without_numpy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_without_numpy, value))
    return value.item() if isinstance(value, (np.bool_, np.number)) else value
