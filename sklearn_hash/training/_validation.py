"""Validation split, and mAP of the codes of validation rows."""

import numpy as np
from sklearn.model_selection import train_test_split

from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.metrics._expected_average_precision import expected_average_precision
from sklearn_hash.training._targets import LabelTargets, MatrixTargets

__all__ = ["map_against", "split_validation"]

_CELLS_A_BLOCK = 1 << 22


def split_validation(dataset, fraction, seed):
    """Split off a fraction of the rows, stratified if every class has rows for both parts.

    Parameters
    ----------
    dataset : HashingDataset
    fraction : float
    seed : int

    Returns
    -------
    train, validation : HashingDataset

    Raises
    ------
    ValueError
        If fewer than two training rows or no validation rows are left.
    """
    n = len(dataset)
    n_valid = round(n * fraction)
    if n_valid < 1 or n - n_valid < 2:
        raise ValueError(
            f"validation_fraction={fraction} of {n} rows leaves {n - n_valid} to train on and {n_valid} to validate; "
            "at least 2 and 1 are needed. Pass more rows, or another fraction."
        )
    stratify = None
    if isinstance(dataset.targets, LabelTargets):
        counts = np.unique(dataset.targets.labels, return_counts=True)[1]
        if counts.min() > 1 and len(counts) <= min(n_valid, n - n_valid):
            stratify = dataset.targets.labels
    train, valid = train_test_split(np.arange(n), test_size=n_valid, random_state=seed, stratify=stratify)
    return dataset.select(np.sort(train)), dataset.select(np.sort(valid))


def map_against(codes, targets, database_codes=None, database_targets=None):
    """Return the tie-aware mAP of rows with targets of any kind; without a database, by leave-one-out.

    Parameters
    ----------
    codes : ndarray of shape (n, n_bits)
    targets : LabelTargets, IndicatorTargets or MatrixTargets
    database_codes : ndarray of shape (n_database, n_bits), default=None
    database_targets : targets of the same kind, default=None

    Returns
    -------
    map : float
    """
    if isinstance(targets, MatrixTargets):
        return _map_by_relevance(codes, targets, database_codes, database_targets)
    labels = None if database_targets is None else database_targets.labels
    return mean_average_precision(codes, targets.labels, database_codes, labels)


def _map_by_relevance(codes, targets, database_codes, database_targets):
    """Return the mAP with relevance from a similarity matrix."""
    alone = database_codes is None
    signs = np.where(codes > 0, 1, -1).astype(np.float32)
    others = signs if alone else np.where(database_codes > 0, 1, -1).astype(np.float32)
    others_targets = targets if alone else database_targets
    n_bits = codes.shape[1]
    step = max(1, _CELLS_A_BLOCK // len(others))
    scores = []
    for start in range(0, len(codes), step):
        rows = np.arange(start, min(start + step, len(codes)))
        distances = ((n_bits - signs[rows] @ others.T) / 2).astype(np.int64)
        relevant = targets.select(rows).relevance(others_targets)
        counted = np.ones_like(relevant)
        if alone:
            counted[np.arange(len(rows)), rows] = False
        cells = np.arange(len(rows))[:, None] * (n_bits + 1) + distances
        shape = len(rows), n_bits + 1
        total, found = (
            np.bincount(cells[mask], minlength=shape[0] * shape[1]).reshape(shape)
            for mask in (counted, counted & relevant)
        )
        scores.append(expected_average_precision(total, found))
    return float(np.concatenate(scores).mean())
