"""Near-duplicate detection: groups of codes within a Hamming radius of each other."""

from contextlib import contextmanager
from numbers import Integral, Real
from threading import Lock

import scipy.sparse as sp
from sklearn import get_config
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import validate_data
from tqdm.auto import tqdm

from sklearn_hash._compat import Interval, StrOptions, _fit_context, validate_params
from sklearn_hash._tensors import tensor_to_array
from sklearn_hash._validation import check_codes

__all__ = ["NearDuplicates", "near_duplicates"]

_CONSTRAINTS: dict = {
    "radius": [Interval(Real, 0, None, closed="both")],
    "method": [StrOptions({"components", "leader"})],
    "packed": ["boolean"],
    "n_bits": [Interval(Integral, 1, None, closed="left"), None],
    "n_jobs": [Integral, None],
    "verbose": ["verbose"],
}


@validate_params(
    {"codes": ["array-like"], "return_graph": ["boolean"], **_CONSTRAINTS}, prefer_skip_nested_validation=True
)
def near_duplicates(
    codes,
    radius,
    *,
    method="components",
    packed=False,
    n_bits=None,
    return_graph=False,
    n_jobs=None,
    verbose=0,
):
    """Group codes that are within a Hamming radius of each other.

    The result is exact and depends only on the codes and their order. Pairs are found by joins of the codes on parts
    of their bits [1]_ and are not stored unless ``return_graph=True``.

    Parameters
    ----------
    codes : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
        Bits, signs or real values (a bit is set where the value is positive), or packed bytes.
    radius : float
        The largest distance of two near-duplicates, in bits, inclusive.
    method : {"components", "leader"}, default="components"
        How pairs within the radius form groups. ``"components"``: a group is a connected component of the graph of
        these pairs, as in single-linkage clustering cut at the radius; two codes of a group may be further apart than
        the radius if other codes link them. ``"leader"``: the codes are processed in order [2]_. A code within the
        radius of earlier kept codes joins the group of the earliest of them; any other code is kept and starts a
        group. Every code is within the radius of the kept code of its group.
    packed : bool, default=False
        Whether codes are packed bytes, uint8 in the bit order of :func:`numpy.packbits`.
    n_bits : int, default=None
        Code length; needed for packed codes whose length is not a multiple of 8.
    return_graph : bool, default=False
        Whether to also return the graph of the pairs within the radius. Its memory grows with the number of pairs: m
        equal codes have ``m * (m - 1)`` entries.
    n_jobs : int, default=None
        Number of threads: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all processors.
    verbose : bool or int, default=0
        Whether to show a progress bar.

    Returns
    -------
    labels : ndarray of shape (n_samples,), int64
        Group of each code; groups are numbered in the order of their first codes. A code without near-duplicates is a
        group of its own.
    kept : ndarray of shape (n_groups,), int64
        Row to keep of each group, its first one: ``codes[kept]`` has no near-duplicates, and ``kept[labels]`` is the
        kept row of each row.
    graph : sparse matrix of shape (n_samples, n_samples), int32
        Distances of the pairs within the radius, in CSR format, in both directions and without the diagonal. The
        distance 0 of equal codes is stored. A sparse array if scikit-learn is configured with
        ``sparse_interface="sparray"``. Returned only with ``return_graph=True``.

    Raises
    ------
    ValueError
        If ``codes`` holds no code or does not agree with ``packed`` and ``n_bits``.

    See Also
    --------
    NearDuplicates : Estimator that does the same.
    sklearn_hash.codes : Conversion of integers, hexadecimal strings and other forms to codes.

    Notes
    -----
    The first code of each group is kept. To keep the best one, sort the codes from best to worst beforehand.

    References
    ----------
    .. [1] M. Norouzi, A. Punjani, D. J. Fleet. "Fast Search in Hamming Space with Multi-Index Hashing", CVPR 2012.
    .. [2] J. A. Hartigan. "Clustering Algorithms", chapter 3. Wiley, 1975.

    Examples
    --------
    >>> from sklearn_hash.neighbors import near_duplicates
    >>> codes = [[0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 0], [0, 0, 1, 1]]
    >>> labels, kept = near_duplicates(codes, radius=1)
    >>> labels, kept
    (array([0, 0, 1, 0]), array([0, 2]))
    >>> near_duplicates(codes, radius=1, method="leader")
    (array([0, 0, 1, 2]), array([0, 2, 3]))
    """
    codes, n_bits = check_codes(codes, packed=packed, n_bits=n_bits)
    labels, kept = _groups(codes, n_bits, radius, method, n_jobs, verbose)
    return (labels, kept, _graph(codes, n_bits, radius, n_jobs)) if return_graph else (labels, kept)


