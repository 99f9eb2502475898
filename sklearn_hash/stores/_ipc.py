"""Codes in Arrow IPC files, which a search reads in place from a memory map."""

from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from sklearn_hash._replacing import replacing
from sklearn_hash.stores._arrow import check_origin, record_batches
from sklearn_hash.stores._docs import document
from sklearn_hash.stores._optional import import_arrow

__all__ = ["read_ipc", "write_ipc"]

_BLOCK = 1_000_000  # rows


@document
def write_ipc(path, codes, ids=None, *, packed=False, n_bits=None, hasher=None):
    """Write codes and ids to an Arrow IPC file, which a search reads in place.

    They are one record batch, as a search in place needs them. The file appears as a whole: a process that is killed
    leaves what was there before. Codes and integer ids are collected in temporary files beside it, not in memory; the
    disk needs room for both.

    Parameters
    ----------
    path : str or Path
    codes : array-like of shape (n, n_bits) or (n, n_bytes), pyarrow.Table, or iterator
        Codes; a table of codes; or an iterator of blocks (ids, codes), as ``hasher.iter_transform(X)``, or of tables,
        as :func:`iter_parquet` yields them.
    ids : array-like of shape (n,), default=None
        Integers, strings, bytes, UUIDs, dates, or tuples of one of these; by default the row numbers.
    {form of codes}

    {errors of writing}

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_hash import HammingNeighbors
    >>> from sklearn_hash.stores import read_ipc, write_ipc
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_ipc(f"{folder}/codes.arrow", [[0] * 8, [1] * 8], ids=[7, 8])
    ...     search = HammingNeighbors(n_neighbors=1).fit(read_ipc(f"{folder}/codes.arrow"))
    ...     search.kneighbors([[1] * 8], return_distance=False)
    array([[8]])
    """
    pa = import_arrow()
    batches = record_batches(codes, ids, packed=packed, n_bits=n_bits, hasher=hasher, batch_size=_BLOCK)
    first = next(batches)
    with ExitStack() as stack, replacing(path) as unfinished:
        columns = [_Column(field.type, Path(unfinished).parent, stack) for field in first.schema]
        for batch in chain([first], batches):
            for column, values in zip(columns, batch.columns, strict=True):
                column.append(values)
        whole = pa.record_batch([column.read() for column in columns], schema=first.schema)
        with pa.ipc.new_file(unfinished, first.schema) as writer:
            writer.write_batch(whole)


@document
def read_ipc(path, *, hasher=None, memory_map=True):
    """Open codes and ids of an Arrow IPC file.

    Parameters
    ----------
    path : str or Path
    {hasher}
    memory_map : bool, default=True
        Whether the table stays in the file; a search then reads it in place, unless other tools wrote it as several
        record batches.

    {table}

    Raises
    ------
    ImportError
        If Arrow is missing.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no Arrow IPC file, or names the fingerprint of another hasher.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_hash.stores import read_ipc, write_ipc
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_ipc(f"{folder}/codes.arrow", [[0] * 8, [1] * 8])
    ...     read_ipc(f"{folder}/codes.arrow").to_pylist()
    [{'id': 0, 'code': b'\\x00'}, {'id': 1, 'code': b'\\xff'}]
    """
    pa = import_arrow()
    with pa.memory_map(str(path)) if memory_map else pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
        check_origin(reader.schema, hasher)
        return reader.read_all()


class _Column:
    """The values of a column, collected in a temporary file if they have a fixed width."""

    def __init__(self, kind, folder, stack):
        self.kind = kind
        self.n = 0
        self.parts = []
        fixed = kind.num_buffers == 2 and kind.num_fields == 0 and kind.bit_width % 8 == 0
        self.file = stack.enter_context(TemporaryFile(dir=folder)) if fixed else None  # noqa: SIM115

    def append(self, values):
        """Add an Arrow array without nulls."""
        self.n += len(values)
        if self.file is None:
            self.parts.append(values)
            return
        width = self.kind.bit_width // 8
        data = values.buffers()[1]
        if data is not None:
            self.file.write(memoryview(data)[values.offset * width : (values.offset + len(values)) * width])

    def read(self):
        """Return all values as one array, mapped from the file."""
        pa = import_arrow()
        if self.file is None:
            return pa.concat_arrays(self.parts)
        self.file.flush()
        mapped = np.memmap(self.file, np.uint8, "r") if self.n else np.empty(0, np.uint8)
        return pa.Array.from_buffers(self.kind, self.n, [None, pa.py_buffer(mapped)])
