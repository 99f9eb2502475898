"""File format of estimators: named arrays and a JSON document in one safetensors file, with a checksum."""

import hashlib
import json
import math
import os
import re

import numpy as np
from safetensors.numpy import save_file

from sklearn_hash._replacing import replacing
from sklearn_hash.persistence._header import (
    LONGEST_HEADER,
    MOST_TENSORS,
    check_extent,
    check_name,
    parse_tensors,
    read_json,
    split_header,
)

__all__ = ["FORMAT", "read_document", "read_file", "write_file"]

# Incremented when earlier versions can no longer read new files. Files of all earlier formats can still be read.
FORMAT = 1
_KEY = "sklearn_hash"
_NO_DIGEST = "0" * 64
_CHUNK = 1 << 20


def write_file(path, document, arrays):
    """Write a document and arrays; an existing file is replaced atomically.

    Parameters
    ----------
    path : str or Path
    document : dict
        Document of values that JSON can represent.
    arrays : dict of str to ndarray
        C-contiguous arrays of booleans, integers or floats.

    Raises
    ------
    ValueError
        If there are more arrays or more text than ``read_document`` accepts.
    """
    if len(arrays) > MOST_TENSORS:
        raise ValueError(f"The estimator has {len(arrays)} arrays; a file holds at most {MOST_TENSORS}.")
    for name in arrays:
        check_name(name)
    # A single metadata entry, since safetensors writes several in random order and equal estimators must have equal
    # files.
    text = json.dumps({"format": FORMAT, "sha256": _NO_DIGEST, **document}, allow_nan=False, separators=(",", ":"))
    check_extent(text, "The estimator's document")
    with replacing(path) as unfinished:
        save_file(arrays, unfinished, metadata={_KEY: text})
        _sign(unfinished)


def _sign(path):
    """Replace the zeros in place of the checksum of a file by the checksum."""
    before = f'\\"format\\":{FORMAT},\\"sha256\\":\\"'.encode()
    with open(path, "r+b") as file:
        header = _with_length(_header_of(file)[0])
        place = header.index(before + _NO_DIGEST.encode()) + len(before)
        digest = _digest(file, header)
        file.seek(place)
        file.write(digest.encode())


def read_document(path):
    """Return the document of a file, after checking its format and checksum.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    document : dict
    tensors : dict of str to (dtype, tuple of int)
        Type and shape of each array.

    Raises
    ------
    ValueError
        If the file was not written by ``write_file``, has changed since, or has a newer format.
    """
    with open(path, "rb") as file:
        header, document, tensors = _read_header(file)
        _check_digest(document, _digest(file, header))
    return document, tensors


def read_file(path):
    """Return the document and the arrays of a file, after the same checks.

    The file is opened only once, so that the checked file is also the one that is read if it is replaced meanwhile.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    document : dict
    arrays : dict of str to ndarray

    Raises
    ------
    ValueError
        As for ``read_document``.
    """
    with open(path, "rb") as file:
        header, document, tensors = _read_header(file)
        digest = hashlib.sha256(header)
        arrays = {name: _read_array(file, dtype, shape, digest) for name, (dtype, shape) in tensors.items()}
        _check_digest(document, digest.hexdigest())
    return document, arrays


def _read_array(file, dtype, shape, digest):
    content = np.empty(math.prod(shape) * dtype.itemsize, np.uint8)
    if file.readinto(content) != len(content):
        raise ValueError("it is cut off")
    digest.update(content)
    if dtype.kind == "b" and (content > 1).any():
        raise ValueError("it has booleans that are neither true nor false")
    return content.view(dtype).astype(dtype.newbyteorder("="), copy=False).reshape(shape)


def _read_header(file):
    """Return the part of the header that the checksum covers, the document, and the types and shapes of the tensors."""
    header, n_data = _header_of(file)
    metadata, entries = split_header(header)
    document = read_json(metadata.pop(_KEY, "null"), "its document")
    _check_format(document)  # checked first, since the rest may be different in a newer format
    tensors = parse_tensors(entries, n_data)
    digest = document.get("sha256")
    if metadata or not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
        raise ValueError("its metadata is not what save writes")
    return _with_length(header.replace(digest.encode(), _NO_DIGEST.encode())), document, tensors


def _header_of(file):
    """Return the header of a safetensors file and the number of bytes after it."""
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if size < 10 or length > size - 8:
        raise ValueError("it is not a safetensors file, or it is cut off")
    if length > LONGEST_HEADER:
        raise ValueError(f"its header has {length} bytes, more than {LONGEST_HEADER}")
    return file.read(length), size - 8 - length


def _with_length(header):
    return len(header).to_bytes(8, "little") + header


def _check_format(document):
    number = document.get("format") if isinstance(document, dict) else None
    if type(number) is not int or number < 1:
        raise ValueError("it is not a file of sklearn_hash.save")
    if number > FORMAT:
        raise ValueError(
            f"it has format {number}, and this version of sklearn_hash reads formats up to {FORMAT}. Install a newer "
            "version"
        )


def _check_digest(document, digest):
    if document["sha256"] != digest:
        raise ValueError("its checksum does not agree: the file has changed since it was saved")


def _digest(file, header):
    """Return the checksum of a header, with its length, and of the rest of the file."""
    digest = hashlib.sha256(header)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
