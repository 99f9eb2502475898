"""Searches among a million codes of 64 bits: algorithms, queries a call, threads, form of the codes, memory maps."""

import numpy as np
import pytest

from sklearn_hash import HammingNeighbors, ITQHasher, RerankedNeighbors
from sklearn_hash.neighbors import near_duplicates


def searcher(codes, **params):
    return HammingNeighbors(n_neighbors=10, packed=True, **params).fit(codes).warm_up()


@pytest.mark.parametrize("algorithm", ["flat", "pruned"])
@pytest.mark.benchmark(group="search: 1,000 queries among uniform codes, 10 neighbours")
def test_uniform(benchmark, uniform, algorithm):
    codes, queries = uniform
    benchmark(searcher(codes, algorithm=algorithm).kneighbors, queries)


@pytest.mark.parametrize("algorithm", ["flat", "pruned"])
@pytest.mark.benchmark(group="search: 1,000 queries among clustered codes, 10 neighbours")
def test_clustered(benchmark, clustered, algorithm):
    codes, queries, *_ = clustered
    benchmark(searcher(codes, algorithm=algorithm).kneighbors, queries)


@pytest.mark.parametrize("algorithm", ["flat", "pruned", "multi_index"])
@pytest.mark.benchmark(group="search: 1,000 queries among uniform codes, radius 2")
def test_radius(benchmark, uniform, algorithm):
    codes, queries = uniform
    benchmark(searcher(codes, algorithm=algorithm).radius_neighbors, queries, 2)


@pytest.mark.parametrize("n_at_once", [1, 8, 64])
@pytest.mark.benchmark(group="search: 64 queries among uniform codes, so many a call")
def test_queries_a_call(benchmark, uniform, n_at_once):
    codes, queries = uniform
    search = searcher(codes, algorithm="flat")
    parts = np.split(queries[:64], 64 // n_at_once)
    benchmark(lambda: [search.kneighbors(part) for part in parts])


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.benchmark(group="search: 1,000 queries among uniform codes, threads")
def test_threads(benchmark, uniform, n_jobs):
    codes, queries = uniform
    benchmark(searcher(codes, algorithm="flat", n_jobs=n_jobs).kneighbors, queries)


@pytest.mark.parametrize("form", ["array", "memory map"])
@pytest.mark.benchmark(group="search: 64 queries among codes in memory or in a file")
def test_memory_map(benchmark, uniform, form, tmp_path):
    codes, queries = uniform
    if form == "memory map":
        np.save(tmp_path / "codes.npy", codes)
        codes = np.load(tmp_path / "codes.npy", mmap_mode="r")
    benchmark(searcher(codes, algorithm="flat").kneighbors, queries[:64])


@pytest.mark.parametrize("form", ["bits", "packed"])
@pytest.mark.benchmark(group="search: fit of 1,000,000 codes")
def test_form_of_codes(benchmark, uniform, form):
    codes, _ = uniform
    codes = np.unpackbits(codes, axis=1) if form == "bits" else codes
    benchmark(HammingNeighbors(packed=form == "packed", algorithm="flat").fit, codes)


@pytest.mark.benchmark(group="search: groups of near-duplicates among 1,000,000 clustered codes, radius 1")
def test_near_duplicates(benchmark, clustered):
    codes, *_ = clustered
    benchmark.pedantic(near_duplicates, (codes, 1), {"packed": True}, rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("vectors", ["float32", "int8", None])
@pytest.mark.benchmark(group="search: 1,000 queries among 20,000 embeddings, re-ranked by")
def test_reranking(benchmark, rows, vectors):
    X, _ = rows
    search = RerankedNeighbors(ITQHasher(128, random_state=0), n_neighbors=10, vectors=vectors, subsample=5_000).fit(X)
    benchmark(search.kneighbors, X[:1_000])
