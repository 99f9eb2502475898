"""Base class of all hashers: output formats, names of the output columns and the score."""

from abc import ABCMeta, abstractmethod
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.validation import check_is_fitted
from tqdm.auto import tqdm

from sklearn_hash._compat import Interval, StrOptions, _get_output_config, _num_samples, _safe_indexing
from sklearn_hash._tensors import tensor_to_array
from sklearn_hash._unchanged_on_failure import UnchangedOnFailureMixin
from sklearn_hash.codes import packed_width
from sklearn_hash.metrics import mean_average_precision

__all__ = ["BaseHasher"]

_OUTPUT_TYPES = {"bits": np.uint8, "signs": np.int8, "packed": np.uint8, "continuous": np.float32}


class BaseHasher(
    UnchangedOnFailureMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, metaclass=ABCMeta
):
    """Base class of the hashers; a subclass implements ``fit`` and ``_encode``."""

    _parameter_constraints: dict = {
        "n_bits": [Interval(Integral, 1, None, closed="left")],
        "output": [StrOptions({"bits", "signs", "packed", "continuous"})],
    }

    # `out` is not metadata that a pipeline or a search could route.
    __metadata_request__transform = {"out": UNUSED}

    @abstractmethod
    def _encode(self, X):
        """Return real-valued codes of X, (n, n_bits_) float32."""

    def decision_function(self, X):
        """Compute the real-valued codes whose signs are the bits.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Rows, in any form that ``fit`` accepts.

        Returns
        -------
        z : ndarray of shape (n, n_bits), float32
            Real-valued codes. A bit is set where its value is positive.
        """
        return self._encode(X)

    def transform(self, X, out=None):
        """Compute the codes of rows.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Rows, in any form that ``fit`` accepts.
        out : ndarray or memmap, default=None
            Array that the codes are written into, block by block. With a memory map, the codes are never all in memory,
            nor are the rows if X is a memory map or is read by a loader. With `verbose`, a progress bar counts the
            rows.

        Returns
        -------
        codes : ndarray
            Codes in the format set by `output`: bits, signs or real values of shape (n, n_bits), or packed codes of
            shape (n, ceil(n_bits / 8)). If `out` is given, it is returned.

        Raises
        ------
        ValueError
            If X is not valid, if `out` does not have the shape and type of the codes, or if `out` is given and
            ``set_output`` asks for a data frame.
        """
        if out is None:
            return self._as_output(self._encode(X))
        self._check_out(out, _num_samples(X))
        for rows, codes in self.iter_transform(X):
            out[rows] = codes
        return out

    def iter_transform(self, X, *, batch_size=1024):
        """Compute the codes of rows block by block.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Rows, in any form that ``fit`` accepts.
        batch_size : int, default=1024
            Number of rows in a block.

        Returns
        -------
        blocks : iterator of (rows, codes)
            For each block, in the order of X: the row numbers, an int64 array of shape (n_rows,), and the codes as
            ``transform`` returns them, but always as an array.
        """
        check_is_fitted(self)
        self._check_batch_size(batch_size)
        X = X.tocsr() if sparse.issparse(X) else tensor_to_array(X)
        n = _num_samples(X)
        blocks = (range(start, min(start + batch_size, n)) for start in range(0, max(n, 1), batch_size))
        codes = ((np.array(block), self._encode(_safe_indexing(X, slice(block.start, block.stop)))) for block in blocks)
        return self._coded(codes, n)

    def _coded(self, blocks, n):
        """Convert blocks of real-valued codes to the output format, with a progress bar if ``verbose``."""
        with tqdm(total=n, unit="row", leave=False, disable=not getattr(self, "verbose", 0)) as bar:
            for rows, z in blocks:
                yield rows, self._as_output(z)
                bar.update(int(rows[-1]) + 1 - bar.n)

    def _check_batch_size(self, batch_size):
        if not isinstance(batch_size, Integral) or batch_size < 1:
            raise ValueError(f"batch_size must be an integer of at least 1; got {batch_size!r}.")

    def _check_out(self, out, n):
        shape, dtype = (n, self._n_features_out), _OUTPUT_TYPES[self.output]
        if not isinstance(out, np.ndarray) or out.shape != shape or out.dtype != dtype or not out.flags.writeable:
            given = f"{out.dtype} of shape {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
            raise ValueError(
                f"out must be a writeable {np.dtype(dtype)} array of shape {shape} for the codes of X with "
                f"output={self.output!r}; got {given}."
            )
        if _get_output_config("transform", self)["dense"] != "default":
            raise ValueError(
                "out is an array, but transform is set to return a data frame: use set_output(transform='default')."
            )

    def _as_output(self, z):
        """Convert real-valued codes to the output format."""
        if self.output == "continuous":
            return z
        bits = (z > 0).view(np.uint8)
        if self.output == "packed":
            return np.packbits(bits, axis=1)
        return bits if self.output == "bits" else bits.view(np.int8) * np.int8(2) - np.int8(1)

    def score(self, X, y=None):
        """Compute the mean average precision with every row as a query against all other rows.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Rows, in any form that ``fit`` accepts.
        y : array-like or sparse matrix
            Class labels of shape (n,) or a multi-label indicator of shape (n, n_labels); a row is relevant to another
            if they share a label. For a hasher fitted on similarities, what its `similarity` parameter requires. Must
            be given, also for hashers that ignore y in ``fit``.

        Returns
        -------
        score : float
            Mean average precision over the whole ranking, as the exact expectation over the orders of tied distances.
            A row without any similar row counts as 0.

        Raises
        ------
        ValueError
            If y is missing or not valid.
        """
        if y is None:
            raise ValueError(
                "score needs y, the labels that say which rows are similar; got None. In a search or a "
                "cross-validation, pass y to it, or a scoring= that needs no labels."
            )
        return mean_average_precision(self._encode(X), y)

    @property
    def _n_features_out(self):
        """Number of columns that ``transform`` returns."""
        check_is_fitted(self)
        return packed_width(self.n_bits_) if self.output == "packed" else self.n_bits_

    def __sklearn_is_fitted__(self):
        return hasattr(self, "n_bits_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []
        return tags
