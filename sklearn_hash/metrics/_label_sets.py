"""Scores under the order of rows, one label (set) at a time: its queries find the same rows relevant."""

from collections.abc import Iterator

import numpy as np

__all__ = ["by_label_set"]


def by_label_set(retrieval) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Queries grouped by their labels.

    Yields
    ------
    rows : ndarray of shape (n_rows,)
        The queries of one label (set).
    shared : ndarray of shape (n_database,)
        How many labels each row of the database shares with them.
    excluded : ndarray of shape (n_rows,)
        The row that each query leaves out, or -1.
    """
    label_sets, group = np.unique(retrieval.query_labels.words, axis=1, return_inverse=True)
    for label in range(label_sets.shape[1]):
        rows = np.flatnonzero(group == label)
        excluded = rows if retrieval.leave_one_out else np.full(len(rows), -1)
        yield rows, retrieval.database_labels.shared_with(label_sets[:, label]), excluded
