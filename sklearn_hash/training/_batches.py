"""Batches sliced from the data as a whole: a DataLoader spends more on single rows than a network on training."""

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

    @property
    def index_device(self):
        """Device of the row indices: a GPU only if nothing on the host needs them."""
        devices = {part.index_device for part in (self.rows, self.targets) if part is not None}
        return devices.pop() if len(devices) == 1 else torch.device("cpu")

    @property
    def read(self):
        """Return a function that yields the rows of each batch, read by worker processes if there are any."""
        return self.rows.take

    def complete(self, index, rows):
        """Return the batch of rows and its target, or None without targets.

        Parameters
        ----------
        index : slice or tensor of int
            Numbers of the rows.
        rows : tensor
            The rows, as read.

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
        """Return the same data with its tensors on a device, where they fit.

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
    """Rows to encode; each batch comes with its row numbers and with the errors of rows that cannot be loaded.

    Parameters
    ----------
    rows : DenseRows, MappedRows, SparseRows or LoadedRows
    skip : bool, default=False
        Leave out rows of a loader that cannot be loaded, in place of raising.
    """

    def __init__(self, rows, skip=False):
        super().__init__(rows)
        self.skip = skip and hasattr(rows, "take_loadable")

    @property
    def read(self):
        """Return a function that yields the rows of each batch, with the failures where rows may be left out."""
        return self.rows.take_loadable if self.skip else self.rows.take

    def complete(self, index, rows):
        """Return the rows, and a pair of their numbers and the failures by number of the rows left out.

        Parameters
        ----------
        index : slice
            Numbers of the rows.
        rows : tensor or (tensor, dict)
            The rows, with the failures by position where rows may be left out.

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
    """Iterate over a :class:`HashingDataset` in batches, in place of a DataLoader.

    Parameters
    ----------
    dataset : HashingDataset
    batch_size : int
    shuffle : bool, default=False
        Draw a new order every epoch, from torch's default generator.
    drop_last : bool, default=False
        Leave out a trailing partial batch, unless it is the only one. Its few pairs would weigh as much in a step as
        a whole batch's, and a trailing row alone has no pair at all.
    balanced : bool, default=False
        Draw orders in which similar rows come together, in place of plain ones; see
        :func:`sklearn_hash.training.balanced_order`.
    num_workers : int, default=0
        Processes that read rows of a loader, a Dataset or a memory map ahead of their batch. Batches are the same, and
        come in the same order, as without. Rows in memory need none.
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
                # An exception that came from there would hold this frame, and with it the processes, in a cycle.
                raise ValueError(rows.message)
            yield self.dataset.complete(index, rows)

    def _read(self):
        """Yield pairs of row numbers and the rows read."""
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
        # A trailing row alone makes no pair, and has no statistics: it joins the batch before.
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
        """Draw the order of an epoch before its first batch, because training draws from the same random stream."""
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
        # It seeds the processes from this generator; without one it would draw from torch's default one.
        generator=torch.Generator().manual_seed(torch.initial_seed()),
    )


class _Failure:
    """Error of a worker process, returned rather than raised because torch would add a traceback to its message."""

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
