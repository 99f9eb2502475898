"""Whole batches sliced from the data: a DataLoader spends more on single rows than a small network on training."""

import torch
from torch.utils.data import Dataset

__all__ = ["BatchIterator", "PairDataset"]


class PairDataset(Dataset):
    """Rows and, for training, what makes two of them similar.

    Parameters
    ----------
    rows : DenseRows or SparseRows
    targets : LabelTargets, IndicatorTargets or MatrixTargets, optional
    """

    def __init__(self, rows, targets=None):
        self.rows = rows
        self.targets = targets

    def __len__(self):
        return len(self.rows)

    def batch(self, index):
        """Rows and their similarity matrix; None in its place without targets."""
        return self.rows.take(index), None if self.targets is None else self.targets.similarity(index)

    def select(self, index):
        """The pairs among some of the rows."""
        return PairDataset(self.rows.select(index), self.targets.select(index))

    def to(self, device):
        """The same data with its tensors on a device, where they fit."""
        targets = None if self.targets is None else self.targets.to(device)
        return PairDataset(self.rows.to(device), targets)


class BatchIterator:
    """Iterate over a :class:`PairDataset` in batches; takes the place of a DataLoader in the net.

    Parameters
    ----------
    dataset : PairDataset
    batch_size : int
    shuffle : bool, default=False
        Draw a new order every epoch, from torch's default generator.
    drop_last : bool, default=False
        Leave out a trailing partial batch, unless it is the only one. Its few pairs would weigh as much in a step as
        a whole batch's, and a trailing row alone has no pair at all.
    """

    def __init__(self, dataset, batch_size, shuffle=False, drop_last=False):
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last

    def __len__(self):
        n, size = len(self.dataset), self.batch_size
        return max(n // size, 1) if self.drop_last else -(-n // size)

    def __iter__(self):
        n = len(self.dataset)
        order = torch.randperm(n) if self.shuffle else None
        for i in range(len(self)):
            chosen = slice(i * self.batch_size, min((i + 1) * self.batch_size, n))
            yield self.dataset.batch(chosen if order is None else order[chosen])
