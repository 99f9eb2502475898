"""Storage of the vectors of the stored rows, as given or in fewer bytes."""

import numpy as np

from sklearn_hash.neighbors._rerank import vector_distances
from sklearn_hash.neighbors._scalar_quantizer import ScalarQuantizer
from sklearn_hash.neighbors._vector_parts import Part, iter_blocks, take_rows

__all__ = ["VectorStore"]


class VectorStore:
    """Stored vectors of rows, to compute the distances of queries to candidates.

    Parameters
    ----------
    form : {"given", "float32", "float16", "int8"}
        How the vectors are stored. "given" keeps the given arrays.
    quantizer : ScalarQuantizer, optional
        Quantizer of the form "int8"; by default, it is computed from the first vectors that are appended.
    """

    def __init__(self, form, quantizer=None):
        self.form = form
        self.quantizer = quantizer
        self._parts: list[Part] = []
        self._row_of: np.ndarray | None = None  # row in the parts of each stored row, once mapped rows are dropped

    def append(self, parts):
        """Append the rows of parts; nothing changes if they are not valid."""
        if self._parts:
            self._check_type(parts)
        n_before = sum(len(part.vectors) for part in self._parts)
        if self.form == "int8" and self.quantizer is None:
            self.quantizer = ScalarQuantizer(iter_blocks(parts))
        if self.form != "given":
            self._parts = [*self._parts, Part(self._converted(parts), ours=True)]
        elif not self._parts or any(_is_mapped(part.vectors) for part in parts):
            self._parts = [*self._parts, *parts]
        else:
            dtype = self._parts[0].vectors.dtype
            copied = np.concatenate([part.vectors for part in parts], dtype=dtype, casting="same_kind")
            self._parts = [*self._parts, Part(copied, ours=True)]
        self._merge()
        if self._row_of is not None:
            n_after = sum(len(part.vectors) for part in self._parts)
            self._row_of = np.concatenate((self._row_of, np.arange(n_before, n_after)))

    def keep(self, rows):
        """Keep only the given stored rows, in increasing order; the other rows of a memory map are only skipped."""
        rows = rows if self._row_of is None else self._row_of[rows]
        if any(_is_mapped(part.vectors) for part in self._parts):
            self._row_of = rows
        else:
            self._parts, self._row_of = [Part(take_rows(self._parts, rows), ours=True)], None

    def distances(self, queries, rows, metric, n_jobs=None):
        """Compute the distances of queries to the vectors of candidates, infinite for row -1."""
        scale, offset = (None, None) if self.form != "int8" else (self.quantizer.scale, self.quantizer.offset)
        if self._row_of is not None:
            rows = np.where(rows < 0, -1, self._row_of[rows])
        parts, first = [], 0
        for part in self._parts:
            vectors = part.vectors
            parts.append((first, vectors.view(np.uint16) if vectors.dtype == np.float16 else vectors, scale, offset))
            first += len(vectors)
        return vector_distances(queries, rows, parts, metric, n_jobs)

    def take(self, rows):
        """Return the vectors of the given stored rows; ``rows`` must be in increasing order."""
        taken = take_rows(self._parts, rows if self._row_of is None else self._row_of[rows])
        return taken if self.quantizer is None else self.quantizer.decode(taken)

    @property
    def nbytes_per_row(self):
        """Number of bytes stored for a vector."""
        vectors = self._parts[0].vectors
        return vectors.itemsize * vectors.shape[1]

    def _converted(self, parts):
        """Return a copy of parts in the stored form, converted block by block."""
        n = sum(len(part.vectors) for part in parts)
        if self.form == "float16":
            _check_range(parts)
        out = np.empty((n, parts[0].vectors.shape[1]), dtype=self.form)
        first = 0
        for block in iter_blocks(parts):
            kept = block if self.quantizer is None else self.quantizer.encode(block)
            out[first : first + len(block)] = kept
            first += len(block)
        return out

    def _check_type(self, parts):
        """Raise a ValueError if rows cannot be cast to the type of the first ones, such as floats to integers."""
        dtype, given = self._parts[0].vectors.dtype, parts[0].vectors.dtype
        if self.form == "given" and not np.can_cast(given, dtype, "same_kind"):
            raise ValueError(f"X must be of the type of the rows given before, {dtype}; got {given}.")

    def _merge(self):
        """Merge appended parts of similar size, so that the number of parts stays small."""
        while len(self._parts) > 1 and self._parts[-1].ours and self._parts[-2].ours:
            before, last = (part.vectors for part in self._parts[-2:])
            if len(before) > 2 * len(last):
                return
            self._parts[-2:] = [Part(np.concatenate((before, last)), ours=True)]


def _check_range(parts):
    largest = max(float(abs(block).max()) for block in iter_blocks(parts))
    if largest > float(np.finfo(np.float16).max):
        raise ValueError(f"X has values up to {largest:g}, too large for vectors='float16'; use 'float32' or 'int8'.")


def _is_mapped(vectors):
    """Return whether an array is a memory map, a view of one, or another array that does not own its memory."""
    while isinstance(vectors, np.ndarray):
        if isinstance(vectors, np.memmap):
            return True
        vectors = vectors.base
    return vectors is not None
