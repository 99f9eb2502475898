"""Blocks of vectors from arrays, memory-mapped files and columns of Arrow tables."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sklearn_hash._tensors import tensor_to_array

__all__ = ["Part", "iter_blocks", "parts_of", "take_rows"]

_ROWS_A_BLOCK = 8192
_OTHER_FILES = (
    "Pass a column of a table, pyarrow.feather.read_table(path, memory_map=True)[name] or, all of it in memory, "
    "pyarrow.parquet.read_table(path)[name]; or save the vectors by numpy.save."
)


@dataclass
class Part:
    """A block of vectors, the path of the file it is mapped from, and whether only this package holds the array."""

    vectors: np.ndarray
    path: str | None = None
    ours: bool = False

    def __getstate__(self):
        """Return the state without mapped vectors, which may be larger than memory."""
        return {**vars(self), "vectors": self.vectors if self.path is None else None}

    def __setstate__(self, state):
        vars(self).update(state)
        if self.path is not None:
            self.vectors = _mapped(self.path)


def parts_of(X):
    """Return vectors as parts, without validation of their values.

    Parameters
    ----------
    X : array-like, path of a .npy file, or pyarrow Array or ChunkedArray of fixed-size lists
        Arrays and Arrow buffers are not copied. A file is memory-mapped.

    Returns
    -------
    parts : list of Part
        At least one.

    Raises
    ------
    ValueError
        If a path is not that of a .npy file with a matrix in C order, or an Arrow column has nulls or another type.
    """
    if isinstance(X, (str, os.PathLike)):
        path = str(Path(X).absolute())
        return [Part(_mapped(path), path)]
    if type(X).__module__.partition(".")[0] == "pyarrow":
        return [Part(vectors) for vectors in _arrow_vectors(X)]
    return [Part(tensor_to_array(X))]


def _mapped(path):
    if Path(path).suffix != ".npy":
        raise ValueError(f"X must be the path of a .npy file; got {Path(path).name!r:.60}. {_OTHER_FILES}")
    vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    if vectors.ndim != 2 or not vectors.flags.c_contiguous:
        raise ValueError(
            f"X must be the path of a matrix in C order; got {Path(path).name!r:.60} of shape {vectors.shape!s:.60}"
            f"{'' if vectors.flags.c_contiguous else ', not in C order'}."
        )
    return vectors


def _arrow_vectors(column):
    """Return the chunks of a column of fixed-size lists as matrices, without copying."""
    width = getattr(getattr(column, "type", None), "list_size", None)
    if width is None or width < 1 or column.null_count:
        raise ValueError(
            f"X must be an Arrow column of fixed-size lists without nulls; got {type(column).__name__} of "
            f"{getattr(column, 'type', None)!s:.60} with {getattr(column, 'null_count', 0)} nulls. Of a table pass one "
            "column, and cast lists of one length by column.cast(pyarrow.list_(pyarrow.float32(), length))."
        )
    chunks = getattr(column, "chunks", [column]) or [column.combine_chunks()]
    values = [chunk.flatten() for chunk in chunks]
    if any(each.null_count for each in values):
        raise ValueError("X must be an Arrow column without nulls; some of its vectors hold nulls.")
    return [each.to_numpy(zero_copy_only=True).reshape(-1, width) for each in values]


def iter_blocks(parts):
    """Iterate over blocks of rows, as views."""
    for part in parts:
        for start in range(0, len(part.vectors), _ROWS_A_BLOCK):
            yield part.vectors[start : start + _ROWS_A_BLOCK]


def take_rows(parts, rows):
    """Return the given rows of parts; ``rows`` must be in increasing order."""
    first, taken = 0, []
    for part in parts:
        last = first + len(part.vectors)
        bounds = np.searchsorted(rows, (first, last))
        taken.append(part.vectors[rows[slice(*bounds)] - first])
        first = last
    return np.concatenate(taken)
