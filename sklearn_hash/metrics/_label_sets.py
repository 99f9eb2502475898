"""Grouping of queries by class label or label set; the same rows are relevant to all queries of a group."""

from collections.abc import Iterator

import numpy as np

__all__ = ["by_label_set"]


def by_label_set(retrieval) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield queries grouped by their labels.

    Yields
    ------
    rows : ndarray of shape (n_rows,)
        Queries of one class label or label set.
    shared : ndarray of shape (n_database,)
        Number of labels that each row of the database shares with these queries.
    excluded : ndarray of shape (n_rows,)
        Row of the database that each query skips, or -1.
    """
    label_sets, group = np.unique(retrieval.query_labels.words, axis=1, return_inverse=True)
    for label in range(label_sets.shape[1]):
        rows = np.flatnonzero(group == label)
        excluded = rows if retrieval.leave_one_out else np.full(len(rows), -1)
        yield rows, retrieval.database_labels.shared_with(label_sets[:, label]), excluded
