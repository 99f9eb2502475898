"""Exact Hamming search against faiss, and the floors that it is held to.

Opponents share one process and, but for the rows on two threads, one thread; rounds alternate between them, so
that a busy machine slows all of them alike. A speed is the median over rounds of the ratio to the better of
faiss's ``IndexBinaryFlat`` with ``use_heap`` on and off, or to the opponent that the row names. Every row that
searches compares all neighbours of all queries, id by id and in the order (distance, row).

    pip install "sklearn_hash[bench]"
    python examples/benchmarks/bench_search.py [--quick] [--data-home DIR]

``--data-home`` names a folder with ``fashion_mnist.npz`` (arrays X, y and the row numbers query, train,
database); the rows on codes of trained hashers need it. The floors are for full size on an otherwise idle
machine; those of the flat scan depend on whether it counts the bits of vectors (AVX-512 VPOPCNTDQ), the others
are for one that does. ``--quick`` only shows that everything runs. The exit status is 1 if any id differs. For
one query at a time and the first search of all see ``bench_search_latency.py``.
"""

import argparse
import sys
from functools import partial
from pathlib import Path
from statistics import median

import faiss
import numpy as np
from search_protocol import (
    QUICK,
    Row,
    Sizes,
    alternate,
    both_kinds,
    clustered,
    faiss_index,
    faiss_within,
    fitted,
    in_order,
    named,
    near_copies,
    opponents,
    same,
    seconds_of,
    speed_up,
    split,
    uniform,
)

from sklearn_hash._hamming import FlatIndex, MultiIndex, PrunedIndex
from sklearn_hash._hamming._target import counts_bits_of_vectors
from sklearn_hash.metrics import average_precision_scores, mean_average_precision


def nearest_row(case, queries, database, k, floor, sizes, algorithm="auto", rounds=None):
    """Ours against faiss, k nearest neighbours."""
    search = fitted(database, n_neighbors=k, algorithm=algorithm)
    contestants = {"ours": partial(search.kneighbors, queries)}
    for use_heap in (True, False):
        contestants[use_heap] = partial(faiss_index(database, use_heap).search, queries, k)
    seconds, results = alternate(contestants, rounds or sizes.rounds)
    ratio = speed_up(seconds, "ours", (True, False))
    equal = same(results["ours"], results[True]) and same(results["ours"], results[False])
    note = f"{len(queries) / median(seconds['ours']):,.0f} queries/s, {search.algorithm_}"
    return Row(f"{case}, k = {k}", ratio, floor=floor, equal=equal, note=note)


def nearest_rows(sizes):
    floors = (20, 13, 9, 10) if counts_bits_of_vectors() else (10, 10, 5, 7)
    for (n_bits, k), floor in zip(((32, 10), (64, 10), (128, 10), (64, 100)), floors, strict=True):
        queries, database = split(uniform(sizes.million, n_bits), sizes.queries)
        yield nearest_row(f"flat, {named(database)} uniform", queries, database, k, floor, sizes, "flat")
    queries, database = split(clustered(sizes.million, 64)[0], sizes.queries)
    for k, floor in ((10, 100), (100, 45)):
        yield nearest_row(f"{named(database)} clustered", queries, database, k, floor, sizes)
    queries, database = split(clustered(sizes.ten_millions, 64)[0], sizes.few_queries)
    yield nearest_row(f"{named(database)} clustered", queries, database, 10, 300, sizes, rounds=2)


def radius_row(case, queries, database, floor, sizes):
    """Ours against faiss, all rows within radius 2."""
    search = fitted(database, radius=2)
    contestants = {
        "ours": partial(search.radius_neighbors_graph, queries, mode="distance"),
        "faiss": partial(faiss_within, faiss_index(database, use_heap=True), queries, 2),
    }
    seconds, results = alternate(contestants, sizes.rounds)
    graph = results["ours"]
    equal = same((graph.indptr, graph.data, graph.indices), in_order(*results["faiss"]))
    ratio = speed_up(seconds, "ours", ["faiss"])
    return Row(f"radius 2, {named(database)} {case}", ratio, floor=floor, equal=equal, note=f"{graph.nnz:,} found")


