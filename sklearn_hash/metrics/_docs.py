"""Docstring text that several measures share."""

from sklearn_hash._docstrings import documenter

__all__ = ["document"]

_TEXTS = {
    "codes and labels": """\
        query_codes : array-like of shape (n_queries, n_bits)
            Bits, signs or real values (a bit is set where the value is positive), or packed bytes with
            ``packed=True``.
        y_query : array-like of shape (n_queries,) or {array-like, sparse matrix} of shape (n_queries, n_labels)
            Class labels, or a multi-label indicator of 0 and 1. A row of zeros shares no label with any row.
        database_codes : array-like of shape (n_database, n_bits), default=None
            Codes of the database. If None, each query searches all other queries (leave-one-out).
        y_database : array-like or sparse matrix with n_database rows, default=None
            Labels of the database, in the form of ``y_query``.
        """,
    "codes": """\
        codes : array-like of shape (n, n_bits)
            Bits, signs or real values (a bit is set where the value is positive), or packed bytes with
            ``packed=True``.
        packed : bool, default=False
            Whether the codes are packed bytes.
        n_bits : int, default=None
            Code length; needed for packed codes whose length is not a multiple of 8.
        """,
    "ties": """\
        ties : {"expected", "index"}, default="expected"
            How rows at equal distance are ordered. ``"expected"`` is the exact expectation over all orders of tied
            rows. ``"index"`` ranks tied rows in the order of the database, as a stable argsort of the distances does;
            the score then changes if the database is shuffled.
        """,
    "gain": """\
        gain : {"linear", "exponential"} or callable, default="linear"
            Gain of a row that shares r labels with the query: r for ``"linear"``, ``2 ** r - 1`` for
            ``"exponential"``, or a callable that takes an array of numbers of shared labels and returns non-negative
            gains, with 0 for r = 0.
        """,
    "metric": """\
        metric : str or callable, default="cosine"
            "cosine", "euclidean", "inner_product" (the nearest rows have the largest inner product), or any other
            metric of :func:`sklearn.metrics.pairwise_distances`. For dense rows, the first three are computed by a
            faster algorithm, based on matrix products.
        """,
    "metric jobs": """\
        n_jobs : int, default=None
            Number of threads for all metrics but these three: None means 1 unless in a :obj:`joblib.parallel_config`
            context, -1 means all processors.
        """,
    "zero_division": """\
        zero_division : float between 0 and 1, or np.nan, default=0.0
            Score of a query without any relevant row in the database. With NaN, such queries are left out of the mean.
        """,
    "zero_division of gains": """\
        zero_division : float between 0 and 1, or np.nan, default=0.0
            Score of a query for which no row of the database has a positive gain. With NaN, such queries are left out
            of the mean.
        """,
    "packing": """\
        packed : bool, default=False
            Whether the codes are packed bytes.
        n_bits : int, default=None
            Code length; needed for packed codes whose length is not a multiple of 8.
        n_jobs : int, default=None
            Number of threads: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all processors.
        """,
    "score": """\
        score : float
            Mean over the queries; NaN if no query has a score.

        Raises
        ------
        ValueError
            If codes or labels are not valid or not consistent with each other.
        """,
}

document = documenter(_TEXTS)
