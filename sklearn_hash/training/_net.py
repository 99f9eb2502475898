"""Net based on skorch, with its history and callbacks but less overhead per row and per module."""

import dis
import math
import warnings
from contextlib import contextmanager
from copy import deepcopy

import torch
from sklearn.exceptions import ConvergenceWarning
from skorch import NeuralNet
from skorch.callbacks import Callback, EpochTimer, PassthroughScoring

from sklearn_hash.training._batches import BatchIterator, HashingDataset
from sklearn_hash.training._make_rows import make_rows
from sklearn_hash.training._overlap import on_device

__all__ = ["HashingNet"]

_LOSSES = ("train_loss", "valid_loss")

# Number of losses before they are read from the device. Many small tensors would fragment its memory.
_WAITING_LOSSES = 256


def _listens(callback, method):
    """Return whether a callback overrides a hook."""
    return getattr(type(callback), method, None) is not getattr(Callback, method)


def _ends_training(interrupt):
    """Return whether a callback raised the KeyboardInterrupt itself, as opposed to Ctrl-C."""
    trace = interrupt.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return code.co_name == "on_epoch_end" and dis.opname[code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"


def _record_batches(rows, prefix, losses, sizes):
    """Record losses and batch sizes in the last epoch of the history."""
    if losses:
        for row, loss, size in zip(rows[-len(sizes) :], torch.stack(losses).tolist(), sizes, strict=True):
            row[f"{prefix}_loss"], row[f"{prefix}_batch_size"] = loss, size
        losses.clear()
        sizes.clear()


class HashingNet(NeuralNet):
    """Skorch net for hashing, in which a batch is (rows, target) and the criterion is ``loss(z, target)``.

    The criterion declares the kind of target that it takes. Differences from skorch: losses are read from the device
    many at a time (on a GPU, every ``.item()`` waits for the device), callbacks are called only for hooks that they
    override, training or evaluation mode is set only if it changes, and an interruption by the user raises a warning.

    Attributes
    ----------
    step_, n_steps_ : int
        Number of steps done, and number of steps in ``max_epochs``.
    open_ended_ : bool
        Whether the number of epochs is unknown, as in ``partial_fit`` of an estimator.
    """

    criterion_: torch.nn.Module

    @property
    def _default_callbacks(self):
        scores = [(name, PassthroughScoring(name=name, on_train=name == "train_loss")) for name in _LOSSES]
        return [("epoch_timer", EpochTimer()), *scores]

    def initialize(self):
        """Initialize every component, at the start of training."""
        self.step_, self.n_steps_ = 0, 0
        self.open_ended_ = False
        self._listeners, self._outputs = {}, {}
        return super().initialize()

    @contextmanager
    def unchanged_on_failure(self):
        """Restore weights, optimizer state and history if training in this block fails."""
        parts = (self.module_, self.criterion_, self.optimizer_)
        states = [deepcopy(part.state_dict()) for part in parts]
        n_epochs = len(self.history)
        try:
            yield self
        except BaseException:
            for part, state in zip(parts, states, strict=True):
                part.load_state_dict(state)
            del self.history[n_epochs:]
            raise

    def replace_loss(self, loss):
        """Use another loss from now on; the optimizer forgets the weights of the one before.

        Parameters
        ----------
        loss : nn.Module
        """
        old = set(self.criterion_.parameters())
        for group in self.optimizer_.param_groups:
            group["params"] = [weight for weight in group["params"] if weight not in old]
        for weight in old & set(self.optimizer_.state):
            del self.optimizer_.state[weight]
        self.criterion_ = self.torch_compile(loss.to(self.device), name="criterion")
        self.criterion = type(loss)

    def notify(self, method_name, **cb_kwargs):
        """Call a hook of the net and of the callbacks that override it."""
        getattr(self, method_name)(self, **cb_kwargs)
        try:
            for callback in self._listening(method_name):
                getattr(callback, method_name)(self, **cb_kwargs)
        except KeyboardInterrupt as interrupt:
            self.stopped_by_callback_ = _ends_training(interrupt)
            raise

    def _listening(self, method_name):
        """Return the callbacks that override a hook; cached, which saves some ten microseconds per step."""
        if method_name not in self._listeners:
            listening = [callback for _, callback in self.callbacks_ if _listens(callback, method_name)]
            self._listeners[method_name] = listening
        return self._listeners[method_name]

    def forget_listeners(self):
        """Clear the cached callbacks after they have changed."""
        self._listeners = {}

    def partial_fit(self, X, y=None, classes=None, epochs=None, **fit_params):
        """Train up to ``max_epochs``, or for ``epochs`` more epochs if the total number is not known."""
        self.open_ended_ = epochs is not None
        self.forget_listeners()
        return super().partial_fit(X, y, classes=classes, epochs=epochs, **fit_params)

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train; an interruption by the user ends the training with a warning."""
        self.stopped_by_callback_ = False
        n_epochs = len(self.history)
        epochs = self.max_epochs - n_epochs if epochs is None else epochs
        try:
            return super().fit_loop(X, y, epochs=epochs, **fit_params)
        except KeyboardInterrupt:
            if not self.stopped_by_callback_:
                self._drop_broken_epoch()
                warnings.warn(
                    f"Training was interrupted after {len(self.history) - n_epochs} of {epochs} epochs; the weights "
                    "reached so far are kept.",
                    ConvergenceWarning,
                    stacklevel=2,
                )
            return self

    def _drop_broken_epoch(self):
        """Remove an incomplete epoch from the history."""
        if self.history and "train_loss" not in self.history[-1]:
            self.history.pop()

    def get_iterator(self, dataset, training=False):
        """Return the batches of a dataset, with the kind of target that the criterion needs."""
        return super().get_iterator(dataset.asked(self.criterion_.target), training=training)

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Run one epoch over all batches; losses are read from the device many at a time."""
        if iterator is None:
            return
        n_batches, epoch = len(iterator), len(self.history) - 1
        heard_before, heard_after = self._listening("on_batch_begin"), self._listening("on_batch_end")
        rows, losses, sizes = self.history[-1]["batches"], [], []
        if training:
            # Assumes that all epochs are like this one; calls of partial_fit may differ in their number of rows.
            self.n_steps_ = self.max_epochs * n_batches
        for i, batch in enumerate(on_device(iterator, torch.device(self.device))):
            if training:
                object.__setattr__(self, "step_", epoch * n_batches + i)  # avoids the checks of skorch
            rows.append({})
            if heard_before:
                self.notify("on_batch_begin", batch=batch, training=training)
            step = step_fn(batch, **fit_params)
            losses.append(step["loss"].detach())
            sizes.append(len(batch[1]))  # in a distributed fit, each process has only a part of the rows
            if heard_after or len(losses) == _WAITING_LOSSES:
                _record_batches(rows, prefix, losses, sizes)
            if heard_after:
                self.notify("on_batch_end", batch=batch, training=training, **step)
        _record_batches(rows, prefix, losses, sizes)
        self.history.record(f"{prefix}_batch_count", i + 1)
        if training:
            self._check_finite()

    def _check_finite(self):
        """Raise an error if a loss or a weight is not finite."""
        losses = self.history[-1, "batches", :, "train_loss"]
        broken = next((f"loss turned {loss}" for loss in losses if not math.isfinite(loss)), None)
        weights = torch.stack([weight.isfinite().all() for weight in self.module_.parameters()])
        if broken or not weights.all():
            raise ValueError(
                f"The training {broken or 'weights turned NaN or infinite'} in epoch {len(self.history)} with "
                f"lr={self.lr:g}. Lower 'lr', scale the input, or bound the gradient with "
                "net_params={'callbacks': [skorch.callbacks.GradientNormClipping(1.0)]}."
            )

    def train_step(self, batch, **fit_params):
        """Take one optimizer step, without the closure, which only LBFGS needs."""
        self._set_training(True)
        # Like zero_grad, but without the profiler of torch, which takes longer than the rest of this method.
        for group in self.optimizer_.param_groups:
            for parameter in group["params"]:
                parameter.grad = None
        z = self.infer(batch[0], **fit_params)
        loss = self.get_loss(z, batch[1], X=batch[0], training=True)
        self.backpropagate(loss)
        if self._listening("on_grad_computed"):
            parameters = list(self.get_all_learnable_params())
            self.notify("on_grad_computed", named_parameters=parameters, batch=batch, training=True)
        self.optimizer_.step()
        return {"loss": loss, "y_pred": z}

    def backpropagate(self, loss):
        """Compute the gradients of the loss of a batch.

        Parameters
        ----------
        loss : tensor
        """
        loss.backward()

    def on_batch_begin(self, net, **kwargs):
        """Do nothing, since the batch is already in the history."""

    def on_epoch_begin(self, net, **kwargs):
        """Start the history of the epoch, and drop the cached outputs of the previous one."""
        self._outputs = {}
        super().on_epoch_begin(net, **kwargs)

    def on_train_end(self, net, **kwargs):
        """Release the objects that are needed only for training."""
        self._outputs = {}
        super().on_train_end(net, **kwargs)

    def outputs_after_epoch(self, dataset):
        """Return the hash-layer output of a dataset, computed once per epoch for all callbacks.

        Parameters
        ----------
        dataset : HashingDataset

        Returns
        -------
        z : ndarray of shape (n, n_bits), float32
        """
        if id(dataset) not in self._outputs:
            self._outputs[id(dataset)] = self.forward(dataset).numpy()
        return self._outputs[id(dataset)]

    def get_dataset(self, X, y=None):
        """Wrap rows as a dataset, so that the methods of skorch also take plain rows."""
        return X if isinstance(X, HashingDataset) else HashingDataset(make_rows(X))

    def forward(self, X, training=False, device="cpu"):
        """Return the hash-layer output of rows, of shape (n, n_bits), with a single copy from the device."""
        X = self.get_dataset(X)
        self._set_training(training)
        z, start = None, 0
        with torch.set_grad_enabled(training):
            if not training and self._is_one_batch(X):
                return self.infer(X.read(slice(0, len(X)))).to(device)
            for batch in on_device(self.get_iterator(X, training=training), torch.device(self.device)):
                part = self.infer(batch[0])
                if z is None:
                    z = part.new_empty((len(X), *part.shape[1:]))
                z[start : start + len(part)] = part
                start += len(part)
        return z if z is None else z.to(device)

    def _is_one_batch(self, X):
        """Return whether rows in memory fit in one batch, for which an iterator would be slower than the network."""
        plain = self.iterator_valid is BatchIterator and not X.rows.reads
        return plain and len(X) <= self.iterator_valid__batch_size

    def _set_training(self, training=True):
        """Set training or evaluation mode if it changes."""
        for name in self._modules + self._criteria:
            module = getattr(self, f"{name}_")
            if module.training != training:
                module.train(training)

    def infer(self, x, **fit_params):
        """Return the hash-layer output of a batch, which is converted to float32 on the device."""
        if x.device != self.device:
            x = x.to(self.device, non_blocking=True)
        return self.module_(x, **fit_params)

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the loss of a batch."""
        return self.criterion_(y_pred, y_true.to(y_pred.device, non_blocking=True))

    def get_all_learnable_params(self):
        """Return the learnable parameters with their names; those of a compiled module have the original names."""
        frozen = set(self.module_.encoder.parameters()) if self.module_.frozen else ()
        for name, parameter in super().get_all_learnable_params():
            if parameter not in frozen:
                yield name.removeprefix("_orig_mod."), parameter
