"""Ids of rows as a column of an Arrow table."""

import numpy as np

from sklearn_hash.neighbors._row_ids import check_ids
from sklearn_hash.stores._optional import import_arrow

__all__ = ["id_column"]


def id_column(ids):
    """Return ids as an Arrow array.

    Parameters
    ----------
    ids : array-like or pyarrow array of shape (n,)
        Of one type that Arrow knows: integers, strings, bytes, UUIDs, dates, decimals, or tuples of one of these. An
        Arrow array stays as it is.

    Returns
    -------
    column : pyarrow.Array
        int64 or uint64 for integers. Read back, it holds equal ids.

    Raises
    ------
    ValueError
        If the ids are of several types, or of one that Arrow does not know or would change.
    """
    pa = import_arrow()
    if isinstance(ids, pa.ChunkedArray):
        return ids.combine_chunks()
    if isinstance(ids, pa.Array):
        return ids
    checked = check_ids(ids)
    if checked.dtype == np.int64:
        # Blocks keep one type, whether or not one of them has ids above 2**63.
        return pa.array(ids if getattr(ids, "dtype", None) == np.uint64 else checked)
    ids = checked
    values = ids.tolist()
    try:
        column = _array(pa, values)
    except (pa.ArrowException, TypeError, OverflowError) as error:
        raise _unknown(values) from error
    back = column.to_pylist()
    if [tuple(each) if isinstance(each, list) else each for each in back] != values:
        raise _unknown(values)
    return column


def _array(pa, values):
    try:
        return pa.array(values)
    except OverflowError:  # above 2**63; negative ones among them make this fail too
        return pa.array(values, pa.uint64())


def _unknown(values):
    kinds = sorted({type(each).__name__ for each in values})
    return ValueError(
        f"ids must be of one type that Arrow can store, such as integers or strings; got {', '.join(kinds):.60}. "
        "Convert them, as by [str(id) for id in ids]."
    )
