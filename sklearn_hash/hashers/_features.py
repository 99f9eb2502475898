"""Base class of the hashers that learn without labels, from the input rows alone."""

from sklearn_hash._compat import _fit_context
from sklearn_hash.hashers._deep import DeepHasher
from sklearn_hash.training import FeatureTargets

__all__ = ["FeatureHasher"]


class FeatureHasher(DeepHasher):
    """Base class of the hashers whose loss takes the centred input rows; y is ignored."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, *, checkpoint=None):
        """Learn hash functions without labels.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with a loader in `images`, or torch Dataset
            Training rows. A memory map is read batch by batch.
        y : None
            Ignored.
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
            If X is not valid, the loss becomes NaN, or the checkpoint is from a fit with other parameters or data. The
            estimator is then left unchanged.
        """
        return super().fit(X, y, checkpoint=checkpoint)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None):
        """Train one more epoch on these rows.

        The first call builds the network. Later calls keep its encoder, code length, loss, optimizer and callbacks,
        even if the parameters of the estimator have changed since. The learning rate is constant and no rows are held
        out for validation.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with a loader in `images`, or torch Dataset
            Training rows. The standardisation is computed from those of the first call; the loss takes the rows of
            each call centred by their own mean.
        y : None
            Ignored.

        Returns
        -------
        self : object
        """
        return self._train_epoch(X, None)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        return tags

    def _check_targets(self, y, rows):
        return FeatureTargets(len(rows), rows.moments()[0]), None
