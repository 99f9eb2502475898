"""Learning-rate schedule, continuation, validation and progress bar, as skorch callbacks."""

import math
from copy import deepcopy

import numpy as np
from skorch.callbacks import Callback
from tqdm.auto import tqdm

from sklearn_hash.training._feature_targets import FeatureTargets
from sklearn_hash.training._validation import map_against

__all__ = ["Continuation", "CosineSchedule", "FitProgressBar", "ValidationStopping"]


class CosineSchedule(Callback):
    """Anneal the learning rates to zero by a cosine schedule over the steps of the fit.

    In ``partial_fit``, where the number of steps is not known, the learning rates are constant.

    Examples
    --------
    It is a default callback, ``lr_schedule``, which ``callbacks__lr_schedule=None`` turns off.

    >>> from sklearn_hash import HashNetHasher
    >>> hasher = HashNetHasher(8, max_epochs=2, device="cpu", random_state=0).fit([[0.0], [1.0]] * 8, [0, 1] * 8)
    >>> hasher.net_.optimizer_.param_groups[0]["lr"] < hasher.lr
    True
    """

    def on_batch_begin(self, net, training=None, **kwargs):
        """Set the learning rates of the next step."""
        if training:
            factor = 1.0 if net.open_ended_ else 0.5 * (1 + math.cos(math.pi * net.step_ / net.n_steps_))
            for group in net.optimizer_.param_groups:
                group["lr"] = factor * group.setdefault("initial_lr", group["lr"])


class Continuation(Callback):
    """Increase beta of tanh(beta z) in stages until it is close to the sign function, as in HashNet.

    In stage s of S, ``beta = (1 + (end ** 2 - 1) t) ** 0.5`` with ``t = s / (S - 1)``. All stages have an equal share
    of the steps of the fit, so that beta is 1 in the first stage and ``end`` in the last one for any number of epochs.
    ``schedule="linear"`` and ``"geometric"`` interpolate beta and its logarithm instead.

    Parameters
    ----------
    end : float, default=7.0
        Value of beta in the last stage.
    schedule : {"sqrt", "linear", "geometric"}, default="sqrt"
        Schedule of beta.
    n_stages : int, default=10
        Maximum number of stages; a fit with fewer steps has one stage per step.

    Examples
    --------
    >>> from sklearn_hash.training import Continuation
    >>> [Continuation(end=7.0, schedule="linear", n_stages=3).beta_at(step, 6) for step in range(6)]
    [1.0, 1.0, 4.0, 4.0, 7.0, 7.0]
    """

    def __init__(self, end=7.0, schedule="sqrt", n_stages=10):
        self.end = end
        self.schedule = schedule
        self.n_stages = n_stages

    def beta_at(self, step, n_steps):
        """Return the beta of a step; steps after the end of the fit have the last beta.

        Parameters
        ----------
        step : int
            Number of the step, from 0.
        n_steps : int
            Number of steps of the whole fit.

        Returns
        -------
        beta : float
        """
        n_stages = min(self.n_stages, n_steps)
        stage = min(step * n_stages // n_steps, n_stages - 1)
        t = stage / (n_stages - 1) if n_stages > 1 else 1.0
        if self.schedule == "linear":
            return 1.0 + (self.end - 1.0) * t
        if self.schedule == "geometric":
            return self.end**t
        return math.sqrt(1.0 + (self.end**2 - 1.0) * t)

    def on_batch_begin(self, net, training=None, **kwargs):
        """Set the beta of the next step."""
        if training:
            net.criterion_.set_beta(self.beta_at(net.step_, net.n_steps_))

    def on_epoch_end(self, net, **kwargs):
        """Record the last beta of the epoch in the history."""
        net.history.record("beta", float(net.criterion_.beta))


class ValidationStopping(Callback):
    """Stop when the validation mAP no longer improves, and restore the weights of the best epoch.

    The validation rows are the queries and the training rows are the database, as in the evaluation protocol of the
    papers but without the test set. Without labels, the validation loss is used.

    Parameters
    ----------
    patience : int, default=10
        Number of epochs without improvement after which training stops.

    Examples
    --------
    It is a default callback, ``validation``, which works with ``validation_fraction``.

    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import HashNetHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = HashNetHasher(validation_fraction=0.1, max_epochs=2, device="cpu", random_state=0)
    >>> hasher = hasher.set_params(callbacks__validation__patience=1).fit(X[:200], y[:200])
    >>> [0 < score <= 1 for score in hasher.net_.history[:, "valid_map"]]
    [True, True]
    """

    def __init__(self, patience=10):
        self.patience = patience

    def on_train_begin(self, net, **kwargs):
        """Reset the state of earlier fits."""
        self.best_score_ = -np.inf
        self.best_epoch_ = 0
        self.best_state_ = None

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Score the epoch, and stop training after `patience` epochs without improvement."""
        if dataset_valid is None:
            return
        score = self._score(net, dataset_train, dataset_valid)
        if score > self.best_score_:
            self.best_score_, self.best_epoch_ = score, len(net.history)
            self.best_state_ = deepcopy((net.module_.state_dict(), net.criterion_.state_dict()))
        elif len(net.history) - self.best_epoch_ >= self.patience:
            raise KeyboardInterrupt

    def _score(self, net, dataset_train, dataset_valid):
        if isinstance(dataset_valid.targets, FeatureTargets):
            return -net.history[-1, "valid_loss"]
        queries, database = map(net.outputs_after_epoch, (dataset_valid, dataset_train))
        score = map_against(queries, dataset_valid.targets, database, dataset_train.targets)
        net.history.record("valid_map", score)
        net.history.record("valid_map_best", score > self.best_score_)
        return score

    def on_train_end(self, net, **kwargs):
        """Restore the weights of the best epoch."""
        if self.best_state_ is not None:
            module_state, criterion_state = self.best_state_
            net.module_.load_state_dict(module_state)
            net.criterion_.load_state_dict(criterion_state)
            self.best_state_ = None


class FitProgressBar(Callback):
    """Show a progress bar for the whole fit, with the epochs, the loss and, if there is one, the validation mAP.

    Parameters
    ----------
    label : str, default=""
        Text before the bar.

    Examples
    --------
    ``verbose=1`` adds it.

    >>> from sklearn_hash.training import FitProgressBar
    >>> FitProgressBar("HashNetHasher").label
    'HashNetHasher'
    """

    def __init__(self, label=""):
        self.label = label

    def on_train_begin(self, net, **kwargs):
        """Open the progress bar."""
        self.bar_ = tqdm(total=1 if net.open_ended_ else net.max_epochs, desc=self.label, unit="epoch", leave=False)

    def on_epoch_end(self, net, **kwargs):
        """Advance the progress bar by one epoch."""
        shown = {"loss": f"{net.history[-1]['train_loss']:.4f}"}
        if "valid_map" in net.history[-1]:
            shown["valid mAP"] = f"{net.history[-1]['valid_map']:.4f}"
        self.bar_.set_postfix(shown, refresh=False)
        # A fit that was resumed from a checkpoint has more epochs in its history than the bar has counted.
        self.bar_.update(1 if net.open_ended_ else len(net.history) - self.bar_.n)

    def on_train_end(self, net, **kwargs):
        """Close the progress bar."""
        self.bar_.close()

    def __getstate__(self):
        # A progress bar cannot be pickled, and later training does not continue it.
        return {name: value for name, value in vars(self).items() if name != "bar_"}
