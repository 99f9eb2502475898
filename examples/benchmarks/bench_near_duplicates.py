"""Near-duplicates among hash codes: time against faiss, and seconds and peak memory at ten million codes.

faiss finds the pairs within the radius by ``IndexBinaryFlat.range_search`` of the codes in themselves. It is timed on a
sample of the queries, from which the time of all is extrapolated; making groups of its pairs is not counted. Both run
in one process on one thread, in alternating rounds; a ratio is the median over rounds. Every pair that faiss finds must
be in one group. Each run at ten million codes is a process of its own, on two threads, whose peak memory includes the
codes and Python.

    pip install "sklearn_hash[bench]"
    python examples/benchmarks/bench_near_duplicates.py [--quick]

``--quick`` only shows that everything runs. The exit status is 1 if a pair is missed.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from sklearn_hash.neighbors import near_duplicates

RADIUS = 3
N_BITS = 64


def uniform(n):
    """Codes without any structure."""
    return np.random.default_rng(0).integers(0, 256, (n, N_BITS // 8), dtype=np.uint8)


def planted(n):
    """Uniform codes of which every fifth is a copy of an earlier one, up to 3 bits flipped."""
    codes, rng = uniform(n), np.random.default_rng(1)
    copies = np.arange(4, n, 5)
    codes[copies] = codes[rng.integers(0, copies)]
    for _ in range(3):
        place, flipped = rng.integers(0, N_BITS, len(copies)), rng.random(len(copies)) < 0.5
        codes[copies, place // 8] ^= np.where(flipped, 1 << place % 8, 0).astype(np.uint8)
    return codes


def clustered(n, n_centres=100, flipped=0.03):
    """Codes around centres, the look of what a supervised hasher emits."""
    rng = np.random.default_rng(2)
    codes = uniform(n_centres)[rng.integers(0, n_centres, n)]
    for start in range(0, n, 250_000):
        block = codes[start : start + 250_000]
        block ^= np.packbits(rng.random((len(block), N_BITS), dtype=np.float32) < flipped, axis=1)
    return codes


def one_cluster(n):
    """Codes around a single centre, most of them different."""
    return clustered(n, n_centres=1, flipped=0.05)


CODES = {make.__name__: make for make in (uniform, planted, clustered, one_cluster)}


def processor():
    """Name of the CPU, and whether it counts bits by AVX-512."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    names = {key.strip(): value for key, value in lines.items()}
    flags = names.get("flags", "").split()
    return f"{names.get('model name', 'unknown').strip()}, AVX-512 VPOPCNTDQ: {'avx512_vpopcntdq' in flags}"


def against_faiss(kind, n, n_queries, rounds):
    """Print the ratio of the times; whether every pair of faiss is in one group."""
    import faiss

    faiss.omp_set_num_threads(1)
    codes = CODES[kind](n)
    index = faiss.IndexBinaryFlat(N_BITS)
    index.add(codes)
    rows = np.random.default_rng(3).choice(n, n_queries, replace=False)
    own, theirs = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        labels, kept = near_duplicates(codes, RADIUS, packed=True, n_jobs=1)
        own.append(time.perf_counter() - start)
        start = time.perf_counter()
        bounds, _, found = index.range_search(codes[rows], RADIUS + 1)  # faiss's radius is exclusive
        theirs.append((time.perf_counter() - start) * n / n_queries)
    whole = bool((labels[np.repeat(rows, np.diff(bounds.astype(np.int64)))] == labels[found]).all())
    ratio = median(other / mine for other, mine in zip(theirs, own, strict=True))
    print(
        f"{kind:<12}{n:>11,}{len(kept):>11,} groups{median(own):>9.2f} s{median(theirs):>10.0f} s (faiss, extrapolated "
        f"from {n_queries:,} queries){ratio:>8.0f}x   pairs of faiss in one group: {'yes' if whole else 'NO'}",
        flush=True,
    )
    return whole


def at_size(kind, method, n):
    """Print seconds and peak memory of one run on two threads; run in a process of its own."""
    near_duplicates(uniform(2000), RADIUS, packed=True, method=method)  # compiles
    codes = CODES[kind](n)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    _, kept = near_duplicates(codes, RADIUS, packed=True, method=method, n_jobs=2)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{kind:<12}{method:<12}{n:>11,}{len(kept):>11,} groups{seconds:>9.1f} s{peak / 2**20:>7.2f} GiB at most "
        f"({before / 2**20:.2f} before)",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("KIND", "METHOD", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        at_size(arguments.one[0], arguments.one[1], int(arguments.one[2]))
        return
    million, ten_millions, n_queries = (20_000, 50_000, 100) if arguments.quick else (10**6, 10**7, 2000)
    print(f"{N_BITS} bits, radius {RADIUS}; {processor()}")
    # First, as a process starts with the peak memory of the one that starts it.
    for kind in CODES:
        for method in ("components", "leader"):
            subprocess.run([sys.executable, __file__, "--one", kind, method, str(ten_millions)], check=True)
    near_duplicates(uniform(2000), RADIUS, packed=True)  # compiles
    whole = [against_faiss(kind, million, n_queries, 2 if arguments.quick else 5) for kind in CODES]
    sys.exit(not all(whole))


if __name__ == "__main__":
    main()
