"""What the search benchmarks share: codes, timing in turns with faiss, comparison of ids, and a row of a table."""

import platform
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import faiss
import numpy as np

from sklearn_hash import HammingNeighbors
from sklearn_hash._hamming._target import counts_bits_of_vectors


@dataclass
class Row:
    """One line of the table; ``floor`` is a least value, or a largest one with ``at_most``."""

    case: str
    measured: float
    unit: str = "x"
    floor: float | None = None
    at_most: bool = False
    equal: bool | None = None
    note: str = ""

    def verdict(self, quick):
        if self.floor is None or quick:
            return "-"
        return "ok" if (self.measured <= self.floor) == self.at_most else "below"

    def show(self, quick):
        floor = "-" if self.floor is None else f"{'<' if self.at_most else ''}{self.floor:g}"
        equal = {None: "-", True: "yes", False: "NO"}[self.equal]
        measured = f"{self.measured:.3g} {self.unit}"
        line = f"{self.case:<44}{floor:>7}{measured:>13}  {self.verdict(quick):<7}{equal:<5}{self.note}"
        print(line.rstrip(), flush=True)


@dataclass
class Sizes:
    """How much is searched, and how often."""

    million: int = 1_000_000
    ten_millions: int = 10_000_000
    queries: int = 1024
    many_queries: int = 8192  # where a thousand take a millisecond, and a cold cache or a call's checks most of it
    few_queries: int = 256
    rounds: int = 5
    classes: int = 100
    slow_queries: int = 10


QUICK = Sizes(
    million=50_000, ten_millions=100_000, queries=64, many_queries=128, few_queries=32, rounds=2, slow_queries=3
)


# Codes


def uniform(n, n_bits, seed=0):
    """Packed codes without any structure."""
    return np.random.default_rng(seed).integers(0, 256, (n, n_bits // 8), dtype=np.uint8)


def clustered(n, n_bits, seed=0, n_classes=100, flipped=0.03):
    """Packed codes around class centres, the look of what a supervised hasher emits, with their classes."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, n_classes, n)
    codes = uniform(n_classes, n_bits, seed)[classes]
    for start in range(0, n, 250_000):
        block = codes[start : start + 250_000]
        block ^= np.packbits(rng.random((len(block), n_bits), dtype=np.float32) < flipped, axis=1)
    return codes, classes


def near_copies(codes, n, seed=0):
    """Some of the codes with up to 3 of their bits flipped: queries that find something among uniform ones."""
    rng = np.random.default_rng(seed)
    copies = codes[rng.choice(len(codes), n, replace=False)]
    for _ in range(3):
        place = rng.integers(0, 8 * codes.shape[1], n)
        flip = np.where(rng.random(n) < 0.5, np.uint8(1) << (place % 8).astype(np.uint8), 0).astype(np.uint8)
        copies[np.arange(n), place // 8] ^= flip
    return copies


def both_kinds(sizes):
    yield "uniform", uniform(sizes.million, 64)
    yield "clustered", clustered(sizes.million, 64)[0]


def named(database):
    """The size of a table of codes, in words short enough for a row."""
    n = f"{len(database) / 1e6:.0f}M" if len(database) > 5e5 else f"{len(database) / 1e3:.0f}k"
    return f"{n} x {8 * database.shape[1]}"


def split(codes, n_queries):
    """The first codes as queries, the others as the database."""
    return codes[:n_queries], codes[n_queries:]


# Timing


def alternate(contestants, rounds):
    """Seconds of every contestant in every round, and what each returned; the first round only warms up.

    Each round starts with another contestant, since some find the cache filled by the one before.
    """
    names = list(contestants)
    seconds = {name: [] for name in names}
    results = {}
    for turn in range(rounds + 1):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            start = time.perf_counter()
            results[name] = contestants[name]()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return seconds, results


def speed_up(seconds, ours, others):
    """Median over rounds of the best of the others' time by ours."""
    return median(min(times) / own for own, *times in zip(seconds[ours], *map(seconds.get, others), strict=True))


def seconds_of(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


# Opponents


def faiss_index(database, use_heap):
    index = faiss.IndexBinaryFlat(8 * database.shape[1])
    index.use_heap = use_heap
    index.add(database)
    return index


def faiss_within(index, queries, radius):
    """Neighbours as (indptr, distances, rows); faiss leaves out those at the radius itself, ours does not."""
    bounds, distances, rows = index.range_search(queries, radius + 1)
    return bounds.astype(np.int64), distances.astype(np.int32), rows


def in_order(indptr, distances, rows):
    """faiss returns a query's neighbours by row; ours come by (distance, row)."""
    query = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    order = np.lexsort((rows, distances, query))
    return indptr, distances[order], rows[order]


def same(ours, theirs):
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def fitted(database, **parameters):
    """A searcher that has been asked some queries, after which ``auto`` builds what it searches with."""
    search = HammingNeighbors(packed=True, **parameters).fit(database)
    search.kneighbors(database[:100])
    return search


def opponents():
    """The processor and both contestants, in a line."""
    names = [line.partition(":")[2].strip() for line in cpu_info() if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    how = "with" if counts_bits_of_vectors() else "without"
    options = faiss.get_compile_options().strip()
    return f"{processor}, {how} vector popcount; faiss {faiss.__version__}, {options}, against sklearn_hash"


def cpu_info():
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
