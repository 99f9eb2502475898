"""Reading and writing of codes in folders of Parquet files, one file for each block of a dask array."""

from pathlib import Path

import numpy as np

from sklearn_hash._last_step import last_step
from sklearn_hash.distributed._dask import block_array, import_dask
from sklearn_hash.neighbors._arrow_codes import codes_of_arrow
from sklearn_hash.stores import fingerprint, iter_parquet, read_parquet, write_parquet
from sklearn_hash.stores._arrow import check_schema
from sklearn_hash.stores._optional import import_engine

__all__ = ["read_parts", "write_parts"]


def write_parts(codes, folder, *, hasher=None, n_bits=None, compute=True):
    """Write codes to a folder, with one Parquet file per block.

    Each file is written atomically, so that a worker that is killed leaves no incomplete file. The ids are the row
    numbers.

    Parameters
    ----------
    codes : dask array of shape (n, n_bytes), uint8
        Packed codes, as returned by :func:`encode`.
    folder : str or Path
        Path of the folder, which is created if it does not exist. Files with the names of the new ones are replaced;
        any other Parquet file raises an error.
    hasher : estimator or str, default=None
        The hasher that made the codes, or its :func:`sklearn_hash.stores.fingerprint`, for the metadata of the files.
    n_bits : int, default=None
        Code length; by default that of the hasher, or 8 times the number of bytes.
    compute : bool, default=True
        Whether to write immediately; otherwise a Delayed object is returned whose ``compute`` writes the files.

    Returns
    -------
    files : list of str, or Delayed
        Paths of the files, in the order of the rows.

    Raises
    ------
    ImportError
        If Dask or Arrow is not installed.
    ValueError
        If the folder has other Parquet files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import dask.array as da
    >>> import numpy as np
    >>> from sklearn_hash.distributed import read_parts, write_parts
    >>> codes = da.from_array(np.arange(12, dtype=np.uint8).reshape(6, 2), chunks=(4, -1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print([Path(file).name for file in write_parts(codes, folder)])
    ...     print((read_parts(folder) == codes).all().compute())
    ['part-00000.parquet', 'part-00001.parquet']
    True
    """
    dask = import_dask()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    n_blocks = len(codes.chunks[0])
    files = [folder / f"part-{i:05}.parquet" for i in range(n_blocks)]
    others = sorted(set(folder.glob("*.parquet")) - set(files))
    if others:
        raise ValueError(
            f"folder must not have other Parquet files, such as {others[0]}. Remove them, or pass another."
        )
    n_bits = n_bits or getattr(last_step(hasher), "n_bits_", None) or 8 * codes.shape[1]
    origin = fingerprint(hasher) if hasattr(hasher, "get_params") else hasher
    starts = np.cumsum([0, *codes.chunks[0]])
    blocks = codes.rechunk({1: -1}).to_delayed().reshape(n_blocks)
    write = dask.delayed(_write)
    written = [
        write(block, str(file), int(start), n_bits, origin)
        for block, file, start in zip(blocks, files, starts, strict=False)
    ]
    result = dask.delayed(list)(written)
    return result.compute() if compute else result


def _write(codes, file, start, n_bits, origin):
    ids = np.arange(start, start + len(codes))
    write_parquet(file, codes, ids, packed=True, n_bits=n_bits, hasher=origin)
    return file


def read_parts(folder, *, hasher=None):
    """Read the codes in a folder of Parquet files as a dask array.

    Parameters
    ----------
    folder : str or Path
        Path of the folder.
    hasher : estimator or str, default=None
        The hasher that must have made the codes, or its :func:`sklearn_hash.stores.fingerprint`.

    Returns
    -------
    codes : dask array of shape (n, n_bytes), uint8
        Packed codes, with one block per file.

    Raises
    ------
    ImportError
        If Dask or Arrow is not installed.
    ValueError
        If there is no file, a file has no column of packed codes or the fingerprint of another hasher, or the codes of
        files differ in length.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from sklearn_hash.distributed import read_parts
    >>> from sklearn_hash.stores import write_parquet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_parquet(Path(folder) / "part-00000.parquet", np.array([[1], [2]], dtype=np.uint8), packed=True)
    ...     read_parts(folder).compute()
    array([[1],
           [2]], dtype=uint8)
    """
    parquet = import_engine("pyarrow.parquet", "arrow")
    files = sorted(Path(folder).glob("*.parquet"))
    if not files:
        raise ValueError(f"folder must hold Parquet files of codes; got {folder}.")
    widths = [check_schema(parquet.read_schema(file), hasher) for file in files]
    n_bytes = next((width for width in widths if width is not None), None) or _first_width(files)
    sizes = [parquet.ParquetFile(file).metadata.num_rows for file in files]
    read = import_dask().delayed(_read)
    return block_array([read(str(file), n_bytes) for file in files], sizes, n_bytes)


def _first_width(files):
    """Return the number of bytes of the first code."""
    for file in files:
        for block in iter_parquet(file, batch_size=1):
            return codes_of_arrow(block).packed.shape[1]
    raise ValueError(f"folder must hold at least one code; got {files[0].parent}.")


def _read(file, n_bytes):
    table = read_parquet(file)
    if not len(table):
        return np.empty((0, n_bytes), np.uint8)
    packed = codes_of_arrow(table).packed
    if packed.shape[1] != n_bytes:
        raise ValueError(f"All files must hold codes of one length, {n_bytes} bytes; got {packed.shape[1]} in {file}.")
    return packed
