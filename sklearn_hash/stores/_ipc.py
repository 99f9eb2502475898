"""Reading and writing of codes in Arrow IPC files, which a search can read from a memory map."""

from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from sklearn_hash._replacing import replacing
from sklearn_hash.stores._arrow import check_schema, record_batches
from sklearn_hash.stores._docs import document
from sklearn_hash.stores._optional import import_arrow

__all__ = ["read_ipc", "write_ipc"]

_BLOCK = 1_000_000  # rows


@document
def write_ipc(path, codes, ids=None, *, packed=False, n_bits=None, hasher=None):
    """Write codes and ids to an Arrow IPC file, which a search can read from a memory map.

    The file has a single record batch, so that a search does not have to copy the codes. It is written atomically: a
    process that is killed leaves the previous file, if any. Codes and integer ids are collected in temporary files in
    the same folder, not in memory; the disk needs room for these and for the file.

    Parameters
    ----------
    path : str or Path
        Path of the file.
    codes : array-like of shape (n, n_bits) or (n, n_bytes), pyarrow.Table, or iterator
        Codes; a table of codes; or an iterator of blocks (ids, codes), such as ``hasher.iter_transform(X)``, or of
        tables, such as the result of :func:`iter_parquet`.
    ids : array-like of shape (n,), default=None
        Ids of the rows: integers, strings, bytes, UUIDs, dates, or tuples of one of these; by default the row numbers.
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
    """Read codes and ids from an Arrow IPC file.

    Parameters
    ----------
    path : str or Path
        Path of the file.
    {hasher}
    memory_map : bool, default=True
        Whether to memory-map the file instead of reading it into memory. A search then reads the codes from the file,
        unless another tool wrote it with several record batches.

    {table}

    Raises
    ------
    ImportError
        If Arrow is not installed.
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file is not an Arrow IPC file, or has no column of packed codes or the fingerprint of another hasher.

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
        check_schema(reader.schema, hasher)
        return reader.read_all()


class _Column:
    """Values of a column, collected in a temporary file if they have a fixed width."""

    def __init__(self, kind, folder, stack):
        self.kind = kind
        self.n = 0
        self.parts = []
        fixed = kind.num_buffers == 2 and kind.num_fields == 0 and kind.bit_width % 8 == 0
        self.file = stack.enter_context(TemporaryFile(dir=folder)) if fixed else None  # noqa: SIM115

    def append(self, values):
        """Append the values of an Arrow array without nulls."""
        self.n += len(values)
        if self.file is None:
            self.parts.append(values)
            return
        width = self.kind.bit_width // 8
        data = values.buffers()[1]
        if data is not None:
            self.file.write(memoryview(data)[values.offset * width : (values.offset + len(values)) * width])

    def read(self):
        """Return all values as one array; values in a file are memory-mapped."""
        pa = import_arrow()
        if self.file is None:
            return pa.concat_arrays(self.parts)
        self.file.flush()
        mapped = np.memmap(self.file, np.uint8, "r") if self.n else np.empty(0, np.uint8)
        return pa.Array.from_buffers(self.kind, self.n, [None, pa.py_buffer(mapped)])
