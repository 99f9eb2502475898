"""Reading and writing of a Lance dataset of codes; every write creates a version."""

import numpy as np

from sklearn_hash.stores._optional import import_arrow, import_engine

__all__ = ["append_rows", "delete_rows", "open_dataset", "write_rows"]


def open_dataset(uri, version=None):
    """Open a dataset, at its newest version by default.

    Raises
    ------
    ImportError
        If Lance is not installed.
    FileNotFoundError
        If the dataset or version does not exist.
    """
    lance = import_engine("lance", "lance")
    try:
        return lance.dataset(uri, version=version)
    except ValueError as error:
        if "was not found" not in str(error):
            raise
        what = "dataset" if version is None else f"version {version} of a dataset"
        raise FileNotFoundError(f"There is no {what} at {uri}.") from error


def write_rows(uri, table):
    """Write a version that holds only these rows, creating the dataset if needed, and return its number."""
    lance = import_engine("lance", "lance")
    try:
        open_dataset(uri)
    except FileNotFoundError:
        return lance.write_dataset(table, uri, mode="create").version
    return lance.write_dataset(table, uri, mode="overwrite").version


def append_rows(uri, table, version):
    """Append rows to the given version of a dataset, which must be the newest, and return the new version.

    Raises
    ------
    ValueError
        If another process has written a newer version, or the ids are not of the type of the stored ones.
    """
    lance = import_engine("lance", "lance")
    dataset = _at(uri, version)
    table = table.set_column(0, "id", _as_stored(table["id"], dataset.schema.field("id").type))
    return lance.write_dataset(table.cast(dataset.schema), dataset, mode="append").version


def delete_rows(uri, positions, version):
    """Delete rows by position from the given version of a dataset, which must be the newest; return the new version.

    Raises
    ------
    ValueError
        If another process has written a newer version.
    """
    dataset = _at(uri, version)
    # Lance deletes by conditions on columns, which it does not support for all types of ids, so use its row numbers.
    numbers = dataset.to_table(columns=[], with_row_id=True)["_rowid"].to_numpy()[positions]
    dataset.delete(f"_rowid IN ({', '.join(map(str, np.sort(numbers)))})")
    return dataset.version


def _at(uri, version):
    dataset = open_dataset(uri)
    if dataset.version != version:
        raise ValueError(
            f"{uri} is at version {dataset.version}, these rows are of version {version}: another version was checked "
            "out, or another process has written. Call checkout() for the newest rows first."
        )
    return dataset


def _as_stored(ids, kind):
    types = import_arrow().types
    if ids.type != kind and not (types.is_integer(ids.type) and types.is_integer(kind)):
        raise ValueError(f"ids must be of the type of the stored ones, {kind}; got {ids.type}.")
    return ids.cast(kind)
