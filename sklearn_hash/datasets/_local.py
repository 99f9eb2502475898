"""Data sets in local files."""

import os
import reprlib
from pathlib import Path

import numpy as np

from sklearn_hash.datasets._split import Split

__all__ = ["load_local"]

_VARIABLE = "SKLEARN_HASH_DATA"
_NEEDS = {"F": "scale", "n_labels": "Y"}  # arrays that cannot be read without another one


def load_local(name, data_home=None) -> Split:
    """Load the data set ``name`` from the file ``name.npz`` in a folder.

    The file contains the row numbers ``query``, ``train`` and ``database``, labels as class numbers ``y`` or as an
    indicator ``Y`` of 0 and 1, and optionally inputs ``X``. Instead of ``X``, it may contain integer features ``F`` and
    their factors ``scale``. If it contains ``n_features``, ``X`` holds bits packed by :func:`numpy.packbits`; if it
    contains ``n_labels``, ``Y`` does.

    Parameters
    ----------
    name : str
        Name of the file, without its extension.
    data_home : path-like, default=None
        The folder; by default the value of the environment variable ``SKLEARN_HASH_DATA``.

    Returns
    -------
    split : Split
        The data set. Images have the shape in which they are stored; for estimators of vectors, flatten them by
        ``X.reshape(len(X), -1)``.

    Raises
    ------
    ValueError
        If there is no such folder or file, the file lacks an array, or its row numbers are out of range.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from sklearn_hash.datasets import load_local
    >>> rows = dict(query=[0], train=[1, 2], database=[1, 2, 3])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(folder + "/tiny.npz", X=np.eye(4), y=[0, 0, 1, 1], **rows)
    ...     tiny = load_local("tiny", folder)
    >>> tiny.y[tiny.database]
    array([0, 1, 1])
    """
    path = _find(name, data_home)
    with np.load(path) as stored:
        parts = dict(stored)
    missing = [part for part in ("query", "train", "database") if part not in parts]
    if "y" not in parts and "Y" not in parts:
        missing.append("y or Y")
    missing += [other for part, other in _NEEDS.items() if part in parts and other not in parts]
    if missing:
        raise ValueError(f"{path} is not a data set: it lacks {', '.join(missing)}.")
    split = Split(_inputs(parts), _labels(parts), parts["query"], parts["train"], parts["database"])
    _check_rows(split, path)
    return split


def _find(name, data_home):
    """Return the path of the file; if it does not exist, the error lists the existing files."""
    data_home = data_home or os.environ.get(_VARIABLE)
    if not data_home:
        raise ValueError(f"data_home must be given, or {_VARIABLE} set, to read {reprlib.repr(name)}.")
    folder = Path(data_home)
    if not folder.is_dir():
        raise ValueError(f"data_home must be a folder; got {str(folder)!r}.")
    there = sorted(path.stem for path in folder.glob("*.npz"))
    if name not in there:
        raise ValueError(
            f"name must be one of {reprlib.repr(there)}, the files in {str(folder)!r}; got {reprlib.repr(name)}."
        )
    return folder / f"{name}.npz"


def _check_rows(split, path):
    """Check that inputs and labels have the same number of rows and that row numbers are in range."""
    n = len(split.y)
    if split.X is not None and len(split.X) != n:
        raise ValueError(f"{path} is not a data set: it has inputs of {len(split.X)} rows and labels of {n}.")
    for name in ("query", "train", "database"):
        rows = getattr(split, name)
        if rows.ndim != 1 or (len(rows) and rows.dtype.kind not in "iu"):
            raise ValueError(f"{path} is not a data set: {name} must be row numbers; got {rows.dtype}, {rows.ndim}-d.")
        if len(rows) and not 0 <= rows.min() <= rows.max() < n:
            raise ValueError(
                f"{path} is not a data set: {name} must be row numbers from 0 to {n - 1}; got {rows.min()} to "
                f"{rows.max()}."
            )


def _inputs(parts):
    if "F" in parts:
        return parts["F"].astype(np.float32) * parts["scale"]
    if "n_features" in parts and "X" in parts:
        return np.unpackbits(parts["X"], axis=1, count=int(parts["n_features"]))
    return parts.get("X")


def _labels(parts):
    if "n_labels" in parts:
        return np.unpackbits(parts["Y"], axis=1, count=int(parts["n_labels"]))
    return parts["Y"] if "Y" in parts else parts["y"]
