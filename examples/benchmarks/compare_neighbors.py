"""Recall of true neighbors by code length: every method that needs no labels, and every shallow one.

What counts is the mean share of a query's 10 nearest rows by cosine that are among the first 10 by Hamming distance, in
expectation over the order of equal distances. The rows are embeddings less the mean of the training rows: features of
an ImageNet network, text as tf-idf reduced by a truncated SVD, and pixels. Training rows, queries and database share no
row.

Each method gets the same number of configurations on each set: its defaults, and random draws from the space that
bench_quality.py lists for it. They are fitted at 128 bits on three quarters of the training rows and scored on the
others, each as a query against the rest. The best is fitted to all training rows with every seed and code length. The
queries decide nothing. Supervised discrete hashing, which needs labels, is given those of the training rows. Results go
to a JSON-lines file, one line a fit; a run that was stopped goes on from there.

    python examples/benchmarks/compare_neighbors.py --data-home DIR --results neighbors.jsonl
    python examples/benchmarks/compare_neighbors.py --results neighbors.jsonl --report

With ``--hidden-layer`` only the older deep methods are fitted, with the "mlp" encoder, to be shown beside the rest.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
from bench_quality import Results, configurations, key, pretrained_features
from joblib import Parallel, delayed
from scipy import sparse, stats
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from tqdm import tqdm

from sklearn_hash import hashers
from sklearn_hash.datasets import load_local
from sklearn_hash.hashers._features import FeatureHasher
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.hashers._shallow import ShallowHasher
from sklearn_hash.metrics import neighbor_recall, true_neighbors

SETS = ["fashion_mnist", "ng20_text", "cifar100_mosaic_mnv2", "cifar100_coarse22k"]
N_QUERY, N_TRAIN, N_DATABASE = 1000, 4000, 10000
BITS = [64, 128, 256]
TUNED_AT = 128
WITH_LABELS = {"sdh"}
# With a network of a hidden layer and dropout, as the supervised methods have it.
HIDDEN_LAYER = {"encoder": "mlp", "max_epochs": 30}
DEEP = ["unsupervised_greedy_hash", "bihalf"]
SVD_DIMENSIONS = 256
COMPARED = [
    method for method, name in METHODS.items() if issubclass(getattr(hashers, name), (FeatureHasher, ShallowHasher))
]


def load(name, data_home, n_train):
    """Embeddings and labels of the queries, the training rows and the database rows."""
    split = load_local(name, data_home)
    draw = check_random_state(0)
    others = draw.permutation(split.database)
    rows = draw.permutation(split.query)[:N_QUERY], others[N_DATABASE:][:n_train], others[:N_DATABASE]
    X, y = [split.X[part] for part in rows], [split.y[part] for part in rows]
    X = embed(name, X, data_home)
    mean = X[1].mean(axis=0)
    return [part - mean for part in X], y


def embed(name, parts, data_home):
    """Vectors whose cosines mean something; what must be fitted is fitted to the training rows."""
    if name == "cifar100_coarse22k":
        return [pretrained_features(part, data_home) for part in parts]
    parts = [part.reshape(len(part), -1).astype(np.float32) for part in parts]
    if name != "ng20_text":
        return parts
    counts = [sparse.csr_array(part) for part in parts]
    tfidf = TfidfTransformer(sublinear_tf=True).fit(counts[1])
    svd = TruncatedSVD(SVD_DIMENSIONS, random_state=0).fit(tfidf.transform(counts[1]))
    return [svd.transform(tfidf.transform(part)).astype(np.float32) for part in counts]


def evaluate(job, X, y, neighbors):
    """Fit one configuration and score it; a tuning job only ever sees training rows."""
    torch.set_num_threads(1)
    query, train, database = X
    labels = y[1]
    if job["stage"] == "tune":
        train, query, labels, _ = train_test_split(train, labels, test_size=0.25, random_state=0)
    hasher = getattr(hashers, METHODS[job["method"]])(job["bits"], output="packed", random_state=job["seed"])
    hasher.set_params(**job["config"])
    start = time.process_time()
    hasher.fit(train, labels if job["method"] in WITH_LABELS else None)
    seconds = time.process_time() - start
    packed = {"packed": True, "n_bits": job["bits"]}
    if job["stage"] == "tune":
        scores = {"recall": neighbor_recall(hasher.transform(query), query, **packed)}
    else:
        codes = hasher.transform(query), hasher.transform(database)
        recall = neighbor_recall(codes[0], neighbors, codes[1], metric="precomputed", **packed)
        scores = {"recall": recall, "asymmetric": asymmetric_recall(hasher, query, codes[1], neighbors)}
    return {**job, **scores, "n_train": len(X[1]), "seconds": round(seconds, 2)}


def asymmetric_recall(hasher, query, codes, neighbors):
    """Recall where the real-valued outputs of the queries are multiplied with the signs of the database."""
    signs = np.unpackbits(codes, axis=1, count=hasher.n_bits_) * np.float32(2) - 1
    products = hasher.decision_function(query) @ signs.T
    found = np.argpartition(-products, neighbors.shape[1], axis=1)[:, : neighbors.shape[1]]
    return float((found[:, :, None] == neighbors[:, None, :]).any(axis=2).mean())


def run(jobs, data, results, description, n_jobs):
    """Do the jobs whose result is not there yet; every one is written as it ends."""
    missing = [job for job in jobs if key(job) not in results.rows]
    done = Parallel(n_jobs, return_as="generator_unordered")(delayed(evaluate)(job, *data) for job in missing)
    for row in tqdm(done, desc=description, total=len(missing), unit="fit"):
        results.add(row)


def tune_jobs(data, methods, n_configurations):
    """The fits that choose among configurations, for methods that have a choice."""
    shared = {"data": data, "stage": "tune", "bits": TUNED_AT, "seed": 0}
    configs = {method: configurations(method, n_configurations) for method in methods}
    return [
        {**shared, "method": method, "config": config}
        for method in methods
        for config in configs[method]
        if len(configs[method]) > 1
    ]


def final_jobs(data, methods, bits, results, seeds):
    """The fits that are reported, of the best configuration of every method."""
    tuned = results.of(data, "tune")[::-1]  # of equal ones, the first is the best
    best = {row["method"]: row["config"] for row in sorted(tuned, key=lambda row: row["recall"])}
    return [
        {"data": data, "stage": "final", "bits": n_bits, "seed": seed, "method": method, "config": best.get(method, {})}
        for method in methods
        for n_bits in bits
        for seed in range(seeds)
    ]


def label(row):
    """The method of a row of the results, with what sets it apart."""
    if row["config"].get("encoder") == "mlp":
        return f"{row['method']} (mlp)"
    return f"{row['method']} (labels)" if row["method"] in WITH_LABELS else row["method"]


def recalls(results, data, measure="recall"):
    """Recalls of the seeds by (method, bits)."""
    values = {}
    for row in results.of(data, "final"):
        values.setdefault((label(row), row["bits"]), []).append(row[measure])
    return values


def interval(values):
    """Half the width of the 95 % interval of the mean over seeds, by Student's t."""
    n = len(values)
    return stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n) if n > 1 else np.nan


