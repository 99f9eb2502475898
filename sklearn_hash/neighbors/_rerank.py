"""Re-ranking of candidates by asymmetric distances or by vectors, on several threads."""

import numpy as np

__all__ = ["asymmetric_distances", "nearest", "vector_distances"]

_QUERIES_A_TASK = 256


def asymmetric_distances(projections, rows, codes, n_jobs=None):
    """Compute the asymmetric distances of projected queries to the codes of candidates.

    The asymmetric distance is the sum of the absolute values of a projection over the bits in which its signs differ
    from a code: a Hamming distance in which each bit is weighted by the distance of the query from its threshold.

    Parameters
    ----------
    projections : ndarray of shape (n_queries, n_bits)
        Real-valued codes of the queries, whose signs are their bits.
    rows : ndarray of shape (n_queries, n_candidates), int64
        Candidates as rows of ``codes``; -1 for no candidate.
    codes : ndarray of shape (n, n_bytes), uint8
        Packed codes.
    n_jobs : int, optional
        Number of threads, as in joblib.

    Returns
    -------
    distances : ndarray of shape (n_queries, n_candidates), float64
        Infinite for row -1.
    """
    from sklearn_hash.neighbors._rerank_kernels import code_distances  # loads numba

    padded = np.zeros((len(projections), 8 * codes.shape[1]))
    padded[:, : projections.shape[1]] = projections
    codes, out = _read_only(codes), np.full(rows.shape, np.inf)
    _in_tasks(lambda task: code_distances(padded[task], rows[task], codes, out[task]), len(rows), n_jobs)
    return out


def vector_distances(queries, rows, parts, metric, n_jobs=None):
    """Compute the distances of queries to the vectors of candidates.

    Parameters
    ----------
    queries : ndarray of shape (n_queries, n_features)
    rows : ndarray of shape (n_queries, n_candidates), int64
        Candidates as numbers of vectors; -1 for no candidate.
    parts : list of (first, vectors, scale, offset)
        Blocks of vectors, each with the row of its first vector, as in :func:`._rerank_kernels.vector_distances`.
    metric : {"cosine", "euclidean", "inner_product"}
        With "inner_product" the distance is the negative inner product.
    n_jobs : int, optional
        Number of threads, as in joblib.

    Returns
    -------
    distances : ndarray of shape (n_queries, n_candidates), float64
        Infinite for row -1.
    """
    from sklearn_hash.neighbors import _rerank_kernels as kernels

    queries = np.ascontiguousarray(queries, dtype=np.float64)
    if metric == "cosine":
        norms = np.linalg.norm(queries, axis=1, keepdims=True)
        queries = np.divide(queries, norms, out=np.zeros_like(queries), where=norms > 0)
    kind = {"cosine": kernels.COSINE, "euclidean": kernels.EUCLIDEAN, "inner_product": kernels.INNER_PRODUCT}[metric]
    out = np.full(rows.shape, np.inf)

    def compute(task):
        for first, vectors, scale, offset in parts:
            kept = _read_only(vectors)
            kernels.vector_distances(queries[task], rows[task], kept, first, scale, offset, kind, out[task])

    _in_tasks(compute, len(rows), n_jobs)
    return out


def nearest(distances, rows, n_nearest, n_jobs=None):
    """Return distances and rows of the nearest candidates of each query, ordered by (distance, row).

    Parameters
    ----------
    distances : ndarray of shape (n_queries, n_candidates), float64
    rows : ndarray of shape (n_queries, n_candidates), int64
    n_nearest : int
        At most ``n_candidates``.
    n_jobs : int, optional
        Number of threads, as in joblib.

    Returns
    -------
    distances : ndarray of shape (n_queries, n_nearest), float64
    rows : ndarray of shape (n_queries, n_nearest), int64
    """
    from sklearn_hash.neighbors._rerank_kernels import select_nearest

    least, found = np.empty((len(rows), n_nearest)), np.empty((len(rows), n_nearest), dtype=np.int64)
    _in_tasks(lambda task: select_nearest(distances[task], rows[task], least[task], found[task]), len(rows), n_jobs)
    return least, found


def _read_only(array):
    """Return a read-only view, so that arrays and read-only memory maps share one compiled function."""
    view = array.view()
    view.flags.writeable = False
    return view


def _in_tasks(function, n_queries, n_jobs):
    """Call a function on slices of the queries, in several threads."""
    from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

    n_threads = effective_threads(n_jobs)
    tasks = [slice(*bounds) for bounds in even_ranges(n_queries, _QUERIES_A_TASK, at_least=n_threads)]
    map_threads(function, tasks, n_threads)
