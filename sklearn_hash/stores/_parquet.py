"""Reading and writing of codes in Parquet files, one row group at a time."""

from itertools import chain
from pathlib import Path

from sklearn_hash._replacing import replacing
from sklearn_hash.stores._arrow import check_schema, record_batches
from sklearn_hash.stores._docs import document
from sklearn_hash.stores._optional import import_arrow, import_engine

__all__ = ["iter_parquet", "read_parquet", "write_parquet"]


@document
def write_parquet(path, codes, ids=None, *, packed=False, n_bits=None, hasher=None, row_group_size=1_000_000):
    """Write codes and ids to a Parquet file, one row group at a time.

    The file is written atomically: a process that is killed leaves the previous file, if any.

    Parameters
    ----------
    path : str or Path
        Path of the file.
    codes : array-like of shape (n, n_bits) or (n, n_bytes), pyarrow.Table, or iterator
        Codes; a table of codes; or an iterator of blocks (ids, codes), such as ``hasher.iter_transform(X)``, or of
        tables. For a memory map or an iterator, only one row group is in memory at a time.
    ids : array-like of shape (n,), default=None
        Ids of the rows: integers, strings, bytes, UUIDs, dates, or tuples of one of these; by default the row numbers.
        Repeated ids are detected only within a row group.
    {form of codes}
    row_group_size : int, default=1_000_000
        Maximum number of rows in a row group.

    {errors of writing}

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_hash.stores import read_parquet, write_parquet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_parquet(f"{folder}/codes.parquet", [[0] * 8, [1] * 8], ids=["a", "b"])
    ...     read_parquet(f"{folder}/codes.parquet").to_pylist()
    [{'id': 'a', 'code': b'\\x00'}, {'id': 'b', 'code': b'\\xff'}]
    """
    parquet = import_engine("pyarrow.parquet", "arrow")
    batches = record_batches(
        codes, ids, packed=packed, n_bits=n_bits, hasher=hasher, batch_size=_check_size(row_group_size)
    )
    first = next(batches)
    # Codes rarely repeat often enough for a dictionary to save space, and its pages are kept in memory.
    options = {"compression": "zstd", "use_dictionary": False}
    with replacing(path) as unfinished, parquet.ParquetWriter(unfinished, first.schema, **options) as writer:
        for batch in chain([first], batches):
            writer.write_batch(batch, row_group_size=row_group_size)


@document
def iter_parquet(path, *, hasher=None, batch_size=1_000_000):
    """Read codes and ids from Parquet files, block by block.

    Parameters
    ----------
    {files}
    {hasher}
    batch_size : int, default=1_000_000
        Maximum number of rows in a block.

    Yields
    ------
    block : pyarrow.Table
        Table in the form of :func:`to_arrow`; a block does not extend over two row groups.

    Raises
    ------
    ImportError
        If Arrow is not installed.
    FileNotFoundError
        If the file does not exist, or the folder has no ``*.parquet`` file.
    ValueError
        If a file has no column of packed codes, or the fingerprint of another hasher.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_hash.stores import iter_parquet, write_parquet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_parquet(f"{folder}/codes.parquet", [[0] * 8] * 5)
    ...     [len(block) for block in iter_parquet(f"{folder}/codes.parquet", batch_size=2)]
    [2, 2, 1]
    """
    pa, parquet = import_arrow(), import_engine("pyarrow.parquet", "arrow")
    _check_size(batch_size, "batch_size")
    for part in _parts(path):
        with parquet.ParquetFile(part) as file:
            check_schema(file.schema_arrow, hasher)
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(batch_size, row_groups=[group]):
                    yield pa.Table.from_batches([batch])


@document
def read_parquet(path, *, hasher=None):
    """Read codes and ids from Parquet files into memory.

    Parameters
    ----------
    {files}
    {hasher}

    {table}

    Raises
    ------
    ImportError
        If Arrow is not installed.
    FileNotFoundError
        If the file does not exist, or the folder has no ``*.parquet`` file.
    ValueError
        If a file has no column of packed codes or the fingerprint of another hasher, or files differ in their columns
        or metadata.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_hash import HammingNeighbors
    >>> from sklearn_hash.stores import read_parquet, write_parquet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_parquet(f"{folder}/codes.parquet", [[0] * 8, [1] * 8], ids=["a", "b"])
    ...     table = read_parquet(f"{folder}/codes.parquet")
    >>> HammingNeighbors(n_neighbors=1).fit(table).kneighbors([[1] * 8], return_distance=False)
    array([['b']], dtype=object)
    """
    pa, parquet = import_arrow(), import_engine("pyarrow.parquet", "arrow")
    tables = []
    for part in _parts(path):
        with parquet.ParquetFile(part) as file:
            check_schema(file.schema_arrow, hasher)
            tables.append(file.read())
        if not tables[-1].schema.equals(tables[0].schema, check_metadata=True):
            raise ValueError(f"All files must hold codes of one length and origin; {part} differs from the first.")
    # A search does not have to copy a single chunk.
    return pa.concat_tables(tables).combine_chunks()


def _parts(path):
    path = Path(path)
    parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not parts:
        raise FileNotFoundError(f"There is no *.parquet file in {path}.")
    return parts


def _check_size(size, name="row_group_size"):
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ValueError(f"{name} must be an integer of at least 1; got {size!r:.60}.")
    return size
