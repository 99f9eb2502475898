"""Base class of the asymmetric hashers: a network for queries, and codes of the training rows learned directly."""

import torch
from skorch.callbacks import Callback

from sklearn_hash._compat import _fit_context
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.training import HashingDataset, isolated

__all__ = ["Alternation", "AsymmetricHasher"]


class Alternation(Callback):
    """Callback that learns the codes of all rows before each epoch, from the current outputs of the network."""

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Learn the codes of the training rows, and those of the validation rows if there are any."""
        for training, dataset in ((True, dataset_train), (False, dataset_valid)):
            if dataset is not None:
                outputs, labels = outputs_and_labels(net, dataset)
                net.criterion_.train(training)
                net.criterion_.learn_codes(outputs, labels)


def outputs_and_labels(net, dataset):
    """Return the hash-layer outputs and the labels of all rows of a data set, on the device of the net."""
    labels = dataset.targets.labels_of(slice(None)).to(net.device)
    return net.forward(HashingDataset(dataset.rows), device=net.device), labels


class AsymmetricHasher(LabelHasher):
    """Base class of the hashers whose loss learns a code for every training row in addition to the network."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, *, checkpoint=None):
        """Learn hash functions and the codes of the training rows.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with a loader in `images`, or torch Dataset
            Training rows. A memory map is read batch by batch.
        y : array-like or sparse matrix
            Class labels of any kind, (n,), or a multi-label indicator, (n, n_labels).
        checkpoint : str or Path, default=None
            Directory for the training state, which is saved after every epoch; use a separate directory for each fit.
            If it holds the state of a fit with the same parameters and data, training resumes from it and gives the
            same codes as without the interruption. If that fit was complete, its result is only loaded.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X or y is not valid, the pairs of rows carry no information (for example because all are similar), the
            loss becomes NaN, or the checkpoint is from a fit with other parameters or data. The estimator is then left
            unchanged.
        """
        with self._unchanged_on_failure():
            super().fit(X, y, checkpoint=checkpoint)
            return self._learn_train_codes(X, y)

    def _train_epoch(self, X, y, classes=None):
        with self._unchanged_on_failure():
            super()._train_epoch(X, y, classes)
            return self._learn_train_codes(X, y)

    def _make_callbacks(self):
        return [("alternation", Alternation())]

    def _learn_train_codes(self, X, y):
        """Learn the codes of the last training rows, including validation rows, from the trained network."""
        rows = self._check_rows(X, reset=False)
        targets, present = self._check_targets(y, rows)
        targets = self._learn_classes(targets, present, self.classes_)
        net = self.net_
        with isolated(torch.device(net.device), self._seed):
            codes = net.criterion_.learn_codes(*outputs_and_labels(net, HashingDataset(rows, targets)))
        net.criterion_.forget()
        self.train_codes_ = self._as_output(codes.cpu().numpy())
        return self
