"""Batches sliced from whole arrays, since a DataLoader takes more time for single rows than training a network."""

import torch
from torch.utils.data import DataLoader, Dataset

from sklearn_hash.training._balanced import balanced_order
from sklearn_hash.training._loaded_rows import START_METHOD

__all__ = ["BatchIterator", "EncodingDataset", "HashingDataset"]


class HashingDataset(Dataset):
    """Rows and, for training, the targets of the loss.

    Parameters
    ----------
    rows : DenseRows, MappedRows, SparseRows or LoadedRows
    targets : LabelTargets, IndicatorTargets, MatrixTargets or FeatureTargets, default=None
    target : {"similarity", "labels", "features"}, default="similarity"
        Kind of target that the loss takes.
    """

    def __init__(self, rows, targets=None, target="similarity"):
        self.rows = rows
        self.targets = targets
        self.target = target

    def __len__(self):
        return len(self.rows)

    @property
    def index_device(self):
        """Device of the row indices, a GPU only if they are not needed on the host."""
        devices = {part.index_device for part in (self.rows, self.targets) if part is not None}
        return devices.pop() if len(devices) == 1 else torch.device("cpu")

    @property
    def read(self):
        """Return a function that reads the rows of a batch; worker processes, if any, call it."""
        return self.rows.take

    def complete(self, index, rows):
        """Return the rows of a batch and their target, which is None without targets.

        Parameters
        ----------
        index : slice or tensor of int
            Numbers of the rows.
        rows : tensor
            The rows that were read.

        Returns
        -------
        rows : tensor
        target : tensor or None
        """
        if self.targets is None:
            return rows, None
        if self.target == "features":
            return rows, self.targets.features_of(rows)
        return rows, getattr(self.targets, f"{self.target}_of")(index)

    def asked(self, target):
        """Return the same data for a loss that needs another kind of target.

        Parameters
        ----------
        target : {"similarity", "labels", "features"}

        Returns
        -------
        dataset : HashingDataset
        """
        return HashingDataset(self.rows, self.targets, target)

    def select(self, index):
        """Return a subset of the rows.

        Parameters
        ----------
        index : ndarray of int

        Returns
        -------
        dataset : HashingDataset
        """
        return HashingDataset(self.rows.select(index), self.targets.select(index), self.target)

    def to(self, device):
        """Return the same data with its tensors on a device, if they fit.

        Parameters
        ----------
        device : torch.device

        Returns
        -------
        dataset : HashingDataset
        """
        targets = None if self.targets is None else self.targets.to(device)
        return HashingDataset(self.rows.to(device), targets, self.target)


class EncodingDataset(HashingDataset):
    """Rows to encode; each batch has its row numbers and the errors of rows that cannot be loaded.

    Parameters
    ----------
    rows : DenseRows, MappedRows, SparseRows or LoadedRows
    skip : bool, default=False
        Whether to leave out rows that a loader cannot load, instead of raising an error.
    """

    def __init__(self, rows, skip=False):
        super().__init__(rows)
        self.skip = skip and hasattr(rows, "take_loadable")

    @property
    def read(self):
        """Return a function that reads the rows of a batch, with the failures if rows may be left out."""
        return self.rows.take_loadable if self.skip else self.rows.take

    def complete(self, index, rows):
        """Return the rows, and a pair of their numbers and the failures of rows left out, by row number.

        Parameters
        ----------
        index : slice
            Numbers of the rows.
        rows : tensor or (tensor, dict)
            The rows; if rows may be left out, with the failures by position.

        Returns
        -------
        rows : tensor
        numbers_and_failures : (sequence of int, dict of int to str)
        """
        numbers = range(len(self))[index]
        if not self.skip:
            return rows, (numbers, {})
        rows, failures = rows
        kept = [number for position, number in enumerate(numbers) if position not in failures]
        return rows, (kept, {numbers[position]: reason for position, reason in failures.items()})


