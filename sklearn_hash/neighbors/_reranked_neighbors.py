"""Nearest-neighbour search with candidates by hash codes, re-ranked by the vectors that the codes were made of."""

from copy import copy
from numbers import Integral

from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._compat import HasMethods, Interval, StrOptions, _fit_context
from sklearn_hash._unchanged_on_failure import UnchangedOnFailureMixin
from sklearn_hash.neighbors._check_input import check_device
from sklearn_hash.neighbors._graph import KNeighborsGraphMixin
from sklearn_hash.neighbors._hashed_rows import fit_hasher, pack_rows
from sklearn_hash.neighbors._index import CodeIndex
from sklearn_hash.neighbors._recall_score import RecallScoreMixin

__all__ = ["RerankedNeighbors"]


class RerankedNeighbors(UnchangedOnFailureMixin, KNeighborsGraphMixin, RecallScoreMixin):
    """Approximate nearest-neighbour search: candidates by hash codes, re-ranked by the vectors.

    A search has up to three stages, each restricted to the best candidates of the previous stage:

    1. the Hamming distance of the query to all codes;
    2. the asymmetric distance [1]_ of the real-valued code of the query to the codes: the sum of the absolute values of
       the real-valued code over the bits that differ. It needs no memory in addition to the codes;
    3. the metric itself, between the query and the vectors of the remaining candidates.

    The result is exact among the candidates of stage 3, with exact distances.

    Parameters
    ----------
    hasher : estimator
        Hasher, or a Pipeline that ends with one; a clone of it is fitted. To use a fitted hasher, wrap it in
        :class:`~sklearn.frozen.FrozenEstimator`. The bits of a row are the signs of the output of
        ``decision_function`` or, if the hasher has none, of ``transform``.
    n_neighbors : int, default=10
        Default number of neighbours per query.
    oversample : int, default=10
        Number of candidates in stage 3 per neighbour; ``oversample * n_neighbors`` vectors are compared with a query.
        The search is exact if this is at least the number of rows.
    asymmetric_oversample : int, default=1
        Number of candidates in stage 2 per candidate in stage 3. With 1, stage 2 is skipped. Larger values are useful
        if reading vectors is expensive, for example from a disk, and for codes whose bits differ in weight, such as
        those of :class:`~sklearn_hash.PCAHasher`.
    metric : {"cosine", "euclidean", "inner_product"}, default="cosine"
        Distance of two vectors. ``"inner_product"`` is the negative inner product, so that the nearest come first.
    vectors : {"given", "float32", "float16", "int8"} or None, default="given"
        How the vectors are stored. ``"given"``: as the given array, which is not copied if it is in C order and of
        type float64, float32, float16, int8 or uint8; of a memory map, searches read only the rows of candidates.
        ``"float32"`` and ``"float16"``: as a copy in that type. ``"int8"``: as one byte per value, quantized uniformly
        over the range of its dimension in the rows given to ``fit``; distances are those to the quantized vectors.
        None: not at all; searches end after stage 2 and return asymmetric distances.
    subsample : int or None, default=100_000
        Maximum number of rows, drawn at random, on which the hasher is fitted; None means all rows.
    algorithm : {"auto", "flat", "pruned"}, default="auto"
        Search algorithm of stage 1, as in :class:`HammingNeighbors`; it does not change the results.
    random_state : int, RandomState instance or None, default=None
        Seed of the draw of the rows on which the hasher is fitted.
    n_jobs : int, default=None
        Number of threads per search: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all
        processors.
    device : {"cpu", "cuda", "cuda:<index>", "auto"}, default="cpu"
        Device of stage 1, as in :class:`HammingNeighbors`; it does not change the results.

    Attributes
    ----------
    hasher_ : estimator
        The fitted hasher.
    n_bits_ : int
        Code length.
    n_samples_fit_ : int
        Number of fitted rows.
    ids_ : ndarray of shape (n_samples_fit_,), int64 or object
        Ids of the rows, which queries return.
    nbytes_per_row_ : int
        Number of bytes stored for the code and the vector of one row.
    n_features_in_ : int
        Number of columns of the vectors.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns. Defined only when ``X`` has feature names that are all strings.

    See Also
    --------
    HammingNeighbors : Exact nearest neighbours among codes.
    sklearn.neighbors.NearestNeighbors : Exact nearest neighbours among vectors.
    sklearn_hash.metrics.neighbor_recall : Fraction of the true neighbours among the candidates of stage 1.

    Notes
    -----
    Several threads may query one searcher at the same time, but not while another calls ``fit``, ``partial_fit`` or
    ``remove``. Do not change an array that is stored as given. A pickle holds the codes and the stored vectors; of a
    ``.npy`` file that was given by its path, it holds only the path.

    References
    ----------
    .. [1] A. Gordo, F. Perronnin, Y. Gong, S. Lazebnik. "Asymmetric Distances for Binary Embeddings", IEEE TPAMI
           36(1), 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import ITQHasher, RerankedNeighbors
    >>> X, _ = load_digits(return_X_y=True)
    >>> search = RerankedNeighbors(ITQHasher(32, random_state=0), n_neighbors=3, metric="euclidean").fit(X[100:])
    >>> distances, rows = search.kneighbors(X[:1])
    >>> rows
    array([[ 777, 1265, 1441]])
    >>> distances.round(2)
    array([[10.95, 12.81, 13.11]])
    """

    _required_parameters = ("hasher",)
    _parameter_constraints: dict = {
        "hasher": [HasMethods(["fit", "transform"]), HasMethods(["fit", "decision_function"])],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "oversample": [Interval(Integral, 1, None, closed="left")],
        "asymmetric_oversample": [Interval(Integral, 1, None, closed="left")],
        "metric": [StrOptions({"cosine", "euclidean", "inner_product"})],
        "vectors": [StrOptions({"given", "float32", "float16", "int8"}), None],
        "subsample": [Interval(Integral, 1, None, closed="left"), None],
        "algorithm": [StrOptions({"auto", "flat", "pruned"})],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "device": [str],
    }

    def __init__(
        self,
        hasher,
        n_neighbors=10,
        *,
        oversample=10,
        asymmetric_oversample=1,
        metric="cosine",
        vectors="given",
        subsample=100_000,
        algorithm="auto",
        random_state=None,
        n_jobs=None,
        device="cpu",
    ):
        self.hasher = hasher
        self.n_neighbors = n_neighbors
        self.oversample = oversample
        self.asymmetric_oversample = asymmetric_oversample
        self.metric = metric
        self.vectors = vectors
        self.subsample = subsample
        self.algorithm = algorithm
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.device = device

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, ids=None):
        """Fit the hasher, and store the codes and vectors of all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), path of a .npy file, or Arrow column
            Vectors. A file is memory-mapped; an Arrow column is a :class:`pyarrow.ChunkedArray` or
            :class:`pyarrow.FixedSizeListArray` of fixed-size lists without nulls. Neither is copied with
            ``vectors="given"``.
        y : array-like with n_samples rows, default=None
            Targets, for hashers that learn from them.
        ids : array-like of shape (n_samples,), default=None
            Ids of the rows, which queries return: integers, strings or other hashable objects; by default the row
            numbers.

        Returns
        -------
        self : RerankedNeighbors
            The fitted searcher.

        Raises
        ------
        ValueError
            If X is not valid or not a supported file or column, or if the hasher or the ids are not valid for it. The
            searcher is then left unchanged.
        """
        check_device(self.device)
        with self._unchanged_on_failure():
            parts = self._check_parts(X, reset=True)
            random_state = check_random_state(self.random_state)
            self.hasher_ = fit_hasher(self.hasher, parts, y, self.subsample, random_state)
            self._store(parts, ids)
        return self

    @_fit_context(prefer_skip_nested_validation=False)
    def partial_fit(self, X, y=None, ids=None):
        """Append rows, hashed and quantized like those of ``fit``; the first call is the same as ``fit``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), path of a .npy file, or Arrow column
            Vectors to append. Arrays in memory are copied.
        y : array-like with n_samples rows, default=None
            Targets, used only by the first call.
        ids : array-like of shape (n_samples,), default=None
            Ids of the new rows, none of them in use; by default the integers after the largest id used so far.

        Returns
        -------
        self : RerankedNeighbors
            The searcher with the rows appended.

        Raises
        ------
        ValueError
            As for ``fit``; also if an id is in use, if ids are not given although earlier ids are not integers, or if
            with ``vectors="given"`` the type of X cannot be converted to that of the earlier rows. Nothing is then
            appended.
        """
        if not hasattr(self, "hasher_"):
            return self.fit(X, y, ids)
        parts = self._check_parts(X)
        if len(parts[0].vectors) == 0:
            return self
        packed, _ = pack_rows(self.hasher_, parts)
        vectors = copy(self._vectors)
        if vectors is not None:
            vectors.append(parts)
        self._rows.append(len(packed), ids)
        self._index.append(packed)
        self._vectors = vectors
        return self

    def remove(self, ids):
        """Remove rows.

        The remaining rows keep their ids and their order. Searches skip removed rows; their memory is freed once they
        outnumber the remaining ones, except for vectors that are mapped from a file.

        Parameters
        ----------
        ids : array-like of shape (n_removed,)
            Ids of fitted rows, without repetition.

        Returns
        -------
        self : RerankedNeighbors
            The searcher without the rows.

        Raises
        ------
        ValueError
            If an id is unknown or repeats. Nothing is then removed.
        """
        check_is_fitted(self)
        self._rows.remove(ids)
        if self._rows.n < self._rows.n_stored / 2:
            stored = self._rows.remaining_stored
            codes = self._rows.remaining(self._index.packed)
            if self._vectors is not None:
                self._vectors.keep(stored)
            self._rows.compact()
            self._index = CodeIndex(codes, self.n_bits_, self._index.algorithm)
        return self
