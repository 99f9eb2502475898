"""Digest of the parameters and data of a fit, to check that a checkpoint belongs to it."""

import hashlib
from functools import partial
from numbers import Number
from types import CodeType

import numpy as np
import torch
from scipy import sparse
from torch import nn

__all__ = ["fingerprint"]

# For an array larger than this, only evenly spaced rows are read, since a memory map may be larger than memory.
_READ_WHOLE = 1 << 27
_SPREAD_ROWS = 1024

# Parameters that do not change the codes: the form of the output, verbosity, and the processes that read rows.
_WITHOUT_EFFECT = ("output", "verbose", "iterator_train__num_workers", "iterator_valid__num_workers")


def fingerprint(params, **data):
    """Return digests of every parameter and of the data, by name.

    Parameters
    ----------
    params : dict
        Parameters of an estimator, including nested ones.
    **data : dict
        Data and other values on which the training depends.

    Returns
    -------
    digests : dict of str to str
    """
    parts = {name: value for name, value in params.items() if name not in _WITHOUT_EFFECT and name != "net_params"}
    return {name: _digest(value) for name, value in {**parts, **data}.items()}


def _digest(value):
    state = hashlib.blake2b(digest_size=16)
    for chunk in _chunks(value, set()):
        state.update(chunk)
        state.update(b"%d" % len(chunk))
    return state.hexdigest()


def _chunks(value, seen):
    """Yield bytes that represent any value; an object that contains itself is visited once."""
    if torch.is_tensor(value):
        value = value.detach().cpu()
        value = (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        yield from _array_chunks(value, seen)
    elif value is None or isinstance(value, (str, bytes, Number, torch.device)):
        yield f"{type(value).__name__} {value!r}".encode()
    elif id(value) not in seen:
        yield type(value).__name__.encode() + b" of"
        for part in _parts(value):
            yield from _chunks(part, seen | {id(value)})
        yield b"end"


def _array_chunks(array, seen):
    yield f"{array.dtype} {array.shape}".encode()
    if array.nbytes > _READ_WHOLE:
        array = array[np.linspace(0, len(array) - 1, _SPREAD_ROWS).astype(np.int64)]
    if array.dtype == object:
        yield from _chunks(array.tolist(), seen)
    else:
        yield np.ascontiguousarray(array).tobytes()


def _parts(value):
    """Return the parts of a value, without memory addresses."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, dict):
        return [part for key in sorted(value, key=str) for part in (str(key), value[key])]
    if sparse.issparse(value):
        value = sparse.csr_array(value)
        return [value.shape, value.data, value.indices, value.indptr]
    if isinstance(value, nn.Module):
        return [_name_of(value), repr(value), dict(value.state_dict())]
    if isinstance(value, partial):
        return [value.func, value.args, value.keywords]
    if isinstance(value, type):
        return [_name_of(value)]
    if isinstance(value, CodeType):
        return [value.co_code, value.co_names, value.co_consts]
    if callable(value) and hasattr(value, "__name__"):
        return [_name_of(value), *_body_of(value), getattr(value, "__self__", None)]
    return [_name_of(value), getattr(value, "__dict__", {})]


def _body_of(function):
    """Return the parts that distinguish functions of the same name: code, defaults and closure variables."""
    if not hasattr(function, "__code__"):
        return []
    closed = [_content(cell) for cell in function.__closure__ or ()]
    return [function.__code__, function.__defaults__, function.__kwdefaults__, closed]


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # the variable is not assigned yet
        return None


def _name_of(value):
    named = value if hasattr(value, "__qualname__") and hasattr(value, "__module__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"
