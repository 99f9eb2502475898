"""Parts of docstrings that several measures share."""

from sklearn_hash._docstrings import documenter

__all__ = ["document"]

_TEXTS = {
    "codes and labels": """\
        query_codes : array-like of shape (n_queries, n_bits)
            Codes of any form that :mod:`sklearn_hash.codes` reads, or packed bytes with ``packed=True``.
        y_query : array-like of shape (n_queries,) or {array-like, sparse matrix} of shape (n_queries, n_labels)
            Class labels of any kind, or a multi-label indicator of 0 and 1. A row of zeros shares no label with
            any row.
        database_codes : array-like of shape (n_database, n_bits), default=None
            The codes searched. When left out, each query searches all the other queries (leave-one-out).
        y_database : array-like or sparse matrix with n_database rows, default=None
            Labels of the database, in the form of ``y_query``.
        """,
    "codes": """\
        codes : array-like of shape (n, n_bits)
            Codes of any form that :mod:`sklearn_hash.codes` reads, or packed bytes with ``packed=True``.
        packed : bool, default=False
            Whether the codes are packed bytes.
        n_bits : int, default=None
            Length of the codes; needed for packed codes when it is not a multiple of 8.
        """,
    "ties": """\
        ties : {"expected", "index"}, default="expected"
            The exact expectation over the orders of tied rows, or tied rows in the order of the database, as in a
            stable argsort of distances. The latter score changes if the database is shuffled.
        """,
    "gain": """\
        gain : {"linear", "exponential"} or callable, default="linear"
            Gain of a row that shares r labels with the query: r, ``2 ** r - 1``, or a function of an array of such
            numbers, which must return non-negative gains, and 0 for r = 0.
        """,
    "metric": """\
        metric : str or callable, default="cosine"
            "cosine", "euclidean", "inner_product" (the nearest rows have the largest product), or any metric of
            :func:`sklearn.metrics.pairwise_distances`. The three named ones take about as long as a matrix product.
        """,
    "metric jobs": """\
        n_jobs : int, default=None
            Number of threads, in joblib's sense, for other metrics than these three.
        """,
    "zero_division": """\
        zero_division : float between 0 and 1, or np.nan, default=0.0
            Score of a query to which no row of the database is relevant; with NaN such queries are left out of the
            mean.
        """,
    "packing": """\
        packed : bool, default=False
            Whether the codes are packed bytes.
        n_bits : int, default=None
            Length of the codes; needed for packed codes when it is not a multiple of 8.
        n_jobs : int, default=None
            Number of threads, in joblib's sense.
        """,
    "score": """\
        score : float
            NaN when no query has a score.

        Raises
        ------
        ValueError
            If codes or labels are malformed, or do not fit each other.
        """,
}

document = documenter(_TEXTS)
