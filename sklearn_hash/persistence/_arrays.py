"""Conversion of arrays of numbers, strings or UUIDs and of sparse matrices to arrays of numbers and a description."""

from itertools import pairwise
from uuid import UUID

import numpy as np
from scipy import sparse

__all__ = ["describe_array", "restore_array"]

_NUMBERS = "biuf"
_SPARSE = {"csr_array": sparse.csr_array, "csr_matrix": sparse.csr_matrix}

# In a numpy string array, each row has room for the longest string, so a small file could need a lot of memory.
_LARGEST_TEXT = 1 << 28


def describe_array(array, add):
    """Return the description of an array.

    Parameters
    ----------
    array : ndarray, csr_matrix or csr_array
    add : callable
        ``add(suffix, array)`` stores a C-contiguous array of numbers and returns its name.

    Returns
    -------
    description : dict or None
        Description of the array; None for an array of other objects.

    Raises
    ------
    ValueError
        If an array of this type cannot be saved.
    """
    if sparse.issparse(array):
        array = array if array.format == "csr" else array.tocsr()
        kind = "csr_array" if isinstance(array, sparse.sparray) else "csr_matrix"
        parts = {part: add(f".{part}", _numbers(getattr(array, part))) for part in ("data", "indices", "indptr")}
        return {"sparse": kind, "shape": list(array.shape), **parts}
    if array.dtype.kind in "OU":
        return _describe_objects(array, add)
    if not array.flags.c_contiguous and array.strides[0] < array.strides[-1]:
        # The memory order is kept, since rounding in matrix products, and thus the codes, can depend on it. A slice of
        # a matrix is not contiguous but also has an order.
        return {"array": add("", _numbers(array.T)), "order": "F"}
    return {"array": add("", _numbers(array))}


def _numbers(array):
    if array.dtype.kind not in _NUMBERS or array.dtype.itemsize > 8:
        raise ValueError(f"an array of type {array.dtype} cannot be saved: only booleans, integers and floats can")
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")).reshape(array.shape)


def _describe_objects(array, add):
    values = array.ravel().tolist()
    kinds = set(map(type, values))
    if kinds == {UUID}:
        numbers = np.frombuffer(b"".join(value.bytes for value in values), np.uint8)
        return {"uuids": add("", numbers.reshape(-1, 16)), "shape": list(array.shape)}
    if not kinds <= {str, np.str_}:
        return None
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    kind = "O" if array.dtype == object else f"U{array.dtype.itemsize // 4}"
    _check_room(kind, len(values), int(ends[-1]))
    text = np.frombuffer(b"".join(encoded), np.uint8)
    names = {"text": add(".text", text), "ends": add(".ends", ends)}
    return {**names, "kind": kind, "shape": list(array.shape)}


def _check_room(kind, n, n_bytes):
    room = 0 if kind == "O" else 4 * n * int(kind.removeprefix("U"))
    if room > max(_LARGEST_TEXT, 16 * n_bytes):
        raise ValueError(f"a text array of {room} bytes, nearly all of them padding, cannot be saved: use dtype object")


def restore_array(description, take):
    """Return the array that a description stands for.

    Parameters
    ----------
    description : dict
    take : callable
        ``take(name)`` returns an array by its name.

    Returns
    -------
    array : ndarray, csr_matrix or csr_array

    Raises
    ------
    ValueError, TypeError or KeyError
        If the description is not valid.
    """
    if "sparse" in description:
        return _restore_sparse(take=take, **description)
    if "uuids" in description:
        return _restore_uuids(take=take, **description)
    if "text" in description:
        return _restore_text(take=take, **description)
    return _restore_numbers(take=take, **description)


def _restore_numbers(array, take, order="C"):
    array = take(array)
    return array.T if order == "F" else array


def _restore_sparse(sparse, shape, data, indices, indptr, take):
    matrix = _SPARSE[sparse]((take(data), take(indices), take(indptr)), shape=tuple(shape))
    # Compiled routines use these indices without checking them.
    matrix.check_format(full_check=True)
    return matrix


def _restore_uuids(uuids, shape, take):
    numbers = take(uuids)
    if numbers.dtype != np.uint8 or numbers.ndim != 2 or numbers.shape[1] != 16:
        raise ValueError("UUIDs have 16 bytes each")
    return _objects([UUID(bytes=row.tobytes()) for row in numbers], shape)


def _restore_text(text, ends, kind, shape, take):
    text, ends = take(text), take(ends)
    if text.dtype != np.uint8 or text.ndim != 1 or ends.dtype != np.int64 or ends.ndim != 1 or not len(ends):
        raise ValueError("texts have bytes and ends")
    if ends[0] != 0 or ends[-1] != len(text) or (np.diff(ends) < 0).any():
        raise ValueError("texts do not end where they should")
    joined, ends = text.tobytes(), ends.tolist()
    values = [joined[start:end].decode() for start, end in pairwise(ends)]
    _check_room(kind, len(values), len(joined))
    if kind == "O":
        return _objects(values, shape)
    if max(map(len, values), default=0) > int(kind.removeprefix("U")):
        raise ValueError("texts are longer than their array has room for")
    return np.array(values, dtype=kind).reshape(shape)


def _objects(values, shape):
    return np.fromiter(values, object, len(values)).reshape(shape)
