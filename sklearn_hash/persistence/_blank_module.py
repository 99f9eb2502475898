"""Construction of a network from parameters, without its weights."""

from contextlib import nullcontext

import numpy as np
import torch

from sklearn_hash.training._build_net import _make_module, _popped
from sklearn_hash.training._token_rows import TokenRows

__all__ = ["blank_module"]


def blank_module(hasher, row_shape, device, *, on_meta):
    """Build the module of a hasher without training rows.

    Parameters
    ----------
    hasher : DeepHasher
    row_shape : tuple of int, or of str
        Shape of a row; for token ids, the names of the fields.
    device : torch.device
        Device on which the module will be trained.
    on_meta : bool
        Whether to build the module on the meta device, without allocating memory. This is possible for the built-in
        encoders, which need no values.

    Returns
    -------
    module : HashingModule
    """
    params = {**hasher.get_params(deep=False), "images": hasher._image_input()}
    nested = dict(params["net_params"] or {})
    encoder_params, module_params = _popped(nested, "encoder__"), _popped(nested, "module__")
    with torch.device("meta") if on_meta else nullcontext():
        return _make_module(params, _blank_rows(row_shape), encoder_params, module_params, device)


def _blank_rows(row_shape):
    if isinstance(row_shape[0], str):
        return TokenRows({name: np.zeros((2, 4), np.int64) for name in row_shape})
    return _BlankRows(row_shape)


class _BlankRows:
    """Rows of zeros in place of training rows; statistics of the training rows are loaded with the weights."""

    def __init__(self, row_shape):
        self.row_shape = row_shape

    def __len__(self):
        return 2

    def take(self, index):
        return torch.zeros((2, *self.row_shape), dtype=torch.uint8)

    def moments(self):
        return np.zeros(self.row_shape, np.float32), 1.0