def radius_rows(sizes):
    queries, database = split(uniform(sizes.million, 64), sizes.many_queries)
    yield radius_row("uniform", queries, database, 500, sizes)
    yield radius_row("uniform, near copies", near_copies(database, len(queries)), database, None, sizes)
    queries, database = split(clustered(sizes.million, 64)[0], sizes.queries)
    yield radius_row("clustered", queries, database, 12, sizes)


def auto_rows(sizes):
    for kind, codes in both_kinds(sizes):
        queries, database = split(codes, sizes.few_queries)
        searches = {name: fitted(database, n_neighbors=10, algorithm=name) for name in ("auto", "flat", "pruned")}
        contestants = {name: partial(search.kneighbors, queries) for name, search in searches.items()}
        seconds, results = alternate(contestants, 3 * sizes.rounds)
        equal = same(results["auto"], results["flat"]) and same(results["auto"], results["pruned"])
        ratio = speed_up(seconds, "auto", ("flat", "pruned"))
        note = f"took {searches['auto'].algorithm_}"
        yield Row(f"auto by better of flat, pruned: {kind}", ratio, floor=0.9, equal=equal, note=note)


def thread_rows(sizes):
    for (kind, codes), algorithm in zip(both_kinds(sizes), ("flat", "pruned"), strict=True):
        queries, database = split(codes, sizes.many_queries)
        contestants = {}
        for n_jobs in (1, 2):
            search = fitted(database, n_neighbors=10, algorithm=algorithm, n_jobs=n_jobs)
            contestants[n_jobs] = partial(search.kneighbors, queries)
        seconds, results = alternate(contestants, 2 * sizes.rounds)
        ratio, equal = speed_up(seconds, 2, [1]), same(results[1], results[2])
        yield Row(f"2 threads by 1, {algorithm}, {kind}", ratio, floor=1.7, equal=equal)


def pruned_index(codes):
    return PrunedIndex(codes, 64)


def multi_index(codes):
    index = MultiIndex(codes, 64)
    index.radius(codes[:1], 2)  # builds the tables that this radius needs
    return index


def size_rows(sizes):
    codes = clustered(sizes.million, 64)[0]
    flat = FlatIndex(codes, 64)
    yield Row("memory by packed codes, flat", flat.nbytes / codes.nbytes, floor=1, at_most=True)
    for kind, build, seconds, memory in (("pruned", pruned_index, 1, 4), ("multi-index", multi_index, None, None)):
        size = build(codes).nbytes / codes.nbytes  # and compiles
        took = median(seconds_of(partial(build, codes)) for _ in range(sizes.rounds))
        case = f"build {kind}, {named(codes)} clustered"
        yield Row(case, took, "s", floor=seconds, at_most=True, note="once compiled")
        yield Row(f"memory by packed codes, {kind}", size, floor=memory, at_most=True)


def usual_average_precision(queries, y_queries, database, y_database):
    """The evaluation of most hashing papers: inner products of signs, then argsort, a query at a time."""
    signs = [np.unpackbits(codes, axis=1).astype(np.float32) * 2 - 1 for codes in (queries, database)]
    scores = []
    for code, label in zip(signs[0], y_queries, strict=True):
        distances = 0.5 * (signs[1].shape[1] - signs[1] @ code)
        ranks = np.flatnonzero((y_database == label)[np.argsort(distances)]) + 1
        scores.append(np.mean(np.arange(1, len(ranks) + 1) / ranks))
    return np.array(scores)


