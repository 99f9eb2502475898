"""The ways of the flat scan against each other and against faiss, on uniform codes.

Processor time of one thread, which a busy machine distorts less than the clock does; rounds alternate between the
contestants, and all return the same neighbours. Printed is the median ratio to the better of faiss's
``IndexBinaryFlat`` with ``use_heap`` on and off, the least and the largest of three seeds; ``chosen`` is what a
search takes on this processor.

    pip install "sklearn_hash[bench]"
    python examples/benchmarks/bench_search_scans.py [--rows N] [--queries N ...] [--bits N ...] [--neighbors K]
"""

import argparse
import time
from itertools import product
from statistics import median

import faiss
import numpy as np
from search_protocol import faiss_index, opponents, same, uniform

from sklearn_hash._hamming._flat_search import FlatSearch

SEEDS = 3
ROUNDS = 5


class OneWay(FlatSearch):
    """A scan that goes one way whether or not it is the fastest."""

    way: str | None = None

    def _fastest(self, n_queries, possible):
        return self.way or super()._fastest(n_queries, possible)


def scan(way, database, queries, k):
    search = OneWay(database, queries, None)
    search.way = way
    return search.knn(k, 1)


def seconds_of(function):
    start = time.thread_time()
    function()
    return time.thread_time() - start


def ratios(n_rows, n_queries, n_bits, k, seed):
    """Ratio of faiss's time to that of each way."""
    database, queries = uniform(n_rows, n_bits, seed), uniform(n_queries, n_bits, seed + 100)
    search = OneWay(database, queries, None)
    possible = search._possible()
    ways = [way for way in possible if possible[way]]
    contestants = {way: lambda way=way: scan(way, database, queries, k) for way in ways}
    for use_heap in (True, False):
        index = faiss_index(database, use_heap)
        contestants[use_heap] = lambda index=index: index.search(queries, k)
    results = [search() for search in contestants.values()]
    assert all(same(result, results[0]) for result in results)
    rounds = [{name: seconds_of(search) for name, search in contestants.items()} for _ in range(ROUNDS)]
    chosen = search._fastest(n_queries, possible)
    return chosen, {way: median(min(times[True], times[False]) / times[way] for times in rounds) for way in ways}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, nargs="+", default=[1, 4, 8, 16, 32, 256])
    parser.add_argument("--bits", type=int, nargs="+", default=[32, 64, 128, 256])
    parser.add_argument("--neighbors", type=int, default=10)
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(1)
    print(opponents())
    for n_bits, n_queries in product(arguments.bits, arguments.queries):
        found = [ratios(arguments.rows, n_queries, n_bits, arguments.neighbors, seed) for seed in range(SEEDS)]
        spread = {way: np.array([ratio[way] for _, ratio in found]) for way in found[0][1]}
        columns = (f"{way} {ratio.min():.2f}-{ratio.max():.2f}" for way, ratio in spread.items())
        print(f"{n_bits:>4} bits, {n_queries:>4} queries: {'  '.join(columns)}  chosen {found[0][0]}", flush=True)


if __name__ == "__main__":
    main()
