"""Callback that computes a measure of retrieval on the validation rows after each epoch."""

import numpy as np
from skorch.callbacks import Callback

from sklearn_hash.metrics._scorer import bind_metric

__all__ = ["RetrievalScoring"]


class RetrievalScoring(Callback):
    """Score each epoch on the validation rows and record the score in the history.

    The validation rows are the queries and the training rows are the database. Each epoch of the history has the score
    under its name and, under ``<name>_best``, whether it is the best so far, for callbacks that keep the best epoch.
    ``partial_fit``, which holds no rows out, computes no score. The last epoch has no score if an earlier callback,
    such as early stopping, ends the training in it.

    Parameters
    ----------
    metric : str or callable, default="mean_average_precision"
        Measure in :mod:`sklearn_hash.metrics`, as for :func:`~sklearn_hash.metrics.make_retrieval_scorer`.
    name : str, default=None
        Name in the history; by default "valid_" and the name of the measure.
    k : int, default=None
        Number of rows retrieved; by default that of the measure.
    radius : int, default=None
        Largest distance of a retrieved row, in bits; by default that of the measure.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import HashNetHasher
    >>> from sklearn_hash.training import RetrievalScoring
    >>> X, y = load_digits(return_X_y=True)
    >>> scoring = RetrievalScoring("precision_at_k", name="valid_p@100", k=100)
    >>> hasher = HashNetHasher(n_bits=16, max_epochs=3, validation_fraction=0.1, random_state=0)
    >>> hasher = hasher.set_params(callbacks=[scoring])
    >>> len(hasher.fit(X, y).history_[:, "valid_p@100"])
    3
    """

    def __init__(self, metric="mean_average_precision", name=None, k=None, radius=None):
        self.metric = metric
        self.name = name
        self.k = k
        self.radius = radius

    def on_train_begin(self, net, X=None, **kwargs):
        """Reset the state of earlier fits, and check that there are validation rows to score."""
        self.measure_ = bind_metric(self.metric, k=self.k, radius=self.radius)
        self.name_ = self.name or f"valid_{self.measure_.func.__name__}"
        self.best_score_ = -np.inf
        if net.open_ended_:
            return
        if net.train_split is None:
            raise ValueError(
                "RetrievalScoring scores validation rows, but there are none: set validation_fraction of the hasher."
            )
        if not hasattr(X.targets, "labels"):
            raise ValueError("RetrievalScoring goes by labels, but y holds none.")

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Score the epoch."""
        if dataset_valid is None:
            return
        queries, database = map(net.outputs_after_epoch, (dataset_valid, dataset_train))
        score = self.measure_(queries, dataset_valid.targets.labels, database, dataset_train.targets.labels)
        net.history.record(self.name_, score)
        net.history.record(f"{self.name_}_best", score > self.best_score_)
        self.best_score_ = max(self.best_score_, score)
