"""Net of a distributed fit, whose steps are those of a single process with the whole batch."""

import zlib
from contextlib import contextmanager

import torch
from skorch.callbacks import EpochTimer, GradientNormClipping, LRScheduler, ParamMapper, PassthroughScoring

from sklearn_hash.training._batches import HashingDataset
from sklearn_hash.training._callbacks import FitProgressBar
from sklearn_hash.training._net import HashingNet
from sklearn_hash.training._process_group import (
    broadcast_from_first,
    gather_rows,
    own_part,
    rank,
    sum_gradients,
    world_size,
)
from sklearn_hash.training._retrieval_scoring import RetrievalScoring
from sklearn_hash.training._seeds import seed_torch

__all__ = ["DistributedNet", "RankDataset"]

# Callbacks of skorch that affect the weights or are part of its loop, and our callbacks that only report.
_ACTS = (EpochTimer, GradientNormClipping, LRScheduler, ParamMapper, PassthroughScoring)
_REPORTS = (FitProgressBar, RetrievalScoring)


class RankDataset(HashingDataset):
    """Data set of which a process reads its part of each batch; the targets are those of the whole batch.

    Parameters
    ----------
    rows, targets, target
        As in :class:`HashingDataset`.
    """

    def __init__(self, rows, targets, target):
        super().__init__(rows, targets, target)
        self.part = rank(), world_size()  # stored for worker processes, which have no process group

    @property
    def read(self):
        """Return a function that reads the part of a batch of this process."""
        return self._take_own

    def _take_own(self, index):
        index = range(len(self))[index] if isinstance(index, slice) else index
        own = index[own_part(len(index), *self.part)]
        return self.rows.take(slice(own.start, own.stop) if isinstance(own, range) else own)

    def asked(self, target):
        """Return the same data for a loss that needs another kind of target."""
        return RankDataset(self.rows, self.targets, target)

    def complete(self, index, rows):
        """Return the rows of this process, and the target of the whole batch."""
        if self.target == "features":
            return rows, self.targets.features_of(self.rows.take(index))
        return super().complete(index, rows)


class DistributedNet(HashingNet):
    """Net that trains in several processes with the loss and the gradient of a single process.

    All processes have the same weights and draw the same orders of rows. Each process encodes its part of a batch. The
    outputs are gathered, every process computes the loss of the whole batch, and the gradients are summed. For dropout
    and augmentation, each process has its own random stream.
    """

    callbacks_: list

    def initialize(self):
        """Initialize every component, at the start of training."""
        self._own_stream = _RandomStream(torch.device(self.device))
        return super().initialize()

    def initialize_callbacks(self):
        """Initialize the callbacks; those that only report run in the first process."""
        super().initialize_callbacks()
        if rank():
            self.callbacks_ = [(name, callback) for name, callback in self.callbacks_ if _acts(callback)]
        return self

    def notify(self, method_name, **cb_kwargs):
        """Call a hook; if a callback of the first process stops training, all processes stop."""
        if method_name != "on_epoch_end":
            super().notify(method_name, **cb_kwargs)
            return
        stops = False
        try:
            super().notify(method_name, **cb_kwargs)
        except KeyboardInterrupt:
            stops = True
        if broadcast_from_first(stops):
            self.stopped_by_callback_ = True
            raise KeyboardInterrupt

    def get_iterator(self, dataset, training=False):
        """Return the batches of a dataset; in training, with the rows of this process only."""
        if training:
            dataset = RankDataset(dataset.rows, dataset.targets, dataset.target)
        return super().get_iterator(dataset, training)

    def on_epoch_begin(self, net, **kwargs):
        """Give all processes the random stream of the first process, and seed their own streams from it."""
        super().on_epoch_begin(net, **kwargs)
        device = torch.device(self.device)
        shared = broadcast_from_first(_random_state(device))  # a callback may have drawn from it
        _set_random_state(device, shared)
        with self._own_stream.drawing():
            seed_torch(device, zlib.crc32(shared[0].numpy().tobytes()) + rank())

    def infer(self, x, **fit_params):
        """Return the hash-layer output of a batch."""
        if not self.module_.training:
            return super().infer(x, **fit_params)
        with self._own_stream.drawing():
            return super().infer(x, **fit_params)

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the loss of the whole batch."""
        z = gather_rows(y_pred, len(y_true)) if training else y_pred
        return super().get_loss(z, y_true, X=X, training=training)

    def backpropagate(self, loss):
        """Compute the gradients of the whole batch; those of the weights of the loss need no sum over processes."""
        super().backpropagate(loss)
        sum_gradients(self.module_.parameters())


class _RandomStream:
    """Random stream that is separate from the current one.

    Parameters
    ----------
    device : torch.device
    """

    def __init__(self, device):
        self.device = device
        self.state = _random_state(device)

    @contextmanager
    def drawing(self):
        """Use this stream in the ``with`` block."""
        shared = _random_state(self.device)
        _set_random_state(self.device, self.state)
        try:
            yield
        finally:
            self.state = _random_state(self.device)
            _set_random_state(self.device, shared)


def _random_state(device):
    """Return the states of the torch generators of the CPU and of a device, or None for the latter on the CPU."""
    on_device = None if device.type == "cpu" else torch.get_device_module(device).get_rng_state(device)
    return torch.get_rng_state(), on_device


def _set_random_state(device, state):
    torch.set_rng_state(state[0])
    if state[1] is not None:
        torch.get_device_module(device).set_rng_state(state[1], device)


def _acts(callback):
    """Return whether a callback affects the weights and must run in all processes, unlike those that report."""
    ours = type(callback).__module__.startswith("sklearn_hash.") and not isinstance(callback, _REPORTS)
    return ours or isinstance(callback, _ACTS)
