"""Base class of the hashers that learn from labels, with a loss that has a centre or a weight vector per class."""

import numpy as np

from sklearn_hash._class_labels import plain_labels
from sklearn_hash._compat import _fit_context
from sklearn_hash.hashers._deep import DeepHasher
from sklearn_hash.training import LabelTargets, make_targets

__all__ = ["LabelHasher"]


class LabelHasher(DeepHasher):
    """Base class of the hashers whose loss takes class numbers or a multi-label indicator."""

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None):
        """Train one more epoch on these rows.

        The first call builds the network. Later calls keep its encoder, code length, loss, optimizer and callbacks,
        even if the parameters of the estimator have changed since. The learning rate is constant and no rows are held
        out for validation.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with a loader in `images`, torch Dataset, or dict of token ids
            Training rows. The standardisation is computed from those of the first call.
        y : array-like or sparse matrix
            As for ``fit``.
        classes : array-like of shape (n_classes,), default=None
            All classes that will occur in any call. Needed in the first call if its y lacks some of them, since the
            loss has parameters for each class. Not needed for an indicator, which has a column for each class.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If y has a class that the first call neither had nor listed in `classes`, or if `classes` differs from that
            of the first call.
        """
        if classes is not None:
            classes = np.unique(plain_labels(np.asarray(classes), "classes"))
            self._check_announced(classes)
        return self._train_epoch(X, y, classes)

    def _check_announced(self, classes):
        if hasattr(self, "net_") and not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"classes must be those of the first call, {self.classes_.tolist()}; got {classes.tolist()}. Call fit "
                "to begin anew."
            )

    def _check_targets(self, y, rows):
        return make_targets(self._check_labels(y, rows), "share", len(rows))

    def _learn_classes(self, targets, present, known):
        """Number the classes of y as the loss does."""
        self.classes_ = present if known is None else known
        if isinstance(targets, LabelTargets):
            new = np.setdiff1d(present, self.classes_)
            if len(new):
                raise ValueError(
                    f"y has the class {new.tolist()[0]!r}, but the loss was built for {self.classes_.tolist()}. "
                    "Name all classes in the first call: partial_fit(X, y, classes=[...])."
                )
            return LabelTargets(np.searchsorted(self.classes_, present)[targets.labels])
        if len(present) != len(self.classes_):
            raise ValueError(
                f"y has {len(present)} label columns, but the loss was built for {len(self.classes_)} classes. Pass an "
                "indicator with a column for each."
            )
        return targets