def slow_expected_average_precision(query, label, database, y_database):
    """Expectation over all orders of tied rows, one position after another."""
    distances = np.bitwise_count(query ^ database).sum(axis=1)
    relevant = y_database == label
    total, before, relevant_before = 0.0, 0, 0
    for distance in np.unique(distances):
        ring = relevant[distances == distance]
        tied, good = len(ring), np.count_nonzero(ring)
        earlier = np.arange(tied)  # rows of the ring before each position
        share = (good - 1) / (tied - 1) if tied > 1 else 0.0
        precision = (relevant_before + 1 + earlier * share) / (before + earlier + 1)
        total += good / tied * precision.sum()
        before, relevant_before = before + tied, relevant_before + good
    return total / relevant.sum()


def evaluation_rows(sizes):
    for kind in ("uniform", "clustered"):
        yield evaluation_row(kind, sizes)


def evaluation_row(kind, sizes):
    codes, classes = clustered(sizes.million, 64, n_classes=sizes.classes)
    if kind == "uniform":
        codes = uniform(sizes.million, 64)
    n_queries = min(1000, sizes.queries)
    (queries, database), (y_queries, y_database) = split(codes, n_queries), split(classes, n_queries)
    few = slice(sizes.slow_queries)
    contestants = {
        "ours": lambda: mean_average_precision(queries, y_queries, database, y_database, packed=True),
        "usual": lambda: usual_average_precision(queries[few], y_queries[few], database, y_database),
    }
    seconds, _ = alternate(contestants, sizes.rounds)
    ratio = speed_up(seconds, "ours", ["usual"]) * n_queries / sizes.slow_queries
    found = average_precision_scores(queries[few], y_queries[few], database, y_database, packed=True)
    expected = [
        slow_expected_average_precision(query, label, database, y_database)
        for query, label in zip(queries[few], y_queries[few], strict=True)
    ]
    equal = bool(np.allclose(found, expected, rtol=0, atol=1e-9))
    note = f"numpy timed on {sizes.slow_queries} queries and scaled; equal: expected AP to 1e-9"
    return Row(f"mAP of {n_queries} queries, {named(database)} {kind}", ratio, floor=50, equal=equal, note=note)


def hasher_rows(sizes, data_home, quick):
    """Search among codes of trained hashers: Fashion-MNIST."""
    from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher

    with np.load(Path(data_home) / "fashion_mnist.npz") as stored:
        data = {name: stored[name] for name in ("X", "y", "query", "train", "database")}
    X = data["X"].reshape(len(data["X"]), -1).astype(np.float32) / 255
    train = data["train"][:500] if quick else data["train"]
    for hasher in (DualHingeHasher, HashNetHasher, DHNHasher):
        for n_bits in (16, 32, 64):
            model = hasher(n_bits=n_bits, output="packed", random_state=0, max_epochs=1 if quick else 30)
            model.fit(X[train], data["y"][train])
            queries, database = model.transform(X[data["query"]]), model.transform(X[data["database"]])
            for k in (10, 100):
                case = f"{hasher.__name__}, {named(database)}"
                yield nearest_row(case, queries, database, k, None, sizes)


def all_rows(sizes, arguments):
    for rows in (nearest_rows, radius_rows, auto_rows, thread_rows, size_rows):
        yield from rows(sizes)
    yield from evaluation_rows(sizes)
    if arguments.data_home:
        yield from hasher_rows(sizes, arguments.data_home, arguments.quick)
    else:
        print("Rows on codes of trained hashers are left out: they need --data-home.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--data-home", metavar="DIR", help="folder with fashion_mnist.npz")
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(1)
    print(opponents())
    print(f"{'case':<44}{'floor':>7}{'measured':>13}  {'':<7}{'ids equal'}")
    wrong = 0
    for row in all_rows(QUICK if arguments.quick else Sizes(), arguments):
        row.show(arguments.quick)
        wrong += row.equal is False
    if wrong:
        sys.exit(f"{wrong} rows returned other ids or scores than the reference.")


if __name__ == "__main__":
    main()
