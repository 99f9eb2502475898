"""Validation of the header of a safetensors file, before the file is read otherwise."""

import json
import math
import re

import numpy as np

__all__ = ["LONGEST_HEADER", "MOST_TENSORS", "check_extent", "check_name", "parse_tensors", "read_json", "split_header"]

# A parsed header takes about twenty times its length in memory.
LONGEST_HEADER = 1 << 23
MOST_TENSORS = 10_000
_MOST_DIMENSIONS = 8
_MOST_CONTAINERS = 500_000

_DTYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "F16": "<f2", "U32": "<u4", "I32": "<i4",
    "F32": "<f4", "U64": "<u8", "I64": "<i8", "F64": "<f8",
}  # fmt: skip
_NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,500}")


def split_header(header):
    """Return the metadata and the tensor entries of a safetensors header.

    Parameters
    ----------
    header : bytes

    Returns
    -------
    metadata : dict of str to str
    entries : dict

    Raises
    ------
    ValueError
        If the header is not strict JSON, or does not have this form.
    """
    entries = read_json(header, "its header")
    if not isinstance(entries, dict):
        raise ValueError("its header is not a JSON object")
    metadata = entries.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError("its metadata is not a table of texts")
    return metadata, entries


def parse_tensors(entries, n_data):
    """Return the types and shapes of tensors.

    Parameters
    ----------
    entries : dict
        Entries as returned by ``split_header``.
    n_data : int
        Number of bytes after the header, which the tensors must cover without gap or overlap.

    Returns
    -------
    tensors : dict of str to (dtype, tuple of int)
        Type and shape of each tensor, in the order of the file.

    Raises
    ------
    ValueError
        If an entry is not valid in the format, or has a type that ``save`` does not write.
    """
    if len(entries) > MOST_TENSORS:
        raise ValueError(f"it has {len(entries)} tensors, more than {MOST_TENSORS}")
    spans = {name: _span(name, entry) for name, entry in entries.items()}
    _check_cover(sorted(spans.values()), n_data)
    names = sorted(spans, key=spans.__getitem__)
    return {name: (np.dtype(_DTYPES[entries[name]["dtype"]]), tuple(entries[name]["shape"])) for name in names}


def check_extent(text, what):
    """Raise a ValueError if JSON has too many lists and tables, which take much more memory than the text."""
    if text.count("[") + text.count("{") > _MOST_CONTAINERS:
        raise ValueError(f"{what} has more than {_MOST_CONTAINERS} lists and tables")


def read_json(text, what):
    """Parse strict JSON, which has no repeated keys, NaN or infinity, and is limited in depth and extent."""
    try:
        text = text.decode() if isinstance(text, bytes) else text
        check_extent(text, what)
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError(f"{what} is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{what} is not valid ({error!s:.200})") from error


def _without_repeats(pairs):
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key is repeated")
    return table


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def check_name(name):
    """Raise a ValueError if the name of a tensor is not valid; names are never used as paths."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise ValueError(f"{name!r:.80} cannot be the name of a tensor")


def _span(name, entry):
    """Return the first and the last byte of a tensor."""
    check_name(name)
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"the entry of tensor {name!r:.80} is not one of type, shape and offsets")
    shape, offsets = entry["shape"], entry["data_offsets"]
    if not _are_counts(shape) or not _are_counts(offsets) or len(offsets) != 2 or len(shape) > _MOST_DIMENSIONS:
        raise ValueError(f"tensor {name!r:.80} has no valid shape and offsets")
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in _DTYPES:
        raise ValueError(f"tensor {name!r:.80} has the type {entry['dtype']!r:.40}, which is not one that save writes")
    n_bytes = math.prod(shape) * np.dtype(_DTYPES[entry["dtype"]]).itemsize
    if offsets[1] - offsets[0] != n_bytes:
        raise ValueError(f"tensor {name!r:.80} has a shape for {n_bytes} bytes and {offsets[1] - offsets[0]} bytes")
    return offsets


def _are_counts(values):
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 63 for value in values)


def _check_cover(spans, n_data):
    end = 0
    for start, stop in spans:
        if start != end:
            raise ValueError("its tensors overlap or leave gaps")
        end = stop
    if end != n_data:
        raise ValueError(f"its tensors take {end} bytes, but {n_data} follow the header: the file is cut off or longer")
