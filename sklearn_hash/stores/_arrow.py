"""Conversion of codes to Arrow tables, as a whole or in blocks."""

from collections.abc import Iterator

import numpy as np

from sklearn_hash._tensors import tensor_to_array
from sklearn_hash._validation import check_codes
from sklearn_hash.neighbors._arrow_codes import (
    BIT_ORDER,
    FINGERPRINT,
    N_BITS,
    check_code_column,
    check_fingerprint,
    codes_of_arrow,
    is_arrow_table,
)
from sklearn_hash.neighbors._check_input import refuse_bits
from sklearn_hash.neighbors._row_ids import check_ids
from sklearn_hash.stores._docs import document
from sklearn_hash.stores._fingerprint import fingerprint_of
from sklearn_hash.stores._id_column import id_column
from sklearn_hash.stores._optional import import_arrow

__all__ = ["check_schema", "record_batches", "to_arrow"]


@document
def to_arrow(codes, ids=None, *, packed=False, n_bits=None, hasher=None):
    """Convert codes to an Arrow table, for other tools or for the ``fit`` of :class:`~sklearn_hash.HammingNeighbors`.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits), or (n, n_bytes) with ``packed=True``
        Bits, signs or real values, or packed bytes; contiguous packed bytes are not copied.
    ids : array-like of shape (n,), default=None
        Ids of the rows: integers, strings, bytes, UUIDs, dates, or tuples of one of these; by default the row numbers.
    {form of codes}

    Returns
    -------
    table : pyarrow.Table
        Table with the columns "id" and "code", the latter of type fixed_size_binary. The metadata of the schema are
        ``sklearn_hash.n_bits``, ``sklearn_hash.bit_order`` ("big", as in :func:`numpy.packbits`) and, if `hasher` is
        given, ``sklearn_hash.fingerprint``.

    Raises
    ------
    ImportError
        If Arrow is not installed.
    ValueError
        If codes or ids are not valid, or the ids are of several types.

    Examples
    --------
    >>> from sklearn_hash import HammingNeighbors
    >>> from sklearn_hash.stores import to_arrow
    >>> table = to_arrow([[0] * 8, [1] * 8], ids=["a", "b"])
    >>> table.to_pylist()
    [{'id': 'a', 'code': b'\\x00'}, {'id': 'b', 'code': b'\\xff'}]
    >>> HammingNeighbors(n_neighbors=1).fit(table).kneighbors([[1] * 8], return_distance=False)
    array([['b']], dtype=object)
    """
    pa = import_arrow()
    return pa.Table.from_batches([_record_batch(codes, ids, packed, n_bits, fingerprint_of(hasher))])


def record_batches(codes, ids=None, *, packed=False, n_bits=None, hasher=None, batch_size):
    """Yield codes as record batches of one schema, each created when it is requested.

    Parameters
    ----------
    codes : array-like, pyarrow.Table, pyarrow.RecordBatch, or iterator
        Codes as for :func:`to_arrow`; a table; or an iterator of tables or of (ids, codes) tuples, such as the result
        of ``iter_transform`` of a hasher.
    ids, packed, n_bits, hasher
        As for :func:`to_arrow`; a table has its own.
    batch_size : int
        Maximum number of rows in a batch of an array or a table. The blocks of an iterator are not divided.

    Yields
    ------
    batch : pyarrow.RecordBatch
        Record batch; at least one, which is empty if there are no rows.

    Raises
    ------
    ValueError
        If the codes or ids of a block are not valid, or differ in type from those of the first block.
    """
    origin, schema, n_before = fingerprint_of(hasher), None, 0
    for block_ids, block in _blocks(codes, ids, batch_size):
        if block_ids is None and not (is_arrow_table(block) and "id" in block.schema.names):
            block_ids = np.arange(n_before, n_before + len(block))
        batch = _as_batch(block, block_ids, packed, n_bits, origin)
        schema, n_before = schema or batch.schema, n_before + len(batch)
        if not batch.schema.equals(schema, check_metadata=True):
            expected, given = _described(schema), _described(batch.schema)
            raise ValueError(f"All blocks must have codes and ids as the first, {expected}; got {given}.")
        yield batch
    if schema is None:
        raise ValueError("codes must hold at least one block; got an iterator without any.")


def check_schema(schema, hasher):
    """Check the schema of codes, and return the number of bytes of a code.

    Parameters
    ----------
    schema : pyarrow.Schema
    hasher : estimator, str or None
        The hasher that must have made the codes.

    Returns
    -------
    n_bytes : int or None
        None if the type of the column does not determine it.

    Raises
    ------
    ValueError
        If there is no column of packed codes, or the fingerprint is that of another hasher.
    """
    n_bytes = check_code_column(schema)
    stored = (schema.metadata or {}).get(FINGERPRINT)
    check_fingerprint(None if stored is None else stored.decode(), fingerprint_of(hasher))
    return n_bytes


def _blocks(codes, ids, batch_size):
    """Yield (ids, codes) of every block; ids are None for the ids of a table or for the row numbers."""
    if isinstance(codes, Iterator):
        if ids is not None:
            raise ValueError("ids must come with the codes of an iterator, as (ids, codes); got ids beside one.")
        for block in codes:
            yield (None, block) if is_arrow_table(block) else block
        return
    codes = codes if is_arrow_table(codes) else tensor_to_array(codes, "codes")
    n = len(codes)
    if ids is not None and len(ids) != n:
        raise ValueError(f"ids must hold one id per row of codes, {n}; got {len(ids)}.")
    for start in range(0, max(n, 1), batch_size):
        rows = slice(start, start + batch_size)
        block = codes.slice(start, batch_size) if is_arrow_table(codes) else codes[rows]
        yield None if ids is None else ids[rows], block


def _as_batch(block, ids, packed, n_bits, origin):
    if not is_arrow_table(block):
        return _record_batch(block, ids, packed, n_bits, origin)
    table = codes_of_arrow(block)
    check_fingerprint(table.fingerprint, origin)
    if ids is None:
        check_ids(table.ids)
        ids = block.column("id")
    return _record_batch(table.packed, ids, True, table.n_bits, table.fingerprint or origin)


def _record_batch(codes, ids, packed, n_bits, origin):
    pa = import_arrow()
    unconfirmed = packed and n_bits is None
    codes, n_bits = check_codes(codes, packed=packed, n_bits=n_bits)
    if unconfirmed:
        refuse_bits(codes)
    n, width = codes.shape
    buffers = [None, pa.py_buffer(np.ascontiguousarray(codes))]
    column = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), n, buffers)
    ids = id_column(np.arange(n) if ids is None else ids)
    if len(ids) != n:
        raise ValueError(f"ids must hold one id per row of codes, {n}; got {len(ids)}.")
    metadata = {N_BITS: str(n_bits), BIT_ORDER: "big", **({} if origin is None else {FINGERPRINT: origin})}
    fields = [pa.field("id", ids.type, nullable=False), pa.field("code", column.type, nullable=False)]
    return pa.record_batch([ids, column], schema=pa.schema(fields, metadata=metadata))


def _described(schema):
    metadata = {key.decode().rpartition(".")[2]: value.decode() for key, value in (schema.metadata or {}).items()}
    return f"id {schema.field('id').type}, code {schema.field('code').type}, {metadata}"
