"""Reading of codes, ids and the fingerprint of the hasher from an Arrow table."""

import sys
from typing import NamedTuple

import numpy as np

from sklearn_hash._validation import check_codes

__all__ = ["PackedRows", "check_code_column", "check_fingerprint", "codes_of_arrow", "is_arrow_table", "opened"]

# Keys of the schema's metadata.
N_BITS, BIT_ORDER, FINGERPRINT = b"sklearn_hash.n_bits", b"sklearn_hash.bit_order", b"sklearn_hash.fingerprint"


class PackedRows(NamedTuple):
    """Packed codes with their ids, code length and fingerprint.

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
    ids : ndarray of shape (n,) or None
        Of type int64, uint64 or object; None if the ids are the row numbers.
    n_bits : int
        Code length.
    fingerprint : str or None
        Fingerprint of the hasher that made the codes, if known.
    """

    packed: np.ndarray
    ids: np.ndarray | None
    n_bits: int
    fingerprint: str | None


def is_arrow_table(X) -> bool:
    """Return whether X is an Arrow table or record batch, without importing Arrow."""
    arrow = sys.modules.get("pyarrow")
    return arrow is not None and isinstance(X, (arrow.Table, arrow.RecordBatch))


def opened(X):
    """Return the content of an Arrow table of codes; any other object is returned unchanged."""
    return codes_of_arrow(X) if is_arrow_table(X) else X


def codes_of_arrow(table) -> PackedRows:
    """Return the content of a table or record batch of codes.

    Parameters
    ----------
    table : pyarrow.Table or pyarrow.RecordBatch
        Table with a column "code" of binary values or fixed-size lists of uint8, all of the same length, and optionally
        a column "id". Metadata are read from the schema as :func:`sklearn_hash.stores.to_arrow` writes them; without
        them, the code length is 8 times the number of bytes.

    Returns
    -------
    codes : PackedRows
        The codes are a view of the table's memory if its rows are one chunk.

    Raises
    ------
    ValueError
        If there is no column of codes, it is of another type, a code or an id is null, or the metadata give another bit
        order or code length.
    """
    metadata = table.schema.metadata or {}
    if metadata.get(BIT_ORDER, b"big") != b"big":
        raise ValueError(f"X must be codes with the first bit highest; its schema says {metadata[BIT_ORDER]!r:.60}.")
    n_bits = int(metadata[N_BITS]) if N_BITS in metadata else None
    packed, n_bits = check_codes(_packed(table), packed=True, n_bits=n_bits, name="X")
    fingerprint = metadata.get(FINGERPRINT)
    return PackedRows(packed, _ids(table), n_bits, None if fingerprint is None else fingerprint.decode())


def check_fingerprint(fingerprint, expected):
    """Raise a ValueError if both fingerprints are known and differ, since such codes cannot be compared."""
    if fingerprint is not None and expected is not None and fingerprint != expected:
        raise ValueError(
            f"These codes were made by another hasher: their fingerprint is {fingerprint:.40}, and {expected:.40} was "
            "expected. Encode all rows with the same hasher."
        )


def check_code_column(schema):
    """Check the column "code" of a schema, and return the number of bytes of its codes.

    Returns
    -------
    n_bytes : int or None
        None if the type does not determine it.

    Raises
    ------
    ValueError
        If there is no such column, or its type is not one of packed codes.
    """
    if "code" not in schema.names:
        raise ValueError(f'Codes must be in a column "code"; got the columns {schema.names!s:.100}.')
    arrow = sys.modules["pyarrow"]
    kind = schema.field("code").type
    if arrow.types.is_fixed_size_binary(kind):
        return kind.byte_width
    if arrow.types.is_fixed_size_list(kind) and kind.value_type == arrow.uint8():
        return kind.list_size
    if kind in (arrow.binary(), arrow.large_binary(), arrow.binary_view()):
        return None  # databases and data frames convert fixed_size_binary to these types
    raise ValueError(
        f'The column "code" must be of type binary or fixed_size_list<uint8>; got {kind!s:.60}. Convert its codes to '
        "packed bytes, and these to a table with sklearn_hash.stores.to_arrow."
    )


def _packed(table):
    width = check_code_column(table.schema)
    column = values = _column(table, "code")
    if width is None:
        column = values = _with_fixed_width(column)
        width = column.type.byte_width
    elif column.type.num_fields:
        values = column.flatten()
        _refuse_nulls(values, "code")
    data = values.buffers()[1]
    if data is None:
        return np.empty((0, width), np.uint8)
    start = column.offset * width if values is column else values.offset
    return np.frombuffer(data, np.uint8, len(column) * width, start).reshape(len(column), width)


def _with_fixed_width(column):
    arrow = sys.modules["pyarrow"]
    if not len(column):
        raise ValueError(f'The column "code" must have at least one code, as its type is {column.type}; got none.')
    try:
        return column.cast(arrow.binary(len(column[0].as_py())))
    except arrow.ArrowInvalid as error:
        raise ValueError('The codes in the column "code" must all have the same number of bytes.') from error


def _ids(table):
    arrow = sys.modules["pyarrow"]
    if "id" not in table.schema.names:
        return None
    column = _column(table, "id")
    if arrow.types.is_integer(column.type):
        return column.to_numpy()
    ids = column.to_pylist()
    if arrow.types.is_list(column.type):
        ids = [tuple(each) for each in ids]
    return np.fromiter(ids, object, len(ids))


def _column(table, name):
    """Return a column as one array without nulls; not copied if it has a single chunk."""
    column = table.column(name)
    if hasattr(column, "chunks"):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    _refuse_nulls(column, name)
    return column


def _refuse_nulls(values, name):
    if values.null_count:
        raise ValueError(f'The column "{name}" must not have missing values; {values.null_count} are null.')
