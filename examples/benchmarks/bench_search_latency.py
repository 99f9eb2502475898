"""Exact Hamming search for one query at a time, against faiss, and the time that the first search takes.

One thread; rounds alternate between the opponents, and every row compares all neighbours. The first searches run
in a process each with an empty cache of compiled code, as on a machine that never searched before; the imports
are not included.

    pip install "sklearn_hash[bench]"
    python examples/benchmarks/bench_search_latency.py [--quick]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from functools import partial
from statistics import median

import faiss
from search_protocol import (
    QUICK,
    Row,
    Sizes,
    alternate,
    clustered,
    faiss_index,
    fitted,
    named,
    opponents,
    same,
    uniform,
)

FIRST_SEARCH = """
import sys
import time
import numpy as np
import sklearn_hash, numba
n_bits, n_queries, algorithm, search = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
codes = np.random.default_rng(0).integers(0, 256, (100_000, n_bits // 8), dtype=np.uint8)
searcher = sklearn_hash.HammingNeighbors(packed=True, algorithm=algorithm).fit(codes)
start = time.perf_counter(), time.process_time()
if search == "warm_up":
    searcher.warm_up()
else:
    getattr(searcher, search)(codes[:n_queries])
print(time.perf_counter() - start[0], time.process_time() - start[1])
"""


def lone_rows(sizes):
    for kind, n_bits in (("uniform", 64), ("clustered", 64), ("uniform", 128), ("uniform", 256), ("uniform", 512)):
        codes = uniform(sizes.million, n_bits) if kind == "uniform" else clustered(sizes.million, n_bits)[0]
        query, database = codes[:1], codes[1:]
        search = fitted(database, n_neighbors=10)
        contestants = {
            "ours": partial(search.kneighbors, query),
            "faiss": partial(faiss_index(database, use_heap=True).search, query, 10),
        }
        seconds, results = alternate(contestants, 20 * sizes.rounds)
        ratio = median(theirs / own for theirs, own in zip(seconds["faiss"], seconds["ours"], strict=True))
        milliseconds = (1e3 * median(seconds[name]) for name in ("ours", "faiss"))
        note = "{:.3g} ms, faiss {:.3g} ms".format(*milliseconds)
        equal = same(results["ours"], results["faiss"])
        floor = 1 if n_bits > 64 else None
        yield Row(f"one lone query, {named(database)} {kind}", ratio, floor=floor, equal=equal, note=note)


def first_search(n_bits, n_queries, algorithm, search):
    """Seconds and processor seconds of a search that finds nothing compiled."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-c", FIRST_SEARCH, str(n_bits), str(n_queries), algorithm, search]
        environment = os.environ | {"NUMBA_CACHE_DIR": cache}
        printed = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
    return map(float, printed.split())


def first_rows(sizes):
    for n_bits in (64, 128) if sizes is QUICK else (32, 64, 128, 256):
        for search, n_queries in (("kneighbors", 1), ("kneighbors", 10), ("kneighbors", 50), ("radius_neighbors", 10)):
            yield first_row(n_bits, n_queries, "auto", search, floor=3)
    for algorithm in ("flat", "auto"):
        yield first_row(64, 0, algorithm, "warm_up", floor=None)


def first_row(n_bits, n_queries, algorithm, search, floor):
    seconds, busy = first_search(n_bits, n_queries, algorithm, search)
    what = f"{search} of {n_queries}" if n_queries else f'{search}, algorithm="{algorithm}"'
    case = f"first search, {n_bits} bits, {what}"
    return Row(case, seconds, "s", floor=floor, at_most=True, note=f"{busy:.3g} s of the processor")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    sizes = QUICK if parser.parse_args().quick else Sizes()
    faiss.omp_set_num_threads(1)
    print(opponents())
    print(f"{'case':<44}{'floor':>7}{'measured':>13}  {'':<7}{'ids equal'}")
    wrong = 0
    for rows in (lone_rows, first_rows):
        for row in rows(sizes):
            row.show(sizes is QUICK)
            wrong += row.equal is False
    if wrong:
        sys.exit(f"{wrong} rows returned other ids than faiss.")


if __name__ == "__main__":
    main()
