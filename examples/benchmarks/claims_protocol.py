"""What the experiments on claims of the papers have in common: command line, fits, scores and intervals.

Every fit of an experiment is a job, a dict like those of bench_quality.py: data, method, stage, bits, seed, config. Its
measures go to a JSON-lines file, one line a fit; a run that was stopped goes on from there.
"""

import argparse
import json
import os
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from bench_quality import Results, key, load
from joblib import Parallel, delayed
from scipy.stats import t
from sklearn.model_selection import train_test_split
from tqdm import tqdm

from sklearn_hash.metrics import mean_average_precision

SETS = ["fashion_mnist", "cifar100_coarse22k"]


def interval(values):
    """Mean, and half-width of its 95 % interval by Student's t; NaN for a single value."""
    n = len(values)
    if n == 0:
        return np.nan, np.nan
    width = t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n) if n > 1 else np.nan
    return float(np.mean(values)), float(width)


def difference(values, others):
    """Mean of paired differences and its half-width: the same seeds in the same order, as far as both have them."""
    n = min(len(values), len(others))
    return interval(np.subtract(values[:n], others[:n]))


def difference_of_means(values, others):
    """Difference of the means of two samples, and half-width of its 95 % interval by Welch's t."""
    shares = [np.var(sample, ddof=1) / len(sample) for sample in (values, others)]
    degrees = sum(shares) ** 2 / sum(s**2 / (len(v) - 1) for s, v in zip(shares, (values, others), strict=True))
    return float(np.mean(values) - np.mean(others)), float(t.ppf(0.975, degrees) * np.sqrt(sum(shares)))


def shown(values):
    return "{:.4f} +- {:.4f}".format(*interval(values)) if len(values) else ""


def load_rows(data, args):
    """A set by the protocol of bench_quality.py, with the first of its training rows, which are in random order."""
    split = load(data, args.data_home)
    return replace(split, train=split.train[: args.train])


def run(jobs, evaluate, split, results, n_jobs, label):
    """Do the jobs whose result is not there yet: ``evaluate(job, split)`` returns the measures of one."""
    counts = {row["train"] for row in results.rows.values()}
    if counts - {len(split.train)}:
        raise SystemExit(f"{results.path} holds fits on {counts} rows: pass --train, or another file as --results.")
    missing = [job for job in jobs if key(job) not in results.rows]
    done = Parallel(n_jobs, return_as="generator_unordered")(delayed(_timed)(evaluate, job, split) for job in missing)
    for row in tqdm(done, desc=label, total=len(missing), unit="fit"):
        results.add(row)


def _timed(evaluate, job, split):
    torch.set_num_threads(1)
    start = time.perf_counter()
    measures = evaluate(job, split)
    return {**job, **measures, "train": len(split.train), "seconds": round(time.perf_counter() - start, 2)}


def held_out(split):
    """Three quarters of the training rows to learn from, the others as queries and database of one another."""
    train, query = train_test_split(split.train, test_size=0.25, random_state=0)
    return replace(split, train=train, query=query, database=None)


def bits_map(hasher, split):
    """The mAP of binary codes, tie-aware; without a database, of every query against all others."""
    parts = [split.query] if split.database is None else [split.query, split.database]
    codes = [(hasher.decision_function(split.X[rows]) > 0).view(np.uint8) for rows in parts]
    pairs = [(code, split.y[rows]) for code, rows in zip(codes, parts, strict=True)]
    return mean_average_precision(*sum(pairs, ()))


def relaxed_measures(query, database, split):
    """Of relaxed codes: mAP of 300 queries by inner products, and the mean distance of entries from -1 or 1."""
    order = np.argsort(-(query[:300] @ database.T), axis=1)
    relevant = split.y[split.database][order] == split.y[split.query[:300], None]
    precision = np.cumsum(relevant, axis=1) / np.arange(1, relevant.shape[1] + 1)
    scores = (precision * relevant).sum(axis=1) / np.maximum(relevant.sum(axis=1), 1)
    return {"map_relaxed": float(scores.mean()), "gap": float(np.abs(1 - np.abs(database)).mean())}


def best_config(results, data, method):
    """The configuration with the best mean mAP on the held-out rows; of equal ones, the first."""
    by_config = defaultdict(list)
    for row in results.of(data, "tune"):
        if row["method"] == method:
            by_config[json.dumps(row["config"])].append(row["map"])
    return json.loads(max(by_config, key=lambda config: np.mean(by_config[config])))


def measured(results, data, stage, measure, **wanted):
    """Values of a measure by seed, of the rows that have the wanted method, bits and config."""
    rows = [row for row in results.of(data, stage) if all(row[name] == value for name, value in wanted.items())]
    return [row[measure] for row in sorted(rows, key=lambda row: row["seed"])]


def main(doc, name, stages, evaluate, report, draw):
    """Run an experiment: ``stages(data, seeds, results)`` gives lists of jobs, each made when those before are done."""
    args = parse(doc, f"{name}.jsonl")
    results = Results(args.results)
    for data in [] if args.report else args.data:
        split = load_rows(data, args)
        for jobs in stages(data, args.seeds, results):
            run(jobs, evaluate, split, results, args.jobs, data)
    report(results, args.data)
    if args.plot:
        draw(results, args.data, args.plot)


def parse(doc, default_results):
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--train", type=int, default=5000, help="training rows, the same in a results file")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2, help="processes that share the fits")
    parser.add_argument("--results", type=Path, default=Path(default_results))
    parser.add_argument("--report", action="store_true", help="only print what the results file holds")
    parser.add_argument("--plot", type=Path, help="also draw into this file")
    return parser.parse_args()
