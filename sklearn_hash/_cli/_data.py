"""Reading of rows with their labels and ids, from files in several formats and folders of images."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Data", "read_data"]


@dataclass
class Data:
    """Rows with their labels, ids and image format.

    Attributes
    ----------
    X : ndarray of shape (n, ...)
    y : ndarray of shape (n,) or (n, n_labels), or None
    ids : ndarray of shape (n,), or None for row numbers
    image : dict, or None
        Size and mode of images.
    """

    X: Any
    y: Any = None
    ids: Any = None
    image: dict | None = None

    @property
    def names(self):
        """Ids of the rows as strings or numbers."""
        return list(range(len(self.X))) if self.ids is None else self.ids.tolist()


def read_data(path, labels=None, ids=None, image=None, quiet=False):
    """Read a data set.

    Parameters
    ----------
    path : Path
        A ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file, or a folder of images.
    labels, ids : str, optional
        A column of the table, an array of the ``.npz``, or a ``.npy`` or text file with one entry per row.
    image : dict, optional
        Size and mode to which images are converted.
    quiet : bool, default=False
        Whether to show no progress on stderr.

    Returns
    -------
    data : Data

    Raises
    ------
    ValueError
        If the file has another format or does not hold rows, or labels or ids are missing or not one per row.
    OSError
        If the file cannot be read.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    if path.is_dir():
        from sklearn_hash._cli._image_folder import read_images

        data = read_images(path, image, quiet)
    elif path.suffix.lower() not in _READERS:
        raise ValueError(f"{path}: files of rows are {', '.join(_READERS)}, or a folder of images")
    else:
        data = _read_file(path, _column(labels), _column(ids))
    for name, where in (("y", labels), ("ids", ids)):
        if where is not None and _column(where) is None:
            setattr(data, name, _read_list(Path(where)))
    _check(data, path)
    return data


def _column(where):
    """Return the name of a column or array; None if it is a file."""
    return None if where is None or Path(where).suffix in (".npy", ".txt") else where


def _read_file(path, labels, ids):
    read = _READERS[path.suffix.lower()]
    try:
        return read(path, labels, ids)
    except (ValueError, KeyError, EOFError) as error:
        raise ValueError(f"{path}: {error.args[0] if error.args else error}") from error


def _read_npy(path, labels, ids):
    if labels is not None or ids is not None:
        raise ValueError(f"a .npy file has no {labels or ids!r}; give a .npy or .txt file with one entry per row")
    return Data(np.load(path, mmap_mode="r", allow_pickle=False))


def _read_npz(path, labels, ids):
    with np.load(path, allow_pickle=False) as arrays:
        name = next((name for name in ("X", "x", "codes") if name in arrays), None)
        if name is None and len(arrays.files) != 1:
            raise ValueError(f"the rows must be in an array 'X'; got {', '.join(arrays.files)}")
        if labels is None:
            labels = next((name for name in ("y", "Y") if name in arrays), None)
        ids = "ids" if ids is None and "ids" in arrays else ids
        return Data(*(None if each is None else arrays[each] for each in (name or arrays.files[0], labels, ids)))


def _read_csv(path, labels, ids):
    import csv

    with open(path, newline="") as file:
        header = next(csv.reader(file), [])
    columns = {name: i for i, name in enumerate(header)}
    for name in (labels, ids):
        if name is not None and name not in columns:
            raise ValueError(f"there is no column {name!r}; the first line has {', '.join(header)!s:.200}")
    rows = [i for name, i in columns.items() if name not in (labels, ids)]
    return Data(
        _csv_columns(path, rows, np.float32),
        None if labels is None else _as_numbers(_csv_columns(path, columns[labels], str)),
        None if ids is None else _as_numbers(_csv_columns(path, columns[ids], str)),
    )


def _csv_columns(path, columns, dtype):
    ndmin = 2 if isinstance(columns, list) else 1
    shared = {"delimiter": ",", "skiprows": 1, "usecols": columns, "dtype": dtype, "ndmin": ndmin}
    return np.loadtxt(path, **shared, quotechar='"', comments=None, encoding="utf-8")


def _as_numbers(texts):
    """Return strings as integers if all of them are integers."""
    try:
        return texts.astype(np.int64)
    except ValueError:
        return texts


def _read_parquet(path, labels, ids):
    from sklearn_hash._cli._parquet import read_parquet

    return Data(*read_parquet(path, labels, ids))


def _read_list(path):
    """Read one label or id per row from a separate file."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False)
    return _as_numbers(np.array(path.read_text(encoding="utf-8").splitlines()))


def _check(data, path):
    if data.X.ndim < 2 or len(data.X) == 0 or data.X.dtype.kind not in "biuf":
        raise ValueError(f"{path}: rows are numbers, (n, ...); got {data.X.dtype} of shape {data.X.shape}")
    for name, values in (("labels", data.y), ("ids", data.ids)):
        if values is not None and len(values) != len(data.X):
            raise ValueError(f"{path}: there are {len(data.X)} rows, and {len(values)} {name}")


_READERS = {".npy": _read_npy, ".npz": _read_npz, ".csv": _read_csv, ".parquet": _read_parquet}
