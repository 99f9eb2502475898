"""The score of a re-ranked search: recall of true neighbours."""

from copy import copy

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash.metrics import true_neighbors
from sklearn_hash.neighbors._candidates import CandidateSearch
from sklearn_hash.neighbors._vector_parts import Part

__all__ = ["RecallScoreMixin"]


class RecallScoreMixin(CandidateSearch):
    """Mixin for the recall of true neighbours, on rows that are hashed and searched like the fitted ones."""

    def score(self, X, y=None):
        """Compute the recall of true neighbours with every row of X as a query against all other rows of X.

        The rows of X are hashed, stored and searched in the same stages as the fitted ones (leave-one-out); the fitted
        rows are not searched. The true neighbours are the ``n_neighbors`` nearest by the vectors as given, so that the
        score is defined for every choice of ``vectors``. Scores are comparable between sets of the same size.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), path of a .npy file, or Arrow column
            Vectors; more rows than ``n_neighbors``.
        y : None
            Ignored.

        Returns
        -------
        recall : float
            Mean fraction of the true neighbours that a search finds, between 0 and 1.

        Raises
        ------
        ValueError
            If X is not valid or has too few rows.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from sklearn_hash import ITQHasher, RerankedNeighbors
        >>> X, _ = load_digits(return_X_y=True)
        >>> search = RerankedNeighbors(ITQHasher(32, random_state=0), oversample=2).fit(X[500:])
        >>> round(search.score(X[:500]), 2)
        0.83
        """
        check_is_fitted(self)
        X = self._check_rows(X)
        k = self.n_neighbors
        true = true_neighbors(X.astype(np.float32) if X.dtype.itemsize < 4 else X, n_neighbors=k, metric=self.metric)
        judged = copy(self)
        judged._store([Part(X)], None, None if self._vectors is None else self._vectors.quantizer)
        _, found = judged._search(X, k, None, itself=np.arange(len(X)))
        return float((found[:, :, None] == true[:, None, :]).any(axis=2).mean())
