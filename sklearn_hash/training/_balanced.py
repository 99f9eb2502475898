"""Order of the rows of an epoch in which similar rows are in the same batch."""

import numpy as np
import torch
from scipy import sparse

from sklearn_hash.training._feature_targets import FeatureTargets
from sklearn_hash.training._targets import IndicatorTargets, MatrixTargets

__all__ = ["balanced_order"]

# Number of similar rows in a group, if there are enough: six similar pairs, and room for many groups in a batch.
_ROWS_A_GROUP = 4


def balanced_order(targets, batch_size):
    """Draw a permutation of all rows in which groups of similar rows are adjacent.

    A batch of consecutive rows in this order has several groups, with similar pairs in each. With class labels, a group
    is made of rows of one class. With several labels per row, a row joins a group of one of its labels, with a higher
    probability for rare labels. With a similarity matrix, a group is a row and some of the rows similar to it.

    Parameters
    ----------
    targets : LabelTargets, IndicatorTargets or MatrixTargets
    batch_size : int
        Number of rows in a batch, which has at least four groups.

    Returns
    -------
    order : tensor of shape (n,), int64
        Permutation of the rows, drawn from the default generator of torch.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import LabelTargets, balanced_order
    >>> y = torch.arange(40) % 10
    >>> _ = torch.manual_seed(0)
    >>> y[balanced_order(LabelTargets(y.numpy()), batch_size=16)].view(10, 4)[:2]
    tensor([[5, 5, 5, 5],
            [0, 0, 0, 0]])
    """
    if isinstance(targets, FeatureTargets):
        raise ValueError("iterator_train__balanced=True needs labels or similarities; this hasher learns without them.")
    rng = np.random.default_rng(int(torch.randint(2**62, ())))
    size = max(2, min(_ROWS_A_GROUP, batch_size // 4))
    if isinstance(targets, MatrixTargets):
        groups, places = _partner_groups(targets, size, rng)
    else:
        labels = _one_label_each(targets, rng) if isinstance(targets, IndicatorTargets) else targets.labels
        groups, places = _label_groups(labels, size, rng)
    return torch.from_numpy(np.lexsort((groups, places[groups])))


def _label_groups(labels, size, rng):
    """Group the rows by one label each.

    Parameters
    ----------
    labels : ndarray of shape (n,)
    size : int
        Largest size of a group. The rows of a label are divided at random into groups of equal size.
    rng : Generator

    Returns
    -------
    groups : ndarray of shape (n,)
        Group of each row.
    places : ndarray of shape (n_groups,), float64
        Positions of the groups in the epoch, from 0 to 1. The groups of a label are spread evenly, so that batches have
        many labels.
    """
    order = np.lexsort((rng.random(len(labels)), labels))
    _, counts = np.unique(labels, return_counts=True)
    n_groups = -(-counts // size)
    position = _numbered(counts)
    groups = np.empty(len(labels), dtype=np.int64)
    before = np.repeat(np.cumsum(n_groups) - n_groups, counts)
    groups[order] = before + position * np.repeat(n_groups, counts) // np.repeat(counts, counts)
    places = (_numbered(n_groups) + rng.random(n_groups.sum())) / np.repeat(n_groups, n_groups)
    return groups, places


def _numbered(counts):
    """Concatenate the ranges 0, 1, ..., count - 1 of all counts."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _one_label_each(targets, rng):
    """Draw a label per row, with probability inverse to its frequency; a row without labels gets a unique number."""
    Y = sparse.csr_array(targets.labels)
    Y.eliminate_zeros()
    labels = Y.shape[1] + np.arange(Y.shape[0])
    labelled = np.diff(Y.indptr) > 0
    frequency = np.bincount(Y.indices, minlength=Y.shape[1])
    # The smallest of several exponential variables is each of them with a probability proportional to its rate.
    clocks = rng.exponential(size=Y.nnz) * frequency[Y.indices]
    rows = np.repeat(np.arange(Y.shape[0]), np.diff(Y.indptr))
    labels[labelled] = Y.indices[np.lexsort((clocks, rows))[Y.indptr[:-1][labelled]]]
    return labels


def _partner_groups(targets, size, rng):
    """Group each row, in random order, with similar rows that are not in a group yet."""
    groups = np.full(len(targets), -1)
    partners, n_groups = targets.partners(), 0
    for row in rng.permutation(len(targets)):
        if groups[row] < 0:
            groups[row] = n_groups
            similar = partners(row)
            free = similar[groups[similar] < 0]
            groups[rng.permutation(free)[: size - 1]] = n_groups
            n_groups += 1
    return groups, rng.random(n_groups)