class NearDuplicates(ClusterMixin, BaseEstimator):
    """Group codes that are within a Hamming radius of each other.

    Parameters
    ----------
    radius : float, default=2
        The largest distance of two near-duplicates, in bits, inclusive.
    method : {"components", "leader"}, default="components"
        How pairs within the radius form groups. ``"components"``: a group is a connected component of the graph of
        these pairs. ``"leader"``: the codes are processed in order; a code within the radius of earlier kept codes
        joins the group of the earliest of them, any other code is kept and starts a group.
    packed : bool, default=False
        Whether codes are packed bytes, uint8 in the bit order of :func:`numpy.packbits`.
    n_bits : int, default=None
        Code length; needed for packed codes whose length is not a multiple of 8.
    n_jobs : int, default=None
        Number of threads: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all processors.
    verbose : bool or int, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), int64
        Group of each code; groups are numbered in the order of their first codes.
    kept_indices_ : ndarray of shape (n_groups,), int64
        Row to keep of each group, its first one.
    n_bits_ : int
        Code length.
    n_features_in_ : int
        Number of columns of the codes; these are bytes with ``packed=True``.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns. Defined only when ``X`` has feature names that are all strings.

    See Also
    --------
    near_duplicates : Function that does the same, and can also return the graph of the pairs.
    sklearn.cluster.DBSCAN : With ``min_samples=1``, the connected components under any metric.

    Examples
    --------
    >>> from sklearn_hash import NearDuplicates
    >>> duplicates = NearDuplicates(radius=1).fit([[0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 0], [0, 0, 1, 1]])
    >>> duplicates.labels_
    array([0, 0, 1, 0])
    >>> duplicates.kept_indices_
    array([0, 2])
    """

    _parameter_constraints: dict = _CONSTRAINTS

    def __init__(self, radius=2, *, method="components", packed=False, n_bits=None, n_jobs=None, verbose=0):
        self.radius = radius
        self.method = method
        self.packed = packed
        self.n_bits = n_bits
        self.n_jobs = n_jobs
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Group the codes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            The codes.
        y : None
            Ignored.

        Returns
        -------
        self : NearDuplicates
            The fitted estimator.

        Raises
        ------
        ValueError
            If ``X`` holds no code or does not agree with ``packed`` and ``n_bits``.
        """
        dtype = None if self.packed else "numeric"  # packed bytes must be uint8 already; do not convert them
        X = validate_data(self, tensor_to_array(X), dtype=dtype)
        codes, self.n_bits_ = check_codes(X, packed=self.packed, n_bits=self.n_bits, name="X")
        self.labels_, self.kept_indices_ = _groups(
            codes, self.n_bits_, self.radius, self.method, self.n_jobs, self.verbose
        )
        return self


def _groups(packed, n_bits, radius, method, n_jobs, verbose):
    from sklearn_hash._hamming._components_groups import group_rows

    if len(packed) == 0:
        raise ValueError("codes must hold at least one code; got none.")
    with _progress_bar(verbose) as progress:
        return group_rows(packed, n_bits, int(min(radius, n_bits)), method, n_jobs, progress)


def _graph(packed, n_bits, radius, n_jobs):
    from sklearn_hash._hamming._components_groups import pair_graph

    graph = pair_graph(packed, n_bits, int(min(radius, n_bits)), n_jobs)
    return graph if get_config()["sparse_interface"] == "sparray" else sp.csr_matrix(graph)


@contextmanager
def _progress_bar(verbose):
    """Return a callable that shows the progress, or None."""
    if not verbose:
        yield None
        return
    lock = Lock()
    with tqdm(unit="code", unit_scale=True, leave=False) as bar:

        def show(n_done, n_all):
            with lock:
                bar.total = n_all
                bar.update(n_done)

        yield show
