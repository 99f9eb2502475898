"""Conversion of row ids to a column of an Arrow table."""

import numpy as np

from sklearn_hash.neighbors._row_ids import check_ids
from sklearn_hash.stores._optional import import_arrow

__all__ = ["id_column"]


def id_column(ids):
    """Convert ids to an Arrow array.

    Parameters
    ----------
    ids : array-like or pyarrow array of shape (n,)
        Ids of one type that Arrow supports: integers, strings, bytes, UUIDs, dates, decimals, or tuples of one of
        these. An Arrow array is not converted.

    Returns
    -------
    column : pyarrow.Array
        Column of type int64 or uint64 for integers. Reading it gives equal ids.

    Raises
    ------
    ValueError
        If the ids are of several types, or of a type that Arrow does not support or would change.
    """
    pa = import_arrow()
    if isinstance(ids, pa.ChunkedArray):
        return ids.combine_chunks()
    if isinstance(ids, pa.Array):
        return ids
    checked = check_ids(ids)
    if checked.dtype == np.int64:
        # All blocks of uint64 ids get the same type, whether or not a block has ids above 2**63.
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
    except OverflowError:  # ids above 2**63; this fails if there are also negative ids
        return pa.array(values, pa.uint64())


def _unknown(values):
    kinds = sorted({type(each).__name__ for each in values})
    return ValueError(
        f"ids must be of one type that Arrow can store, such as integers or strings; got {', '.join(kinds):.60}. "
        "Convert them, as by [str(id) for id in ids]."
    )
