"""HammingNeighbors: exact search among hash codes, with the manners of ``sklearn.neighbors``."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from sklearn_hash._compat import Interval, StrOptions, _fit_context
from sklearn_hash._tensors import tensor_to_array
from sklearn_hash._unchanged_on_failure import UnchangedOnFailureMixin
from sklearn_hash._validation import check_codes
from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.metrics._relevance import check_same_kind, check_y
from sklearn_hash.neighbors._graph import NeighborsGraphMixin
from sklearn_hash.neighbors._index import CodeIndex
from sklearn_hash.neighbors._row_ids import Rows

__all__ = ["HammingNeighbors"]

_LOOKED_AT = 100  # rows: enough to tell bits from bytes, and one or two pages of a memory map
_LEAST_COLUMNS = 8  # no hash code has fewer bits; as bytes, 8 zeros and ones in a row are no accident


class HammingNeighbors(UnchangedOnFailureMixin, NeighborsGraphMixin, BaseEstimator):
    """Exact nearest neighbours under the Hamming distance.

    Neighbours are ordered by (distance, row), so a result depends on the codes alone: neither on the
    algorithm nor on threads or batches. Codes are bits, signs or real values (a bit is set where the value is
    positive), or packed bytes; which of the two is said by ``packed`` and never guessed.

    Parameters
    ----------
    n_neighbors : int, default=5
        Neighbours per query, where a query does not say.
    radius : float, default=2
        The largest distance of a neighbour, inclusive, where a radius query does not say.
    algorithm : {"auto", "flat", "pruned", "multi_index"}, default="auto"
        How to search; results are the same. ``"flat"`` scans all codes. ``"pruned"`` groups them and skips
        groups by the triangle inequality: much faster on clustered codes, slower on spread ones.
        ``"multi_index"`` looks small radii up in hash tables over parts of the code [1]_, and scans for larger
        ones and for nearest neighbours. ``"auto"`` scans until 100 queries have been asked, then probes the codes:
        on clustered ones it goes on as ``"pruned"`` where that proves faster, on spread ones it scans and leaves
        small radii to the multi-index.
    packed : bool, default=False
        Whether codes come as packed bytes, (n, n_bytes) uint8 in the bit order of :func:`numpy.packbits`.
    n_bits : int, default=None
        The code length. Left out, the number of columns, or 8 times the number of bytes with ``packed=True``;
        needed only for packed codes of another length, and for those whose first rows hold no byte but 0
        and 1, which look as if they were not packed.
    n_jobs : int, default=None
        Threads per search: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all
        processors. A GPU does not heed it.
    device : {"cpu", "cuda", "cuda:<index>", "auto"}, default="cpu"
        Where to search for neighbours; results are the same. A GPU keeps a copy of the codes and always scans all of
        them, by Triton kernels or, where Triton is missing, by matrix products in half precision. ``"auto"`` is the
        current CUDA device where there is one. ``score`` counts on the CPU.

    Attributes
    ----------
    algorithm_ : str
        The algorithm in use for the nearest neighbours of many queries on the CPU. Asking for it makes ``"auto"``
        probe, if it has not yet.
    n_bits_ : int
        The code length.
    n_samples_fit_ : int
        How many rows are fitted.
    ids_ : ndarray of shape (n_samples_fit_,), int64
        The id of each row, as queries return it.
    packed_codes_ : ndarray of shape (n_samples_fit_, n_bytes), uint8
        The fitted codes, in the order of ``ids_``.
    labels_ : {ndarray, sparse matrix} with n_samples_fit_ rows, or None
        Their labels as given to ``fit``, in the order of ``ids_``.
    n_features_in_ : int
        Columns of the fitted codes; bytes with ``packed=True``.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns. Defined only when ``X`` has feature names that are all strings.

    See Also
    --------
    sklearn.neighbors.NearestNeighbors : The same for real-valued distances.
    sklearn_hash.metrics.mean_average_precision : The measure that ``score`` returns.

    Notes
    -----
    Change ``algorithm``, ``packed`` and ``n_bits`` only before ``fit``, ``device`` at any time. Queries are safe from
    many threads at once; ``fit``, ``partial_fit`` and ``remove`` are not safe beside them.

    Packed codes are kept as given, without a copy where they are contiguous: do not change the array
    afterwards. With ``algorithm="flat"`` it may be a read-only memory map. A pickle holds the packed codes,
    labels and ids; what speeds searching up is built again when first needed. Loaded on a machine without the GPU
    that ``device`` names, the searcher warns and uses the CPU.

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

    Rows can be added and removed, under ids of one's own too:

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
    }

    def __init__(self, n_neighbors=5, radius=2, algorithm="auto", packed=False, n_bits=None, n_jobs=None, device="cpu"):
        self.n_neighbors = n_neighbors
        self.radius = radius
        self.algorithm = algorithm
        self.packed = packed
        self.n_bits = n_bits
        self.n_jobs = n_jobs
        self.device = device

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, ids=None):
        """Take the codes to be searched.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            The database.
        y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_labels), default=None
            Class labels of any kind or a multi-label indicator, for ``score`` only.
        ids : array-like of shape (n_samples,), default=None
            Integers by which queries name the rows; by default the row numbers.

        Returns
        -------
        self : HammingNeighbors
            The fitted searcher.

        Raises
        ------
        ValueError
            If the codes are empty, of another width than ``n_bits`` or plainly not packed with ``packed=True`` or
            packed without it, labels or ids do not match them, an id repeats, or this machine does not have
            ``device``. The searcher is then what it was before.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> HammingNeighbors().fit([[0, 0, 0], [0, 1, 1]], ids=[7, 8]).ids_
        array([7, 8])
        """
        _check_device(self.device)
        with self._unchanged_on_failure():
            packed, self.n_bits_ = self._packed_codes(X, self.n_bits, reset=True)
            if self.packed and self.n_bits is None:
                _refuse_bits(packed)
            self._rows = Rows()
            self._rows.append(len(packed), ids, y)
            self._index = CodeIndex(packed, self.n_bits_, self.algorithm)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None, ids=None):
        """Append rows; the first call is ``fit``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            Codes to append, as wide as the fitted ones.
        y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_labels), default=None
            Their labels; needed if earlier rows have labels.
        ids : array-like of shape (n_samples,), default=None
            Their ids, not in use yet; by default counted on from the largest id ever used.

        Returns
        -------
        self : HammingNeighbors
            The searcher with the rows appended.

        Raises
        ------
        ValueError
            As ``fit``; also if an id is in use, or labels are given for some rows only. Nothing is appended
            then.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors(n_neighbors=1).fit([[0, 0, 0], [0, 1, 1]])
        >>> search.partial_fit([[1, 1, 1]]).kneighbors([[1, 1, 1]], return_distance=False)
        array([[2]])
        """
        if not hasattr(self, "_index"):
            return self.fit(X, y, ids)
        packed, _ = self._packed_codes(X, self.n_bits_)
        self._rows.append(len(packed), ids, y)
        self._index.append(packed)
        return self

    def remove(self, ids):
        """Remove rows.

        The others keep their ids and their order. Removed rows are skipped by searches and leave memory once
        they outnumber the others.

        Parameters
        ----------
        ids : array-like of shape (n_removed,)
            Ids of fitted rows, none twice.

        Returns
        -------
        self : HammingNeighbors
            The searcher without the rows.

        Raises
        ------
        ValueError
            If an id is unknown or repeats; nothing is removed then.

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

    def kneighbors(self, X=None, n_neighbors=None, return_distance=True, where=None):
        """Find the nearest neighbours.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), default=None
            Query codes. When left out, the fitted codes, of which none is its own neighbour (its duplicates
            are).
        n_neighbors : int, default=None
            Neighbours per query; the parameter of the estimator when left out.
        return_distance : bool, default=True
            Whether to return distances too.
        where : array-like of shape (n_samples_fit_,), bool, default=None
            The rows that may be neighbours, in the order of ``ids_``.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors), int32
            Numbers of differing bits, if ``return_distance=True``.
        ids : ndarray of shape (n_queries, n_neighbors), int64
            Ids of the neighbours, ordered by (distance, row).

        Raises
        ------
        ValueError
            If the codes have another width than the fitted ones, ``n_neighbors`` is not positive or more than
            the rows to choose from, or ``where`` is not a boolean mask over the rows.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors(n_neighbors=2).fit([[0, 0, 0], [0, 0, 1], [1, 1, 1]])
        >>> search.kneighbors([[0, 0, 1]])
        (array([[0, 1]], dtype=int32), array([[1, 0]]))
        >>> search.kneighbors(n_neighbors=1, return_distance=False)
        array([[1],
               [0],
               [1]])
        """
        check_is_fitted(self)
        distances, stored = self._kneighbors(X, n_neighbors, where)
        ids = self._rows.ids_at(stored)
        return (distances, ids) if return_distance else ids

    def radius_neighbors(self, X=None, radius=None, return_distance=True, where=None):
        """Find all neighbours within a radius, inclusive.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), default=None
            Query codes. When left out, the fitted codes, of which none is its own neighbour (its duplicates
            are).
        radius : float, default=None
            The largest distance of a neighbour; the parameter of the estimator when left out.
        return_distance : bool, default=True
            Whether to return distances too.
        where : array-like of shape (n_samples_fit_,), bool, default=None
            The rows that may be neighbours, in the order of ``ids_``.

        Returns
        -------
        distances : ndarray of shape (n_queries,) of int32 arrays
            Numbers of differing bits, if ``return_distance=True``.
        ids : ndarray of shape (n_queries,) of int64 arrays
            Ids of the neighbours, ordered by (distance, row).

        Raises
        ------
        ValueError
            If the codes have another width than the fitted ones, ``radius`` is negative, or ``where`` is not
            a boolean mask over the rows.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors(radius=1).fit([[0, 0, 0], [0, 0, 1], [1, 1, 1]])
        >>> distances, ids = search.radius_neighbors([[0, 0, 1]])
        >>> distances[0], ids[0]
        (array([0, 1], dtype=int32), array([1, 0]))
        """
        check_is_fitted(self)
        indptr, distances, stored = self._radius_neighbors(X, radius, where)
        ids = _split(self._rows.ids_at(stored), indptr)
        return (_split(distances, indptr), ids) if return_distance else ids

    def score(self, X, y):
        """Mean average precision of queries against the fitted rows.

        The whole ranking counts, and tied rows in the expectation over their orders: see
        :func:`~sklearn_hash.metrics.mean_average_precision`.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            Query codes.
        y : {array-like, sparse matrix} of shape (n_queries,) or (n_queries, n_labels)
            Their labels, of the kind given to ``fit``. A row is relevant to a query if they share a label.

        Returns
        -------
        score : float
            Between 0 and 1, higher is better.

        Raises
        ------
        ValueError
            If ``fit`` was given no labels, there is no query, or ``y`` does not match ``X`` or the labels
            of the fitted rows.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors().fit([[0, 0, 0], [0, 0, 1], [1, 1, 1]], ["a", "b", "b"])
        >>> search.score([[1, 1, 1]], ["b"])
        1.0
        """
        labels = self.labels_
        if labels is None:
            raise ValueError("score needs the labels of the fitted rows: give y to fit.")
        queries, codes = self._queries(X), self._fitted_codes()
        if len(queries) == 0:
            raise ValueError("X must hold at least one query to be scored; got none.")
        y = check_y(y, len(queries), "y", "X")
        labels = check_y(labels, len(codes), "y given to fit", "the codes")
        check_same_kind(y, labels, "y and the y given to fit")
        return mean_average_precision(
            queries,
            y,
            codes,
            labels,
            packed=True,
            n_bits=self.n_bits_,
            n_jobs=self.n_jobs,
        )

    @property
    def algorithm_(self):
        """The algorithm in use."""
        check_is_fitted(self)
        return self._index.choice

    @property
    def n_samples_fit_(self):
        """How many rows are fitted."""
        check_is_fitted(self)
        return self._rows.n

    @property
    def ids_(self):
        """The id of each row."""
        check_is_fitted(self)
        return self._rows.ids

    @property
    def packed_codes_(self):
        """The fitted codes."""
        check_is_fitted(self)
        return self._fitted_codes()

    @property
    def labels_(self):
        """The labels of the fitted rows."""
        check_is_fitted(self)
        return None if self._rows.labels is None else self._rows.remaining(self._rows.labels)

    def _packed_codes(self, X, n_bits, reset=False):
        dtype = None if self.packed else "numeric"  # bytes must be uint8 as given, not made so
        X = validate_data(self, tensor_to_array(X), reset=reset, dtype=dtype, ensure_min_samples=int(reset))
        return check_codes(X, packed=self.packed, n_bits=n_bits, name="X")

    def _queries(self, X):
        return self._packed_codes(X, self.n_bits_)[0]

    def _fitted_codes(self):
        return self._rows.remaining(self._index.packed)

    def _kneighbors(self, X, n_neighbors, where=None):
        """Distances and stored rows."""
        k = _check_n_neighbors(self.n_neighbors if n_neighbors is None else n_neighbors)
        mask, n_allowed = self._rows.allowed(where)
        queries = self._fitted_codes() if X is None else self._queries(X)
        candidates = "n_samples_fit" if where is None else "rows allowed by where"
        if k + (X is None) > n_allowed:
            raise ValueError(
                f"Expected n_neighbors {'<' if X is None else '<='} {candidates}, but n_neighbors = {k}, "
                f"{candidates} = {n_allowed}, n_samples = {len(queries)}."
            )
        if X is not None:
            return self._index.knn(queries, k, where=mask, n_jobs=self.n_jobs, device=self.device)
        distances, stored = self._index.knn(queries, k + 1, where=mask, n_jobs=self.n_jobs, device=self.device)
        return _without_self(distances, stored, self._rows.remaining(np.arange(self._rows.n_stored)))

    def _radius_neighbors(self, X, radius, where=None):
        """``indptr``, distances and stored rows."""
        radius = _check_radius(self.radius if radius is None else radius)
        mask, _ = self._rows.allowed(where)
        queries = self._fitted_codes() if X is None else self._queries(X)
        largest = int(min(radius, self.n_bits_))
        indptr, distances, stored = self._index.radius(
            queries, largest, where=mask, n_jobs=self.n_jobs, device=self.device
        )
        if X is not None:
            return indptr, distances, stored
        itself = np.repeat(self._rows.remaining(np.arange(self._rows.n_stored)), np.diff(indptr))
        keep = stored != itself
        indptr = np.concatenate(([0], np.cumsum(keep)))[indptr]
        return indptr, distances[keep], stored[keep]


def _check_device(device):
    if device != "cpu":  # torch is imported for a GPU alone
        from sklearn_hash.neighbors._gpu import check_device

        check_device(device)


def _refuse_bits(packed):
    """Bits pass for packed bytes of an eighth of their number, unless something looks at them."""
    if packed.shape[1] >= _LEAST_COLUMNS and packed[:_LOOKED_AT].max(initial=0) == 1:
        raise ValueError(
            "X must hold packed bytes with packed=True, but its first rows hold only 0 and 1, as bits do. Pass "
            f"packed=False for bits, or n_bits={8 * packed.shape[1]} if each of these bytes does stand for 8 bits."
        )


def _without_self(distances, stored, itself):
    """Each row less itself; where more duplicates than neighbours crowd it out, less its last."""
    drop = stored == itself[:, None]
    drop[:, -1] |= ~drop.any(axis=1)
    shape = len(stored), stored.shape[1] - 1
    return distances[~drop].reshape(shape), stored[~drop].reshape(shape)


def _split(values, indptr):
    parts = np.empty(len(indptr) - 1, dtype=object)
    for query in range(len(parts)):
        parts[query] = values[indptr[query] : indptr[query + 1]]
    return parts


def _check_n_neighbors(n_neighbors):
    if not isinstance(n_neighbors, Integral):
        raise TypeError(f"n_neighbors does not take {type(n_neighbors)} value, enter integer value")
    if n_neighbors <= 0:
        raise ValueError(f"Expected n_neighbors > 0. Got {n_neighbors}")
    return int(n_neighbors)


def _check_radius(radius):
    if not isinstance(radius, Real):
        raise TypeError(f"radius does not take {type(radius)} value, enter a number")
    if not float(radius) >= 0:
        raise ValueError(f"Expected radius >= 0. Got {radius}")
    return radius
