"""Normalisation of pixels to the range that an encoder expects."""

import numpy as np
import torch
from torch import nn

from sklearn_hash.training._token_rows import TokenRows

__all__ = ["Normalize", "make_normalize"]

_IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

# Number of rows that are checked for values outside [0, 1], and the largest value that interpolation may cause.
_ROWS_LOOKED_AT, _OVERSHOOT = 16, 2.0


class Normalize(nn.Module):
    """Scale bytes to [0, 1], then subtract the mean and divide by the standard deviation of every channel.

    Parameters
    ----------
    mean : float or sequence of float, default=None
        Mean for all channels or one per channel, on the scale of [0, 1]; by default nothing is subtracted.
    std : float or sequence of float, default=1.0
        Standard deviation for all channels or one per channel, on the same scale.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import Normalize
    >>> images = torch.tensor([0, 51, 255], dtype=torch.uint8).view(1, 3, 1, 1)
    >>> Normalize(0.5, 0.5)(images).flatten()
    tensor([-1.0000, -0.6000,  1.0000])
    """

    mean: torch.Tensor | None
    std: torch.Tensor

    def __init__(self, mean=None, std=1.0):
        super().__init__()
        self.register_buffer("mean", None if mean is None else _per_channel(mean))
        self.register_buffer("std", _per_channel(std))

    def forward(self, x):
        """Return the normalised batch, float32 of shape (n, ...), of bytes or of values in [0, 1]."""
        x = x.float() / 255 if x.dtype == torch.uint8 else x.float()
        return x if self.mean is None else (x - self.mean) / self.std


def _per_channel(values):
    return torch.as_tensor(values, dtype=torch.float32).view(-1, 1, 1)


def make_normalize(normalize, rows):
    """Build the normalisation for the ``normalize`` parameter.

    Parameters
    ----------
    normalize : {"auto", "unit", "imagenet"}, (mean, std) or None
    rows : DenseRows, MappedRows, SparseRows or LoadedRows
        Training rows.

    Returns
    -------
    normalize : Normalize or None
        None for "auto" and None; the identity for token ids, which stay integers.

    Raises
    ------
    ValueError
        If mean and std do not match the channels of the rows, or rows are neither bytes nor in [0, 1].
    """
    if normalize is None or (isinstance(normalize, str) and normalize == "auto"):
        return nn.Identity() if isinstance(rows, TokenRows) else None
    if isinstance(rows, TokenRows):
        raise ValueError(f"normalize={normalize!r} is for images, but X holds token ids. Leave it out.")
    _check_unit_range(rows, normalize)
    if isinstance(normalize, str) and normalize == "unit":
        return Normalize()
    mean, std = _IMAGENET if isinstance(normalize, str) else _check_pair(normalize)
    shape = rows.row_shape
    if len(shape) != 3 or not {np.size(mean), np.size(std)} <= {1, shape[0]}:
        raise ValueError(
            f"normalize={normalize!r} needs images with as many channels as it has values; got rows of shape {shape}."
        )
    return Normalize(mean, std)


def _check_pair(normalize):
    """Return the mean and standard deviation given by the parameter."""
    try:
        mean, std = (np.asarray(values, dtype=np.float64) for values in normalize)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"normalize must be a pair (mean, std) of numbers or of one a channel; got {normalize!r}."
        ) from error
    if max(mean.ndim, std.ndim) > 1 or not (np.isfinite(mean).all() and np.isfinite(std).all() and (std > 0).all()):
        raise ValueError(
            f"normalize=(mean, std) must have finite numbers, and positive ones in std; got {normalize!r}."
        )
    return mean, std


def _check_unit_range(rows, normalize):
    """Raise an error for values from 0 to 255 that are not bytes, which would not be scaled to [0, 1]."""
    x = rows.take(slice(0, _ROWS_LOOKED_AT))
    if x.dtype != torch.uint8 and x.numel() and x.max() > _OVERSHOOT:
        raise ValueError(
            f"normalize={normalize!r} takes rows of uint8, or of other numbers in [0, 1]; got {x.dtype} up to "
            f"{x.max().item():g}. Pass X.astype(np.uint8), or X / 255."
        )
