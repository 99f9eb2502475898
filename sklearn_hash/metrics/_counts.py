"""How many rows, and how many relevant ones, lie at each distance from each query."""

import numpy as np

from sklearn_hash._hamming._distinct import distinct_columns, distinct_with_inverse
from sklearn_hash.metrics._relevance import Labels

__all__ = ["score_queries"]

_COUNTS_A_BLOCK = 1 << 18  # counts held at once, however many queries there are


def score_queries(retrieval, score, n_jobs=None):
    """``score(total, relevant)`` of every query, from its counts of rows at each distance.

    Both counts are (n_queries, n_bits + 1) for a block of queries. Queries of equal code and label see the
    same counts, so each such pair is scored once.
    """
    n_words = len(retrieval.query_codes)
    pairs, inverse = distinct_with_inverse(np.vstack([retrieval.query_codes, retrieval.query_labels.words]))
    multilabel = retrieval.query_labels.multilabel
    count = _multilabel_counter(retrieval, n_jobs) if multilabel else _class_counter(retrieval, n_jobs)
    scores = np.empty(pairs.shape[1])
    step = max(1, _COUNTS_A_BLOCK // (retrieval.n_bits + 1))
    for start in range(0, len(scores), step):
        block = slice(start, start + step)
        codes, labels = pairs[:n_words, block], Labels(pairs[n_words:, block], multilabel)
        total, relevant = count(codes, labels)
        if retrieval.leave_one_out:
            total[:, 0] -= 1
            relevant[:, 0] -= labels.any_label()
        scores[block] = score(total, relevant)
    return scores[inverse]


def _class_counter(retrieval, n_jobs):
    """Counts for class labels: all rows from the distinct codes, relevant ones from those of a class."""
    from sklearn_hash._hamming._histogram import distance_histograms  # loads numba

    all_codes, all_weights = distinct_columns(retrieval.database_codes)
    classes = retrieval.database_labels.words[0]
    order = np.argsort(_narrow(classes), kind="stable")
    by_class, classes = np.take(retrieval.database_codes, order, axis=1), classes[order]

    def histograms(queries, codes, weights):
        return distance_histograms(queries, codes, weights, retrieval.n_bits, n_jobs=n_jobs)[:, 0]

    def count(queries, labels):
        total = histograms(queries, all_codes, all_weights)
        relevant = np.zeros_like(total)
        for label in np.unique(labels.words[0]):
            rows = np.flatnonzero(labels.words[0] == label)
            start, stop = (np.searchsorted(classes, label, side) for side in ("left", "right"))
            relevant[rows] = histograms(queries[:, rows], *distinct_columns(by_class[:, start:stop]))
        return total, relevant

    return count


def _multilabel_counter(retrieval, n_jobs):
    """Counts for label sets: one pass over the distinct pairs of code and label set."""
    from sklearn_hash._hamming._histogram import distance_histograms

    n_words = len(retrieval.database_codes)
    pairs, weights = distinct_columns(np.vstack([retrieval.database_codes, retrieval.database_labels.words]))

    def count(queries, labels):
        histograms = distance_histograms(
            queries,
            pairs[:n_words],
            weights,
            retrieval.n_bits,
            query_marks=labels.words,
            marks=pairs[n_words:],
            n_jobs=n_jobs,
        )
        return histograms.sum(axis=1), histograms[:, 1]

    return count


def _narrow(classes):
    """Class numbers as 16-bit integers where they fit: these sort by radix, ten times faster."""
    return classes.astype(np.uint16) if len(classes) and classes.max() < 2**16 else classes
