"""Re-ranked search: queries a second against the code search alone, and recall against memory.

The first table compares a search in a million codes of 256 bits for 100 candidates, and the same search followed by
re-ranking of these candidates, hashing of the queries included. Rounds alternate between them; a ratio of queries a
second is the median over rounds, once by the clock and once by CPU time, which counts less of what else a machine does.
The second times reading vectors of candidates from files. The third is the recall of the 10 true neighbours by cosine,
mean and standard deviation over seeds, with the bytes that a row takes.

    python examples/benchmarks/bench_rerank.py speed [--quick]
    python examples/benchmarks/bench_rerank.py files [--quick]
    python examples/benchmarks/bench_rerank.py recall [--quick] [--data-home DIR] [--sets NAME ...]

``--data-home`` names a folder with ``cifar100_mosaic_mnv2.npz``, ``fashion_mnist.npz`` and ``ng20_text.npz``;
without it the recall is that on scikit-learn's digits. Hashers learn from the training rows. ``--quick`` only shows
that everything runs.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import TruncatedSVD
from sklearn.frozen import FrozenEstimator

from sklearn_hash import HammingNeighbors, ITQHasher, LSHHasher, PCAHasher, RerankedNeighbors
from sklearn_hash.datasets import load_local
from sklearn_hash.metrics import true_neighbors

N_NEIGHBORS = 10

# What is kept of the vectors, and how it is searched.
SEARCHES = {
    None: {"asymmetric distance": {}},
    "int8": {"int8": {}},
    "float16": {"float16": {}},
    "given": {
        "float32": {},
        "float32, oversample=20": {"oversample": 20},
        "float32, asymmetric_oversample=4": {"asymmetric_oversample": 4},
        "float32, asymmetric_oversample=10": {"asymmetric_oversample": 10},
    },
}
DEFAULTS = {"oversample": 10, "asymmetric_oversample": 1}


def processor():
    """Name of the CPU."""
    path = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in path.read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else "unknown CPU"


# Speed


def embeddings(n, n_features, path):
    """A mapped file of vectors with a decaying spectrum, written in blocks."""
    X = np.lib.format.open_memmap(path, "w+", np.float32, (n, n_features))
    rng, scales = np.random.default_rng(0), np.arange(1, n_features + 1, dtype=np.float32) ** -0.5
    for start in range(0, n, 100_000):
        block = X[start : start + 100_000]
        block[:] = rng.standard_normal(block.shape, dtype=np.float32) * scales
    return X


def seconds(search, clock=time.perf_counter):
    start = clock()
    search()
    return clock() - start


def measure_speed(quick):
    n, n_features, n_queries, rounds = (20_000, 64, 100, 3) if quick else (1_000_000, 384, 128, 15)
    print(f"{n:,} rows, {n_features} features, 256 bits, {n_queries} queries, 1 thread; {processor()}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.npy"
        X = embeddings(n, n_features, path)
        queries = X[:: n // n_queries] + np.float32(0.1)
        hasher = LSHHasher(256, random_state=0).fit(X[:20_000])
        codes = np.packbits(hasher.decision_function(queries) > 0, axis=1)
        for vectors, variants in {**SEARCHES, "memory-mapped .npy": {"memory-mapped .npy": {}}}.items():
            given, kept = (path, "given") if vectors == "memory-mapped .npy" else (np.array(X), vectors)
            search = RerankedNeighbors(FrozenEstimator(hasher), N_NEIGHBORS, vectors=kept, algorithm="flat").fit(given)
            alone = HammingNeighbors(100, packed=True, algorithm="flat").fit(search._index.packed)
            for name, params in variants.items():
                search.set_params(**{**DEFAULTS, **params})
                compare_speed(name, lambda: alone.kneighbors(codes), lambda: search.kneighbors(queries), rounds)  # noqa: B023


def compare_speed(name, alone, reranked, rounds):
    """Print the ratio of queries a second: the median over rounds, and that by the time of the process alone."""
    seconds(alone), seconds(reranked)  # compile
    pairs = {
        clock.__name__: [(seconds(alone, clock), seconds(reranked, clock)) for _ in range(rounds)]
        for clock in (time.perf_counter, time.process_time)
    }
    ratios = [median(first / second for first, second in each) for each in pairs.values()]
    print(f"{name:<36}{ratios[0]:>7.2f}x{ratios[1]:>7.2f}x by CPU time", flush=True)


# Files


def measure_files(quick):
    """Seconds for the vectors of 100 random candidates, from a mapped .npy, a mapped Arrow file and Parquet."""
    import pyarrow as pa
    from pyarrow import feather, parquet

    n, n_features = (20_000, 64) if quick else (1_000_000, 384)
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        npy, arrow, columnar = (Path(folder) / f"vectors.{suffix}" for suffix in ("npy", "arrow", "parquet"))
        X = embeddings(n, n_features, npy)
        table = pa.table({"vector": pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), n_features)})
        feather.write_feather(table, arrow, compression="uncompressed")
        parquet.write_table(table, columnar, compression="none", row_group_size=10_000)
        mapped = np.load(npy, mmap_mode="r")
        column = feather.read_table(arrow, memory_map=True)["vector"]
        chunks = [chunk.flatten().to_numpy().reshape(-1, n_features) for chunk in column.chunks]
        starts = np.cumsum([0, *map(len, chunks)])
        file, rows = parquet.ParquetFile(columnar), np.sort(rng.choice(n, 100, replace=False))
        groups, chunk_of = np.unique(rows // 10_000).tolist(), np.searchsorted(starts, rows, side="right") - 1
        places = chunk_of, rows - starts[chunk_of]
        readers = {
            "mapped .npy": lambda: np.array(mapped[rows]),
            "mapped Arrow file": lambda: [chunks[at][row].copy() for at, row in zip(*places, strict=True)],
            f"Parquet, {len(groups)} row groups": lambda: file.read_row_groups(groups),
        }
        for name, read in readers.items():
            print(f"{name:<36}{median(seconds(read) for _ in range(5)) * 1000:>12.3f} ms for 100 rows", flush=True)


# Recall


SETS = ("cifar100_mosaic_mnv2", "fashion_mnist", "ng20_text")


def data_sets(home, names, quick):
    """Names, training rows, databases and queries."""
    if home is None:
        X = load_digits().data.astype(np.float32)
        yield "digits", X[297:], X[297:], X[:297]
        return
    n_database, n_queries = (2000, 50) if quick else (20_000, 500)
    for name in names:
        split, rng = load_local(name, data_home=home), np.random.default_rng(0)
        parts = split.train, rng.permutation(split.database)[:n_database], rng.permutation(split.query)[:n_queries]
        train, *others = (split.X[rows].reshape(len(rows), -1).astype(np.float32) for rows in parts)
        if name == "ng20_text":
            svd = TruncatedSVD(256, random_state=0).fit(train)
            train, *others = (svd.transform(X).astype(np.float32) for X in (train, *others))
        if name == "fashion_mnist":  # pixels have no origin of their own, as features have
            train, *others = (X - train.mean(axis=0) for X in (train, *others))
        yield name, train, *others


def measure_recall(home, names, quick):
    for name, train, database, queries in data_sets(home, names, quick):
        true = true_neighbors(queries, database, n_neighbors=N_NEIGHBORS)
        print(f"\n{name}: {len(database):,} rows, {database.shape[1]} features, {len(queries):,} queries", flush=True)
        for method in (ITQHasher, PCAHasher):
            for n_bits in (64, 128, 256):
                hashers = [method(n_bits, random_state=seed).fit(train) for seed in range(1 if quick else 3)]
                measured = [dict(recalls(hasher, database, queries, true)) for hasher in hashers]
                for label in measured[0]:
                    values, n_bytes = zip(*(each[label] for each in measured), strict=True)
                    print(
                        f"{method.__name__:<10}{n_bits:>5} bits  {label:<34}{np.mean(values):>7.3f} "
                        f"+- {np.std(values):.3f}{n_bytes[0]:>7} bytes",
                        flush=True,
                    )


def recalls(hasher, database, queries, true):
    """Names of the searches, each with its recall of the true neighbours and the bytes that a row takes."""

    def recall(found):
        return (found[:, :, None] == true[:, None]).any(axis=2).mean()

    search = HammingNeighbors(N_NEIGHBORS).fit(hasher.decision_function(database))
    found = search.kneighbors(hasher.decision_function(queries), return_distance=False)
    yield "Hamming distance", (recall(found), search.packed_codes_.shape[1])
    for vectors, variants in SEARCHES.items():
        search = RerankedNeighbors(FrozenEstimator(hasher), N_NEIGHBORS, vectors=vectors).fit(database)
        for label, params in variants.items():
            search.set_params(**{**DEFAULTS, **params})
            yield label, (recall(search.kneighbors(queries, return_distance=False)), search.nbytes_per_row_)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=["speed", "files", "recall"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--data-home", type=Path)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    arguments = parser.parse_args()
    if arguments.table == "speed":
        measure_speed(arguments.quick)
    elif arguments.table == "files":
        measure_files(arguments.quick)
    else:
        measure_recall(arguments.data_home, arguments.sets, arguments.quick)


if __name__ == "__main__":
    main()
