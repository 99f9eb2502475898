"""Hashers that learn without labels: their loss asks the codes to keep what is near in the input."""

from sklearn_hash._compat import _fit_context
from sklearn_hash.hashers._deep import DeepHasher
from sklearn_hash.training import FeatureTargets

__all__ = ["FeatureHasher"]


class FeatureHasher(DeepHasher):
    """Base of the hashers whose loss takes the centred input rows; y is not used."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learn hash functions without labels.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with `loader`, or torch Dataset
            Training rows.
        y : None
            Not used.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X is not valid or the loss turns NaN. The estimator is then what it was before.
        """
        return super().fit(X, y)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None):
        """Train one epoch on these rows, from where training stands.

        The first call builds the network; later calls keep its encoder, code length, loss, optimizer and callbacks,
        whatever the parameters have become. The learning rate stays constant and no rows are held out.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with `loader`, or torch Dataset
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
        return FeatureTargets(rows, rows.moments()[0]), None
