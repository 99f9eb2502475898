"""Candidates for the k nearest codes of each query of a tile, which are collected during a scan.

Each query has a limit, its k-th least distance so far. Since codes are scanned in the order of their positions, a code
is a candidate exactly if it is nearer than the limit, and it never displaces a code at the same distance. A candidate
is one integer, with the distance in the bits above the position. The state of a query is its limit, the number of
candidates nearer than the limit, and the number of candidates kept.
"""

import numpy as np
from numba import njit

__all__ = ["POSITION", "SHIFT", "accept", "new_candidates", "nearest_candidates"]

SHIFT = 44
POSITION = (1 << SHIFT) - 1
_LIMIT, _NEARER, _USED = range(3)
_SPARE = 64


def new_candidates(n_queries, n_distances, k):
    """Return the initial states, counts and candidates of a tile of queries."""
    states = np.zeros((n_queries, 3), np.int64)
    states[:, _LIMIT] = n_distances
    return states, np.zeros((n_queries, n_distances + 1), np.int64), np.empty((n_queries, 2 * k + _SPARE), np.int64)


def nearest_candidates(states, candidates, k, distances, positions):
    """Write the distances and positions of the ``k`` nearest candidates, ordered by (distance, position)."""
    used = states[:, _USED]
    candidates = candidates[:, : used.max(initial=k)]
    candidates[np.arange(candidates.shape[1]) >= used[:, None]] = np.iinfo(np.int64).max
    candidates.sort(axis=1)
    np.right_shift(candidates[:, :k], SHIFT, out=distances, casting="unsafe")
    np.bitwise_and(candidates[:, :k], POSITION, out=positions)


@njit(inline="always")
def accept(distance, position, query, k, states, counts, candidates):
    """Append a candidate that is nearer than the limit, and return the new limit, the k-th least distance."""
    limit = states[query, _LIMIT]
    nearer = states[query, _NEARER] + 1
    used = states[query, _USED]
    if used == candidates.shape[1]:
        used = 0
        ties = k - nearer + 1
        counts[query, limit] = ties
        for place in range(candidates.shape[1]):
            candidate = candidates[query, place]
            over = (candidate >> SHIFT) - limit
            if over < 0 or (over == 0 and ties > 0):
                ties -= over == 0
                candidates[query, used] = candidate
                used += 1
    candidates[query, used] = (distance << SHIFT) | position
    states[query, _USED] = used + 1
    counts[query, distance] += 1
    while nearer >= k:
        limit -= 1
        nearer -= counts[query, limit]
    states[query, _LIMIT] = limit
    states[query, _NEARER] = nearer
    return limit