class BatchIterator:
    """Iterate over a :class:`HashingDataset` in batches, instead of a DataLoader.

    Parameters
    ----------
    dataset : HashingDataset
    batch_size : int
    shuffle : bool, default=False
        Whether to draw a new order every epoch, from the default generator of torch.
    drop_last : bool, default=False
        Whether to drop an incomplete last batch, unless it is the only one. Its few pairs would have the same weight in
        a step as those of a complete batch, and a single row has no pairs.
    balanced : bool, default=False
        Whether to draw orders in which similar rows are adjacent; see :func:`sklearn_hash.training.balanced_order`.
    num_workers : int, default=0
        Number of processes that read rows of a loader, a Dataset or a memory map ahead of their batch. It does not
        change the batches or their order, and is not used for rows in memory.
    """

    def __init__(self, dataset, batch_size, shuffle=False, drop_last=False, balanced=False, num_workers=0):
        self.dataset = dataset
        self.indices = _BatchIndices(dataset, batch_size, shuffle, drop_last, balanced)
        self.reader = _reader(dataset, self.indices, num_workers) if num_workers and dataset.rows.reads else None

    def __len__(self):
        return len(self.indices)

    def __iter__(self):
        for index, rows in self._read():
            if isinstance(rows, _Failure):
                # An exception from the worker would keep this frame, and thus the processes, alive in a cycle.
                raise ValueError(rows.message)
            yield self.dataset.complete(index, rows)

    def _read(self):
        """Yield pairs of row numbers and rows."""
        if self.reader is not None:
            return self.reader
        read = self.dataset.read
        return ((index, read(index)) for index in self.indices)


class _BatchIndices:
    """Row indices of each batch, as slices or integer tensors, drawn anew for every epoch."""

    def __init__(self, dataset, batch_size, shuffle, drop_last, balanced):
        self.n_rows = len(dataset)
        self.device = dataset.index_device
        self.targets = dataset.targets if balanced else None
        self.in_pairs = dataset.targets is not None
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last

    def __len__(self):
        n, size = self.n_rows, self.batch_size
        # A single last row has no pairs and no batch statistics, so it is added to the previous batch.
        whole_only = self.drop_last or (self.in_pairs and n % size == 1)
        return max(n // size, 1) if whole_only else -(-n // size)

    def __iter__(self):
        order = self._order()
        n_batches = len(self)
        for i in range(n_batches):
            is_rest = i == n_batches - 1 and not self.drop_last
            end = self.n_rows if is_rest else min((i + 1) * self.batch_size, self.n_rows)
            chosen = slice(i * self.batch_size, end)
            yield chosen if order is None else order[chosen]

    def _order(self):
        """Draw the order of an epoch before its first batch, since training draws from the same random stream."""
        if self.targets is not None:
            return balanced_order(self.targets, self.batch_size).to(self.device)
        return torch.randperm(self.n_rows).to(self.device) if self.shuffle else None


def _reader(dataset, indices, num_workers):
    """Return a DataLoader with persistent workers that read whole batches."""
    return DataLoader(
        _Reads(dataset.read),
        batch_size=None,
        sampler=indices,
        num_workers=num_workers,
        collate_fn=_as_it_is,
        multiprocessing_context=START_METHOD,
        persistent_workers=True,
        # Seeds the processes; without it, the DataLoader would draw from the default generator of torch.
        generator=torch.Generator().manual_seed(torch.initial_seed()),
    )


class _Failure:
    """Error of a worker process, which is returned since torch would add a traceback to a raised error."""

    def __init__(self, message):
        self.message = message


class _Reads(Dataset):
    """Read the rows of one batch, in a worker process."""

    def __init__(self, read):
        self.read = read

    def __getitem__(self, index):
        try:
            return index, self.read(index)
        except ValueError as error:
            return index, _Failure(str(error))


def _as_it_is(batch):
    """Return the batch unchanged, as the collate function of a DataLoader."""
    return batch
