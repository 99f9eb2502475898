"""What a billion codes take: memory, shards and latency, calculated from the throughput measured here.

    python examples/benchmarks/bench_scale.py [--n-codes 500000000] [--folder FOLDER]

A memory-mapped file of random 64-bit codes is searched as a whole, and the answers to some queries are checked against
a brute-force scan. From the seconds per query and code, and those of merging answers, follow the rows of the table: the
machines of 64 GB that hold the codes, and the seconds of a query that all of them scan at the same time. A second table
shows from how many codes in a shard hash tables over substrings (multi-index) answer radius queries sooner than a scan.
"""

import argparse
import math
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from sklearn_hash import HammingNeighbors
from sklearn_hash.distributed import merge_topk

N_BITS, K, N_QUERIES, MACHINE_GB, BLOCK = 64, 10, 16, 64, 10_000_000
RADII = 2, 4, 8, 12


def write_codes(path, n):
    """Write a file of random codes, block by block."""
    codes = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(n, N_BITS // 8))
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        codes[start : start + size] = np.random.default_rng(start).integers(0, 256, (size, N_BITS // 8), dtype=np.uint8)
    codes.flush()


def brute_force(codes, query, k):
    """Return the k nearest rows by (distance, row), by numpy alone."""
    words = codes.view(np.uint64)[:, 0]
    target = query.view(np.uint64)[0]
    distances = np.concatenate(
        [np.bitwise_count(words[start : start + BLOCK] ^ target) for start in range(0, len(words), BLOCK)]
    )
    rows = np.flatnonzero(distances <= np.partition(distances, k - 1)[k - 1])
    return rows[np.lexsort((rows, distances[rows]))[:k]]


def anonymous_megabytes():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def measure(path):
    """Return seconds per query and code, after a check of the answers."""
    codes = np.load(path, mmap_mode="r")
    before = anonymous_megabytes()
    search = HammingNeighbors(n_neighbors=K, packed=True, n_bits=N_BITS, algorithm="flat", n_jobs=-1).fit(codes)
    queries = np.random.default_rng(1).integers(0, 256, (N_QUERIES, N_BITS // 8), dtype=np.uint8)
    search.kneighbors(queries[:1])
    start = time.perf_counter()
    rows = search.kneighbors(queries, return_distance=False)
    seconds = time.perf_counter() - start
    memory = anonymous_megabytes() - before
    for i in range(3):
        assert (rows[i] == brute_force(codes, queries[i], K)).all(), "a neighbour differs from brute force"
    print(f"{len(codes):,} codes of {N_BITS} bits, {N_QUERIES} queries at a time on {os.cpu_count()} cores: ", end="")
    print(f"{seconds / N_QUERIES:.2f} s per query, {memory:.0f} MB beyond the map; 3 queries equal brute force")
    return seconds / N_QUERIES / len(codes)


def merge_seconds(n_shards):
    """Return the seconds to merge the answers of all shards to one query."""
    rng = np.random.default_rng(0)
    parts = [(np.sort(rng.integers(5, 20, (1, K))), rng.integers(0, 1 << 40, (1, K))) for _ in range(n_shards)]
    start = time.perf_counter()
    while len(parts) > 1:
        parts = [merge_topk(parts[i : i + 8], K) for i in range(0, len(parts), 8)]
    return time.perf_counter() - start


def print_crossover():
    """Print how much longer a scan takes than hash tables over substrings, for radius queries in one shard."""
    print("\nseconds of a scan / seconds of the multi-index, in radius queries")
    print("| codes in a shard | " + " | ".join(f"radius {radius}" for radius in RADII) + " |")
    print("|---|" + "---|" * len(RADII))
    for n in (10**4, 10**5, 10**6, 10**7):
        codes = np.random.default_rng(0).integers(0, 256, (n, N_BITS // 8), dtype=np.uint8)
        queries = codes[:50] ^ np.uint8(1)
        searches = [
            HammingNeighbors(packed=True, n_bits=N_BITS, algorithm=algorithm).fit(codes)
            for algorithm in ("flat", "multi_index")
        ]
        ratios = []
        for radius in RADII:
            seconds = [[], []]
            for _ in range(4):  # interleaved; the first builds the tables
                for search, times in zip(searches, seconds, strict=True):
                    start = time.perf_counter()
                    search.radius_neighbors(queries, radius)
                    times.append(time.perf_counter() - start)
            ratios.append(min(seconds[0][1:]) / min(seconds[1][1:]))
        print(f"| {n:.0e} | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--n-codes", type=int, default=500_000_000)
    parser.add_argument("--folder", help="folder for the file of codes; a temporary one by default")
    args = parser.parse_args()
    with TemporaryDirectory(dir=args.folder) as folder:
        path = Path(folder) / "codes.npy"
        write_codes(path, args.n_codes)
        per_code = measure(path)
    per_machine = int(MACHINE_GB * 0.8e9 / (N_BITS // 8))
    print("\n| codes | GB | machines | codes a machine | scan, s | merge, ms |\n|---|---|---|---|---|---|")
    for n in (10**8, 10**9, 10**10):
        n_machines = math.ceil(n / per_machine)
        share = math.ceil(n / n_machines)
        seconds = f"{share * per_code:.2f} | {1000 * merge_seconds(n_machines):.2f}"
        print(f"| {n:.0e} | {n * N_BITS / 8e9:.1f} | {n_machines} | {share:.1e} | {seconds} |")
    print_crossover()


if __name__ == "__main__":
    main()
