"""Whole batches sliced from the data: a DataLoader spends more on single rows than a small network on training."""

import torch
from torch.utils.data import Dataset

__all__ = ["BatchIterator", "HashingDataset"]


class HashingDataset(Dataset):
    """Rows and, for training, what their loss asks for.

    Parameters
    ----------
    rows : DenseRows, SparseRows or LoadedRows
    targets : LabelTargets, IndicatorTargets, MatrixTargets or FeatureTargets, optional
    target : {"similarity", "labels", "features"}, default="similarity"
        Which of the things that the targets can say.
    """

    def __init__(self, rows, targets=None, target="similarity"):
        self.rows = rows
        self.targets = targets
        self.target = target

    def __len__(self):
        return len(self.rows)

    def batch(self, index):
        """Rows and their target; None in its place without targets."""
        target = None if self.targets is None else getattr(self.targets, f"{self.target}_of")(index)
        return self.rows.take(index), target

    def asked(self, target):
        """The same data for a loss that asks for another target."""
        return HashingDataset(self.rows, self.targets, target)

    def select(self, index):
        """Some of the rows."""
        return HashingDataset(self.rows.select(index), self.targets.select(index), self.target)

    def to(self, device):
        """The same data with its tensors on a device, where they fit."""
        targets = None if self.targets is None else self.targets.to(device)
        return HashingDataset(self.rows.to(device), targets, self.target)


class BatchIterator:
    """Iterate over a :class:`HashingDataset` in batches; takes the place of a DataLoader in the net.

    Parameters
    ----------
    dataset : HashingDataset
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
