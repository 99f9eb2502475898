"""Compilation of the search functions before the first query."""

from contextlib import contextmanager
from itertools import product
from numbers import Integral

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash import _hamming
from sklearn_hash._compat import Interval, StrOptions, validate_params
from sklearn_hash.neighbors._fitted_codes import FittedCodes

__all__ = ["WarmUpMixin", "noticed", "warm_up"]

_N_ROWS = 1 << 14  # enough that a single query is not answered by numpy
_N_QUERIES = (1, 8, 64)  # other functions scan for many queries
_MANY_QUERIES = 100  # from here on "auto" chooses an index and builds it
_INDEXES = {"flat": ["FlatIndex"], "pruned": ["FlatIndex", "PrunedIndex"], "multi_index": ["FlatIndex", "MultiIndex"]}
_INDEXES["auto"] = ["FlatIndex", "PrunedIndex", "MultiIndex"]


@validate_params(
    {
        "n_bits": [Interval(Integral, 1, None, closed="left")],
        "algorithm": [StrOptions(set(_INDEXES))],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
def warm_up(n_bits, *, algorithm="auto", verbose=0):
    """Compile all search functions for codes of one length, on the CPU.

    Without this call, the first search of each kind on a machine (few or many queries, within a radius, with ``where``)
    is compiled when it is made. The compiled functions are cached on disk for later processes: call this when a
    container image is built, or before a server takes requests.

    Parameters
    ----------
    n_bits : int
        Code length.
    algorithm : {"auto", "flat", "pruned", "multi_index"}, default="auto"
        The ``algorithm`` of the searcher. ``"flat"`` takes the least time, ``"auto"`` compiles all three algorithms.
    verbose : bool or int, default=0
        Whether to print a message with the time taken when a function is compiled.

    See Also
    --------
    HammingNeighbors.warm_up : The same for a fitted searcher, which also builds its index.

    Examples
    --------
    >>> from sklearn_hash.neighbors import warm_up
    >>> warm_up(64, algorithm="flat")
    """
    codes = np.packbits(np.random.default_rng(0).integers(0, 2, (_N_ROWS, n_bits), dtype=np.uint8), axis=1)
    where = np.arange(_N_ROWS) % 2 == 0
    with noticed(verbose):
        for name in _INDEXES[algorithm]:
            index = getattr(_hamming, name)(codes, n_bits)
            for n_queries, mask in product(_N_QUERIES, (None, where)):
                index.radius(codes[:n_queries], 1, where=mask)
                if hasattr(index, "knn"):
                    index.knn(codes[:n_queries], 2, where=mask)


class WarmUpMixin(FittedCodes):
    """Mixin to prepare a fitted searcher for queries of any kind."""

    def warm_up(self):
        """Compile all search functions, and build the index that answers many queries.

        Call it before a server takes requests. Otherwise the first request waits for the compilation, and a later one
        waits until an index is built.

        Returns
        -------
        self : HammingNeighbors
            The searcher, ready for queries.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors(n_neighbors=1, algorithm="flat").fit([[0, 0, 0], [0, 1, 1]]).warm_up()
        >>> search.kneighbors([[0, 0, 1]], return_distance=False)
        array([[0]])
        """
        check_is_fitted(self)
        if self.device == "cpu":
            warm_up(self.n_bits_, algorithm=self.algorithm, verbose=self.verbose)
        queries, (mask, _) = self._fitted_codes()[:_MANY_QUERIES], self._rows.allowed(None)
        options = {"where": mask, "n_jobs": self.n_jobs, "device": self.device}
        self._index.knn(queries, 1, **options)
        self._index.radius(queries, int(min(self.radius, self.n_bits_)), **options)
        return self


@contextmanager
def noticed(verbose):
    """Print a message when a function is compiled in the ``with`` block, if ``verbose``."""
    if not verbose:
        yield
        return
    from sklearn_hash._hamming._compile_notice import compile_notice

    with compile_notice():
        yield
