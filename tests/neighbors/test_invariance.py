"""Results stay the same when all codes and queries are xored with one mask, or their bits permuted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors

ALGORITHMS = ["flat", "pruned", "multi_index", "auto"]


def results(algorithm, codes, queries, k, radius, where):
    """Results of every query of the searcher, in a flat list of arrays."""
    search = HammingNeighbors(algorithm=algorithm).fit(codes)
    graph = search.radius_neighbors_graph(queries, radius, mode="distance")
    return [
        *search.kneighbors(queries, k),
        *search.kneighbors(n_neighbors=k, pad=True),
        *search.kneighbors(queries, k, where=where, pad=True),
        *map(np.concatenate, search.radius_neighbors(queries, radius)),
        *map(np.concatenate, search.radius_neighbors(radius=radius)),
        *map(np.concatenate, search.radius_neighbors(queries, radius, where=where)),
        graph.data,
        graph.indices,
        graph.indptr,
    ]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@settings(deadline=None, max_examples=40)
@given(data=st.data(), n_bits=st.integers(1, 150), clustered=st.booleans(), seed=st.integers(0, 2**32))
def test_xor_and_permutation(algorithm, data, n_bits, clustered, seed):
    rng = np.random.default_rng(seed)
    n = data.draw(st.integers(1, 200), "n")
    bits = rng.integers(0, 2, (n + 5, n_bits), dtype=np.uint8)
    if clustered:
        bits = bits[rng.integers(0, 3, n + 5) % (n + 5)] ^ (rng.random(bits.shape) < 0.05)
    k, radius = data.draw(st.integers(1, n), "k"), data.draw(st.integers(0, n_bits), "radius")
    where = rng.random(n) < 0.5
    mask, order = rng.integers(0, 2, n_bits, dtype=np.uint8), rng.permutation(n_bits)
    expected = results(algorithm, bits[:n], bits[n:], k, radius, where)
    for changed in (bits ^ mask, bits[:, order]):
        for found, same in zip(results(algorithm, changed[:n], changed[n:], k, radius, where), expected, strict=True):
            assert_array_equal(found, same)


@pytest.mark.parametrize("clustered", [False, True])
def test_whichever_way_auto_goes(clustered):
    """Enough rows and queries for ``auto`` to leave the scan."""
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (25_000, 64), dtype=np.uint8)
    if clustered:
        bits = bits[rng.integers(0, 30, 25_000)] ^ (rng.random(bits.shape) < 0.03)
    mask, order = rng.integers(0, 2, 64, dtype=np.uint8), rng.permutation(64)
    queries = slice(0, 150)
    expected = [HammingNeighbors(algorithm=name).fit(bits) for name in ("auto", "flat")]
    graphs = [search.radius_neighbors_graph(bits[queries], 2, mode="distance") for search in expected]
    nearest = [search.kneighbors(bits[queries], 9) for search in expected]
    for changed in (bits ^ mask, bits[:, order]):
        search = HammingNeighbors().fit(changed)
        graphs.append(search.radius_neighbors_graph(changed[queries], 2, mode="distance"))
        nearest.append(search.kneighbors(changed[queries], 9))
    for graph, found in zip(graphs, nearest, strict=True):
        assert_array_equal(found, nearest[0])
        for part in ("data", "indices", "indptr"):
            assert_array_equal(getattr(graph, part), getattr(graphs[0], part))
