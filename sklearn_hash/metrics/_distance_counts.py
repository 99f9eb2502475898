"""Counts of database rows by Hamming distance from each query and number of shared labels."""

import numpy as np

from sklearn_hash._hamming._distinct import distinct_columns, distinct_with_inverse
from sklearn_hash.metrics._relevance import Labels

__all__ = ["mean_over_queries", "score_queries"]

_COUNTS_A_BLOCK = 1 << 18  # maximum number of counts in memory at once


def score_queries(retrieval, score, n_jobs=None, n_kinds=2):
    """Compute ``score(counts)`` of every query from its counts of rows at each distance.

    ``counts`` has shape (n_queries, n_kinds, n_bits + 1) for a block of queries: the numbers of rows that share 0, 1,
    ..., ``n_kinds - 1`` or more labels with the query. Queries with equal code and labels have equal counts and are
    scored only once.
    """
    queries, inverse = _distinct_queries(retrieval)
    scores = [score(counts) for counts in _count_blocks(retrieval, queries, n_kinds, n_jobs)]
    return np.concatenate(scores)[inverse]


def mean_over_queries(retrieval, score, n_jobs=None):
    """Compute the mean over queries of the arrays ``score(counts)``, ignoring NaN; NaN if all scores are NaN.

    Only the scores of one block of queries are held in memory.
    """
    queries, inverse = _distinct_queries(retrieval)
    weights = np.bincount(inverse)
    sums, n_defined, start = np.zeros(()), np.zeros(()), 0
    for counts in _count_blocks(retrieval, queries, 2, n_jobs):
        scores = score(counts)
        weight = weights[start : start + len(scores)].astype(float)
        sums = sums + np.tensordot(weight, np.nan_to_num(scores, nan=0.0), axes=1)
        n_defined = n_defined + np.tensordot(weight, ~np.isnan(scores), axes=1)
        start += len(scores)
    return np.divide(sums, n_defined, out=np.full(np.shape(sums), np.nan), where=n_defined > 0)


def _distinct_queries(retrieval):
    """Return the distinct pairs of code and label among the queries, and the index of the pair of each query."""
    return distinct_with_inverse(np.vstack([retrieval.query_codes, retrieval.query_labels.words]))


def _count_blocks(retrieval, queries, n_kinds, n_jobs):
    """Yield the counts of one block of queries at a time."""
    n_words, multilabel = len(retrieval.query_codes), retrieval.query_labels.multilabel
    count = (_multilabel_counter if multilabel else _class_counter)(retrieval, n_kinds, n_jobs)
    step = max(1, _COUNTS_A_BLOCK // ((retrieval.n_bits + 1) * n_kinds))
    for start in range(0, queries.shape[1], step):
        block = slice(start, start + step)
        codes, labels = queries[:n_words, block], Labels(queries[n_words:, block], multilabel)
        counts = count(codes, labels)
        if retrieval.leave_one_out:
            counts[np.arange(len(counts)), np.minimum(labels.n_labels(), n_kinds - 1), 0] -= 1
        yield counts


def _class_counter(retrieval, n_kinds, n_jobs):
    """Return a function that counts the rows of other classes and of the query's class, for class labels."""
    from sklearn_hash._hamming._histogram import distance_histograms  # loads numba

    all_codes, all_weights = distinct_columns(retrieval.database_codes)
    classes = retrieval.database_labels.words[0]
    order = np.argsort(_narrow(classes), kind="stable")
    by_class, classes = np.take(retrieval.database_codes, order, axis=1), classes[order]

    def histograms(queries, codes, weights):
        return distance_histograms(queries, codes, weights, retrieval.n_bits, n_jobs=n_jobs)[:, 0]

    def count(queries, labels):
        counts = np.zeros((queries.shape[1], n_kinds, retrieval.n_bits + 1), dtype=np.int64)
        for label in np.unique(labels.words[0]):
            rows = np.flatnonzero(labels.words[0] == label)
            start, stop = (np.searchsorted(classes, label, side) for side in ("left", "right"))
            counts[rows, 1] = histograms(queries[:, rows], *distinct_columns(by_class[:, start:stop]))
        counts[:, 0] = histograms(queries, all_codes, all_weights) - counts[:, 1]
        return counts

    return count


def _multilabel_counter(retrieval, n_kinds, n_jobs):
    """Return a function that counts rows for label sets in one pass over the distinct pairs of code and label set."""
    from sklearn_hash._hamming._histogram import distance_histograms

    n_words = len(retrieval.database_codes)
    pairs, weights = distinct_columns(np.vstack([retrieval.database_codes, retrieval.database_labels.words]))

    def count(queries, labels):
        return distance_histograms(
            queries,
            pairs[:n_words],
            weights,
            retrieval.n_bits,
            query_marks=labels.words,
            marks=pairs[n_words:],
            n_kinds=n_kinds,
            n_jobs=n_jobs,
        )

    return count


def _narrow(classes):
    """Return class numbers as 16-bit integers if they fit, since numpy sorts these faster, by a radix sort."""
    return classes.astype(np.uint16) if len(classes) and classes.max() < 2**16 else classes
