"""Base class of the hashers that learn from pairs of rows, whose similarity is given by y or by `similarity`."""

from sklearn_hash._compat import StrOptions
from sklearn_hash.hashers._deep import DeepHasher
from sklearn_hash.training import make_targets, map_against

__all__ = ["PairHasher"]

_LABEL_SIMILARITIES = {"share", "jaccard", "cosine"}


class PairHasher(DeepHasher):
    """Base class of the hashers whose loss takes a similarity matrix."""

    _parameter_constraints: dict = {
        **DeepHasher._parameter_constraints,
        "similarity": [
            StrOptions(_LABEL_SIMILARITIES | {"precomputed"}),
            "array-like",
            "sparse matrix",
            callable,
        ],
    }

    def __init__(self, *, similarity, **shared):
        super().__init__(**shared)
        self.similarity = similarity

    def score(self, X, y=None):
        """Compute the mean average precision with every row as a query against all other rows.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Rows, in any form that ``fit`` accepts.
        y : array-like or sparse matrix
            As for ``fit``.

        Returns
        -------
        score : float
            Mean average precision over the whole ranking, as the exact expectation over the orders of tied distances.
            A row without any similar row counts as 0.
        """
        z = self._encode(X)
        targets, _ = self._check_targets(y, z)
        return map_against(z, targets)

    def _check_targets(self, y, rows):
        if y is None or (isinstance(self.similarity, str) and self.similarity in _LABEL_SIMILARITIES):
            y = self._check_labels(y, rows)
        return make_targets(y, self.similarity, len(rows))
