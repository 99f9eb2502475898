"""Exact nearest-neighbour search among hash codes, with the interface of ``sklearn.neighbors``."""

from numbers import Integral, Real

from sklearn.utils.validation import check_is_fitted

from sklearn_hash._compat import Interval, StrOptions, _fit_context
from sklearn_hash._unchanged_on_failure import UnchangedOnFailureMixin
from sklearn_hash.neighbors._arrow_codes import PackedRows, opened
from sklearn_hash.neighbors._check_input import check_device, refuse_bits
from sklearn_hash.neighbors._graph import NeighborsGraphMixin
from sklearn_hash.neighbors._index import CodeIndex
from sklearn_hash.neighbors._kneighbors import KNeighborsMixin
from sklearn_hash.neighbors._radius_neighbors import RadiusNeighborsMixin
from sklearn_hash.neighbors._score import AveragePrecisionMixin
from sklearn_hash.neighbors._stored_rows import StoredRows
from sklearn_hash.neighbors._warm_up import WarmUpMixin

__all__ = ["HammingNeighbors"]


class HammingNeighbors(
    UnchangedOnFailureMixin,
    NeighborsGraphMixin,
    KNeighborsMixin,
    RadiusNeighborsMixin,
    AveragePrecisionMixin,
    WarmUpMixin,
):
    """Exact nearest-neighbour search under the Hamming distance.

    Neighbours are ordered by (distance, row), so the results depend only on the codes, not on the algorithm, the number
    of threads or the batches of queries. Codes are given as bits, signs or real values (a bit is set where the value is
    positive), or with ``packed=True`` as packed bytes.

    Parameters
    ----------
    n_neighbors : int, default=5
        Default number of neighbours per query.
    radius : float, default=2
        Default radius of radius queries: the largest distance of a neighbour, in bits, inclusive.
    algorithm : {"auto", "flat", "pruned", "multi_index"}, default="auto"
        Search algorithm, which does not change the results. ``"flat"`` scans all codes. ``"pruned"`` groups the codes
        and skips groups by the triangle inequality; it is much faster on clustered codes and slower on others.
        ``"multi_index"`` answers queries with a small radius from hash tables over substrings of the codes [1]_, and
        scans for a larger radius and for nearest neighbours. ``"auto"`` scans until 100 queries were made and if there
        are few codes. After that it estimates the costs on a sample of the codes and chooses ``"pruned"`` if it is
        faster; otherwise it uses the multi-index for a small radius and scans for all other queries.
    packed : bool, default=False
        Whether codes are packed bytes of shape (n, n_bytes), uint8 in the bit order of :func:`numpy.packbits`.
    n_bits : int, default=None
        Code length; by default the number of columns, or 8 times the number of bytes with ``packed=True``. Needed
        only for packed codes whose length is not a multiple of 8, and for packed codes whose first rows hold only
        bytes 0 and 1, which look like bits.
    n_jobs : int, default=None
        Number of threads per search: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all
        processors. Not used on a GPU.
    device : {"cpu", "cuda", "cuda:<index>", "auto"}, default="cpu"
        Device to search on, which does not change the results. A GPU holds a copy of the codes and always scans all of
        them, by Triton kernels or, if Triton is not available, by matrix products in half precision. ``"auto"`` is the
        current CUDA device if there is one, otherwise the CPU. ``score`` is computed on the CPU.
    verbose : bool or int, default=0
        Whether to print a message with the time taken when a search is compiled.

    Attributes
    ----------
    algorithm_ : str
        Algorithm used on the CPU for the nearest neighbours of many queries. With ``algorithm="auto"``, reading the
        attribute makes the choice if no search has made it yet.
    n_bits_ : int
        Code length.
    n_samples_fit_ : int
        Number of fitted rows.
    ids_ : ndarray of shape (n_samples_fit_,), int64 or object
        Ids of the rows, which queries return: int64 if all ids are 64-bit integers, otherwise the objects given.
    packed_codes_ : ndarray of shape (n_samples_fit_, n_bytes), uint8
        The fitted codes, in the order of ``ids_``.
    labels_ : {ndarray, sparse matrix} with n_samples_fit_ rows, or None
        Labels of the rows as given to ``fit``, in the order of ``ids_``.
    n_features_in_ : int
        Number of columns of the fitted codes; these are bytes with ``packed=True``.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns. Defined only when ``X`` has feature names that are all strings.
    fingerprint_ : str or None
        Fingerprint of the hasher that made the codes, if they were given as an Arrow table with a fingerprint. Tables
        of queries with another fingerprint then raise an error.

    See Also
    --------
    sklearn.neighbors.NearestNeighbors : Nearest neighbours under real-valued distances.
    sklearn_hash.metrics.mean_average_precision : The measure that ``score`` returns.

    Notes
    -----
    ``algorithm``, ``packed`` and ``n_bits`` must be set before ``fit``; ``device`` can be changed at any time. Several
    threads may query one searcher at the same time, but not while another calls ``fit``, ``partial_fit`` or ``remove``.

    Contiguous packed codes are not copied: do not change the array afterwards. With ``algorithm="flat"`` it may be a
    read-only memory map of a ``.npy`` or an Arrow IPC file. A pickle holds the packed codes, labels and ids; groups
    and hash tables are built again when first needed. If the searcher is loaded on a machine without the GPU given by
    ``device``, it warns and uses the CPU.

    References
    ----------
    .. [1] M. Norouzi, A. Punjani, D. J. Fleet. "Fast Search in Hamming Space with Multi-Index Hashing",
           CVPR 2012.

    Examples
    --------
    >>> from sklearn_hash import HammingNeighbors
    >>> codes = [[0, 0, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 1, 1]]
    >>> search = HammingNeighbors(n_neighbors=2).fit(codes)
    >>> distances, rows = search.kneighbors([[0, 1, 1, 1]])
    >>> distances, rows
    (array([[1, 1]], dtype=int32), array([[1, 2]]))
    >>> search.kneighbors([[0, 1, 1, 1]], return_distance=False, where=[True, True, False, True])
    array([[1, 3]])

    Rows can be added and removed. Their ids may be given:

    >>> search = search.partial_fit([[0, 1, 1, 1]], ids=[100]).remove([1])
    >>> search.kneighbors([[0, 1, 1, 1]], return_distance=False)
    array([[100,   2]])
    """

    _parameter_constraints: dict = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "radius": [Interval(Real, 0, None, closed="both")],
        "algorithm": [StrOptions({"auto", "flat", "pruned", "multi_index"})],
        "packed": ["boolean"],
        "n_bits": [Interval(Integral, 1, None, closed="left"), None],
        "n_jobs": [Integral, None],
        "device": [str],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_neighbors=5,
        radius=2,
        algorithm="auto",
        packed=False,
        n_bits=None,
        n_jobs=None,
        device="cpu",
        verbose=0,
    ):
        self.n_neighbors = n_neighbors
        self.radius = radius
        self.algorithm = algorithm
        self.packed = packed
        self.n_bits = n_bits
        self.n_jobs = n_jobs
        self.device = device
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, ids=None):
        """Store the codes to be searched.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            Codes of the database; or, with any value of ``packed``, a :class:`pyarrow.Table` of packed codes and ids
            as read by :mod:`sklearn_hash.stores`.
        y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_labels), default=None
            Class labels or a multi-label indicator, used only by ``score``.
        ids : array-like of shape (n_samples,), default=None
            Ids of the rows, which queries return: integers, strings, UUIDs or other hashable objects; by default the
            row numbers.

        Returns
        -------
        self : HammingNeighbors
            The fitted searcher.

        Raises
        ------
        ValueError
            If there is no code, the width does not match ``n_bits``, the codes look like bits with ``packed=True`` or
            like bytes with ``packed=False``, the labels or ids do not match the codes, an id repeats, or this machine
            does not have ``device``. The searcher is then left unchanged.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> HammingNeighbors().fit([[0, 0, 0], [0, 1, 1]], ids=[7, 8]).ids_
        array([7, 8])
        >>> search = HammingNeighbors(n_neighbors=1).fit([[0, 0, 0], [0, 1, 1]], ids=["a.png", "b.png"])
        >>> search.kneighbors([[0, 0, 1]], return_distance=False)
        array([['a.png']], dtype=object)
        """
        check_device(self.device)
        with self._unchanged_on_failure():
            X, ids = _opened(X, ids)
            packed, self.n_bits_ = self._packed_codes(X, self.n_bits, reset=True)
            if isinstance(X, PackedRows) and not len(packed):
                raise ValueError("X must hold at least one code; got a table without rows.")
            if self.packed and self.n_bits is None and not isinstance(X, PackedRows):
                refuse_bits(packed)
            self._set_rows(packed, ids, y)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None, ids=None):
        """Append rows; the first call is the same as ``fit``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            Codes to append, as wide as the fitted ones; or a :class:`pyarrow.Table`, as for ``fit``.
        y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_labels), default=None
            Labels of the new rows; required if earlier rows have labels.
        ids : array-like of shape (n_samples,), default=None
            Ids of the new rows, none of them in use; by default the integers after the largest id used so far.

        Returns
        -------
        self : HammingNeighbors
            The searcher with the rows appended.

        Raises
        ------
        ValueError
            As for ``fit``; also if an id is in use, if ids are not given although earlier ids are not integers, or if
            only some of the rows have labels. Nothing is then appended.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors(n_neighbors=1).fit([[0, 0, 0], [0, 1, 1]])
        >>> search.partial_fit([[1, 1, 1]]).kneighbors([[1, 1, 1]], return_distance=False)
        array([[2]])
        """
        if not hasattr(self, "_index"):
            return self.fit(X, y, ids)
        X, ids = _opened(X, ids)
        packed, _ = self._packed_codes(X, self.n_bits_)
        self._rows.append(len(packed), ids, y)
        self._index.append(packed)
        return self

    def remove(self, ids):
        """Remove rows.

        The remaining rows keep their ids and their order. Searches skip removed rows; their memory is freed once they
        outnumber the remaining ones.

        Parameters
        ----------
        ids : array-like of shape (n_removed,)
            Ids of fitted rows, without repetition.

        Returns
        -------
        self : HammingNeighbors
            The searcher without the rows.

        Raises
        ------
        ValueError
            If an id is unknown or repeats. Nothing is then removed.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors().fit([[0, 0, 0], [0, 1, 1], [1, 1, 1]])
        >>> search.remove([0]).ids_
        array([1, 2])
        """
        check_is_fitted(self)
        self._rows.remove(ids)
        if self._rows.n < self._rows.n_stored / 2:
            remaining = self._rows.remaining(self._index.packed)
            self._rows.compact()
            self._index = CodeIndex(remaining, self.n_bits_, self._index.algorithm)
        return self

    def _set_rows(self, packed, ids, y=None):
        self._rows = StoredRows()
        self._rows.append(len(packed), ids, y)
        self._index = CodeIndex(packed, self.n_bits_, self.algorithm)


def _opened(X, ids):
    """Return the content of an Arrow table, with the given ids or else its own; other input is returned unchanged."""
    X = opened(X)
    return X, X.ids if ids is None and isinstance(X, PackedRows) else ids
