"""Base class of the hashers that learn without labels, from the input rows alone."""

from sklearn_hash._compat import _fit_context
from sklearn_hash.hashers._deep import DeepHasher
from sklearn_hash.training import FeatureTargets

__all__ = ["FeatureHasher"]


class FeatureHasher(DeepHasher):
    """Base class of the hashers whose loss takes the centred input rows; y is not used."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, *, checkpoint=None):
        """Learn hash functions without labels.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with a loader in `images`, or torch Dataset
            Training rows. Those of a memory map are only read batch by batch.
        y : None
            Not used.
        checkpoint : str or Path, default=None
            Directory in which to leave the state of training after every epoch, one for each fit. Where a fit with the
            same parameters and data has left its own, training goes on from there, and ends with the codes of one that
            was never interrupted; a finished one is only loaded.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X is not valid, the loss turns NaN, or the checkpoint is that of other parameters or data. The estimator
            is then what it was before.
        """
        return super().fit(X, y, checkpoint=checkpoint)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None):
        """Train one more epoch on these rows.

        The first call builds the network; later calls keep its encoder, code length, loss, optimizer and callbacks,
        whatever the parameters have become. The learning rate stays constant and no rows are held out.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with a loader in `images`, or torch Dataset
            Training rows. The first call's decide the standardisation, each call's own mean what its loss compares.
        y : None
            Not used.

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