def table(results, data):
    """Mean and interval, one line per method, the best first at the length that was tuned."""
    values = recalls(results, data)
    methods = sorted({method for method, _ in values}, key=lambda method: -np.mean(values.get((method, TUNED_AT), 0)))
    lines = [f"{'recall@10 of true neighbors':<30}" + "".join(f"{bits:>12} bits" for bits in BITS) + f"{'CPU s':>8}"]
    for method in methods:
        cells = [values.get((method, bits)) for bits in BITS]
        shown = "".join(f"   {np.mean(v):.3f} +- {interval(v):.3f}" if v else " " * 17 for v in cells)
        seconds = np.median([row["seconds"] for row in results.of(data, "final") if label(row) == method])
        lines.append(f"{method:<30}{shown}{seconds:>8.1f}")
    return "\n".join(lines)


def leads(results, data):
    """Differences of mean recalls from that of ITQ, and what real-valued queries add to it."""
    means = {at: np.mean(v) for at, v in recalls(results, data).items()}
    real = {at: np.mean(v) for at, v in recalls(results, data, "asymmetric").items()}
    wanted = {"stochastic_neighbor less itq": means, "itq by real-valued queries less itq": real}
    lines = []
    for text, values in wanted.items():
        ends = [(values.get((text.split()[0], bits)), means.get(("itq", bits))) for bits in BITS]
        shown = "".join(f"{new - old:>+17.3f}" if new and old else " " * 17 for new, old in ends)
        lines.append(f"{text:<38}{shown[8:]}")
    return "\n".join(lines)


def report(results):
    for data in SETS:
        if results.of(data, "final"):
            n_train = results.of(data, "final")[0]["n_train"]
            print(f"== {data}: {n_train} training rows, {N_QUERY} queries, {N_DATABASE} database rows")
            print(f"{table(results, data)}\n{leads(results, data)}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--methods", nargs="+", choices=COMPARED, default=COMPARED)
    parser.add_argument("--bits", nargs="+", type=int, choices=BITS, default=BITS)
    parser.add_argument("--training-rows", type=int, default=N_TRAIN, help="with another number, another results file")
    parser.add_argument("--configurations", type=int, default=3, help="tried for each method and set; 1: its defaults")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="processes that share the fits")
    parser.add_argument("--results", type=Path, default=Path("neighbors.jsonl"))
    parser.add_argument("--hidden-layer", action="store_true", help="only fit the older deep methods with an MLP")
    parser.add_argument("--report", action="store_true", help="only print what the results file holds")
    args = parser.parse_args()
    results = Results(args.results)
    if not args.report:
        for name in args.data:
            X, y = load(name, args.data_home, args.training_rows)
            data = X, y, true_neighbors(X[0], X[2])
            if args.configurations > 1 and not args.hidden_layer:
                jobs = tune_jobs(name, args.methods, args.configurations)
                run(jobs, data, results, f"{name}, tuning", args.jobs)
            methods = DEEP if args.hidden_layer else args.methods
            jobs = final_jobs(name, methods, args.bits, results, args.seeds)
            if args.hidden_layer:
                jobs = [{**job, "config": HIDDEN_LAYER} for job in jobs]
            run(jobs, data, results, f"{name}, final", args.jobs)
    report(results)


if __name__ == "__main__":
    sys.exit(main())
