"""Reading of rows from a Parquet file: a column of vectors, or the columns of numbers."""

import numpy as np

from sklearn_hash.stores._optional import import_engine

__all__ = ["read_parquet"]


def read_parquet(path, labels, ids):
    """Read rows, labels and ids.

    Parameters
    ----------
    path : Path
    labels, ids : str or None
        Names of columns.

    Returns
    -------
    X : ndarray of shape (n, n_features)
    y, ids : ndarray of shape (n,) or None

    Raises
    ------
    ValueError
        If a named column does not exist, or there is no column of vectors or numbers.
    ImportError
        If pyarrow is not installed.
    """
    table = import_engine("pyarrow.parquet", "arrow").read_table(path)
    for name in (labels, ids):
        if name is not None and name not in table.column_names:
            raise ValueError(f"there is no column {name!r}; there are {', '.join(table.column_names)!s:.200}")
    ids = "id" if ids is None and "id" in table.column_names else ids
    rows = table.drop_columns([name for name in (labels, ids) if name is not None])
    return _vectors(rows), *(None if name is None else _values(table[name]) for name in (labels, ids))


def _vectors(table):
    import pyarrow as pa

    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_fixed_size_binary(column.type):
            if column.null_count:
                raise ValueError(f"the codes of column {name!r} must not have missing values")
            return np.frombuffer(b"".join(column.to_pylist()), np.uint8).reshape(len(column), -1)
        if (
            pa.types.is_list(column.type)
            or pa.types.is_large_list(column.type)
            or pa.types.is_fixed_size_list(column.type)
        ):
            values = column.flatten().to_numpy(zero_copy_only=False)
            if len(column) == 0 or len(values) % len(column) or len(set(column.value_lengths().to_pylist())) != 1:
                raise ValueError(f"the vectors of column {name!r} differ in length")
            return values.reshape(len(column), -1)
    numbers = [name for name in table.column_names if _is_number(table.schema.field(name).type)]
    if not numbers:
        types = ", ".join(f"{field.name} {field.type}" for field in table.schema)
        raise ValueError(
            f"there is no column of vectors (lists), of codes (fixed_size_binary) or of numbers; there are {types:.200}"
        )
    return np.column_stack([table[name].to_numpy() for name in numbers])


def _is_number(kind):
    import pyarrow as pa

    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)


def _values(column):
    values = np.array(column.to_pylist())
    return values if values.dtype.kind in "iuU" else values.astype(str)
