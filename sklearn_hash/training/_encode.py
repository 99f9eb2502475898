"""Computation of real-valued codes by a trained net, for all rows at once or block by block."""

import warnings

import numpy as np
import torch

from sklearn_hash.training._batches import EncodingDataset, HashingDataset
from sklearn_hash.training._overlap import on_device
from sklearn_hash.training._seeds import isolated
from sklearn_hash.training._torch_state import plain_torch

__all__ = ["encode", "encode_blocks"]


def encode(net, rows):
    """Compute the hash-layer output of all rows.

    Parameters
    ----------
    net : HashingNet
    rows : DenseRows, MappedRows, SparseRows or LoadedRows

    Returns
    -------
    z : ndarray of shape (n, n_bits), float32

    Raises
    ------
    ValueError
        If an output is NaN.
    """
    with plain_torch(), isolated(torch.device(net.device)):
        z = net.forward(HashingDataset(rows)).numpy()
    bad = np.isnan(z)
    if bad.any():
        _refuse_nan(int(bad.any(axis=1).argmax()))
    return z


def encode_blocks(net, rows, batch_size, skip=False):
    """Compute the hash-layer output of rows block by block.

    Parameters
    ----------
    net : HashingNet
    rows : DenseRows, MappedRows, SparseRows or LoadedRows
    batch_size : int
    skip : bool, default=False
        Whether to leave out rows that cannot be loaded or whose output is NaN and to warn at the end, instead of
        raising an error.

    Yields
    ------
    numbers : ndarray of shape (n_rows,)
        Row numbers of a block.
    z : ndarray of shape (n_rows, n_bits), float32
    """
    skipped = {}
    for z, numbers, failures in _passes(net, EncodingDataset(rows, skip), batch_size):
        bad = np.isnan(z).any(axis=1)
        if bad.any() and not skip:
            _refuse_nan(numbers[bad.argmax()])
        skipped.update(failures)
        skipped.update({int(number): "its code is NaN" for number in numbers[bad]})
        if not bad.all():
            yield numbers[~bad], z[~bad]
    if skipped:
        first = "; ".join(f"row {number}: {reason}" for number, reason in sorted(skipped.items())[:3])
        warnings.warn(f"{len(skipped)} of {len(rows)} rows of X were skipped. {first}", stacklevel=3)


def _passes(net, dataset, batch_size):
    """Yield output, row numbers and failures of every batch; the caller's torch settings apply between batches."""
    device = torch.device(net.device)
    batches = net.iterator_valid(dataset, **{**net.get_params_for("iterator_valid"), "batch_size": batch_size})
    batches = iter(on_device(batches, device))
    while True:
        with plain_torch(), isolated(device):
            batch = next(batches, None)
            if batch is None:
                return
            x, (numbers, failures) = batch
            z = net.evaluation_step(batch).cpu() if len(x) else torch.empty((0, 1))
        yield z.numpy(), np.asarray(numbers, dtype=np.int64), failures


def _refuse_nan(row):
    raise ValueError(
        f"The hash layer's output is NaN for row {row} of X. Remove NaN and infinity from X, or scale it as the rows "
        "that fit saw."
    )
