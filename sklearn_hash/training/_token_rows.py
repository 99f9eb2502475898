"""Rows of token ids and attention masks, as returned by a tokenizer, and an encoder that takes them by name."""

import numpy as np
import torch
from torch import nn

from sklearn_hash._tensors import tensor_to_array
from sklearn_hash.training._dense_rows import DenseRows
from sklearn_hash.training._encoder_output import select_field

__all__ = ["TokenEncoder", "TokenRows"]


class TokenRows(DenseRows):
    """Rows of token ids with their masks.

    Parameters
    ----------
    fields : mapping of str to array-like of shape (n, n_tokens)
        Integer arrays such as ``input_ids`` and ``attention_mask``. `n_tokens` may differ between calls.

    Raises
    ------
    ValueError
        If there is no field, a field is not a matrix of integers, or the shapes differ.
    """

    def __init__(self, fields):
        arrays = {name: _check_field(name, values) for name, values in fields.items()}
        if len({array.shape for array in arrays.values()}) != 1:
            shapes = {name: array.shape for name, array in arrays.items()}
            raise ValueError(f"X must have fields of one shape (n, n_tokens); got {shapes}.")
        self.names = tuple(arrays)
        super().__init__(np.stack(list(arrays.values()), axis=1))

    @property
    def row_shape(self):
        """Names of the fields, which must be the same in all calls."""
        return self.names

    def select(self, index):
        """Return a subset of the rows, for a validation split."""
        return self._with(DenseRows.select(self, index).X)

    def moments(self):
        """Raise an error, since token ids have no mean."""
        raise ValueError(
            f"X holds token ids {self.names}, but this hasher learns from numbers that it can compare. Pass embeddings "
            "of the texts, or use a hasher that learns from labels."
        )

    def to(self, device):
        """Return the rows on a device, if they take at most a quarter of its free memory."""
        return self._with(DenseRows.to(self, device).X)

    def _with(self, X):
        rows = TokenRows.__new__(TokenRows)
        rows.names, rows.X = self.names, X
        return rows


def _check_field(name, values):
    try:
        array = np.asarray(tensor_to_array(values, name))
    except ValueError:  # rows of different lengths
        array = np.empty(0)
    if array.ndim != 2 or array.dtype.kind not in "bui" or not array.size:
        raise ValueError(
            f"X[{name!r}] must be integers of shape (n, n_tokens); got {array.dtype!s:.60} of shape {array.shape}. "
            "Pad the texts to one length, as a tokenizer does with padding=True."
        )
    return array.astype(np.int64)


class TokenEncoder(nn.Module):
    """Encoder that is called with the fields of its input as keyword arguments.

    Parameters
    ----------
    encoder : nn.Module
        Module called as ``encoder(**fields)`` with fields of shape (n, n_tokens), int64.
    names : tuple of str
        Names of the fields.
    output_field : str or int, optional
        Part of the encoder output to use. Features of shape (n, n_tokens, n_features) are averaged over the tokens that
        ``attention_mask`` does not exclude.
    """

    input_type = torch.int64

    def __init__(self, encoder, names, output_field=None):
        super().__init__()
        self.encoder = encoder
        self.names = names
        self.output_field = output_field

    def forward(self, x):
        """Return features of shape (n, n_features) for stacked fields, int64 of shape (n, n_fields, n_tokens)."""
        fields = dict(zip(self.names, x.unbind(1), strict=True))
        return select_field(self.encoder(**fields), self.output_field, fields.get("attention_mask"))
