"""The score of a searcher: mean average precision of queries against the fitted rows."""

from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.metrics._relevance import check_same_kind, check_y
from sklearn_hash.neighbors._fitted_codes import FittedCodes

__all__ = ["AveragePrecisionMixin"]


class AveragePrecisionMixin(FittedCodes):
    """Mixin for the mean average precision of fitted codes with labels."""

    def score(self, X, y):
        """Compute the mean average precision of queries against the fitted rows.

        It is computed over the whole ranking, as the expectation over the orders of tied rows; see
        :func:`~sklearn_hash.metrics.mean_average_precision`.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            Query codes.
        y : {array-like, sparse matrix} of shape (n_queries,) or (n_queries, n_labels)
            Labels of the queries, of the kind given to ``fit``. A row is relevant to a query if they share a label.

        Returns
        -------
        score : float
            Mean average precision, between 0 and 1; higher is better.

        Raises
        ------
        ValueError
            If no labels were passed to ``fit``, there is no query, or ``y`` does not match ``X`` or the labels of the
            fitted rows.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors().fit([[0, 0, 0], [0, 0, 1], [1, 1, 1]], ["a", "b", "b"])
        >>> search.score([[1, 1, 1]], ["b"])
        1.0
        """
        labels = self.labels_
        if labels is None:
            raise ValueError("score needs the labels of the fitted rows: give y to fit.")
        queries, codes = self._queries(X), self._fitted_codes()
        if len(queries) == 0:
            raise ValueError("X must hold at least one query to be scored; got none.")
        y = check_y(y, len(queries), "y", "X")
        labels = check_y(labels, len(codes), "y given to fit", "the codes")
        check_same_kind(y, labels, "y and the y given to fit")
        return mean_average_precision(queries, y, codes, labels, packed=True, n_bits=self.n_bits_, n_jobs=self.n_jobs)
