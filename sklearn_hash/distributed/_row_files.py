"""Reading of rows from folders of ``.npy`` and Parquet files, in parts."""

from pathlib import Path

import numpy as np

from sklearn_hash.stores._optional import import_arrow, import_engine

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
    """Return the number of rows of a file, from its header.

    Raises
    ------
    ValueError
        If the columns of a Parquet file are neither numbers nor a single column of lists.
    """
    if file.suffix == ".npy":
        return len(np.load(file, mmap_mode="r"))
    source = _parquet().ParquetFile(file)
    _check_columns(source.schema_arrow, file)
    return source.metadata.num_rows


def _check_columns(schema, file):
    if len(schema) == 1 and _is_list(schema[0].type):
        return
    for field in schema:
        if not _is_number(field.type):
            raise ValueError(
                f"X must have columns of numbers, or a single column of lists; got the column {field.name!r} of type "
                f"{field.type!s:.60} in {file}. Remove the column from the file."
            )


def _is_list(kind):
    types = import_arrow().types
    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def _is_number(kind):
    types = import_arrow().types
    kind = kind.value_type if types.is_dictionary(kind) else kind
    return types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_decimal(kind)


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
    if table.num_columns == 1 and _is_list(table.schema[0].type):
        lists = table.column(0).combine_chunks()
        if lists.null_count or len(lists.value_lengths().unique()) > 1:
            raise ValueError(f"X must have lists of equal length in the column {table.column_names[0]!r}.")
        return lists.flatten().to_numpy(zero_copy_only=False).reshape(table.num_rows, -1)
    return np.column_stack([column.to_numpy() for column in table.columns])


def _parquet():
    return import_engine("pyarrow.parquet", "arrow")
