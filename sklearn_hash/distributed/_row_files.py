"""Reading of rows from folders of ``.npy`` and Parquet files, in parts."""

from pathlib import Path

import numpy as np

from sklearn_hash.stores._optional import import_engine

__all__ = ["count_rows", "read_rows", "row_files"]

_SUFFIXES = (".npy", ".parquet")


def row_files(path):
    """Return the files of rows in a folder, sorted by name, or the given file.

    Raises
    ------
    ValueError
        If there is no such file, or there are files of both kinds.
    """
    path = Path(path)
    files = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES) if path.is_dir() else [path]
    kinds = {file.suffix for file in files}
    if len(kinds) != 1 or not kinds <= set(_SUFFIXES) or not path.exists():
        raise ValueError(f"X must be a .npy or Parquet file, or a folder of files of one of these kinds; got {path}.")
    return files


def count_rows(file):
    """Return the number of rows of a file, from its header."""
    if file.suffix == ".npy":
        return len(np.load(file, mmap_mode="r"))
    return _parquet().ParquetFile(file).metadata.num_rows


def read_rows(file, start, stop):
    """Read a range of rows of a file.

    Returns
    -------
    rows : ndarray of shape (stop - start, ...)
    """
    if file.endswith(".npy"):
        return np.array(np.load(file, mmap_mode="r")[start:stop])
    return _columns_as_rows(_read_parquet(file, start, stop))


def _read_parquet(file, start, stop):
    """Read only the row groups that hold the rows."""
    source = _parquet().ParquetFile(file)
    sizes = [source.metadata.row_group(i).num_rows for i in range(source.num_row_groups)]
    ends = np.cumsum(sizes)
    first, last = np.searchsorted(ends, [start, stop - 1], side="right")
    skipped = start - (ends[first] - sizes[first])
    return source.read_row_groups(list(range(first, last + 1))).slice(skipped, stop - start)


def _columns_as_rows(table):
    """Return the columns of numbers, or a single column of lists, as a matrix."""
    if table.num_columns == 1 and hasattr(table.schema[0].type, "value_type"):
        values = table.column(0).combine_chunks().flatten().to_numpy(zero_copy_only=False)
        return values.reshape(table.num_rows, -1)
    return np.column_stack([column.to_numpy() for column in table.columns])


def _parquet():
    return import_engine("pyarrow.parquet", "arrow")
