"""The main job: train hashers on one data set and print the quality of their codes."""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed
from tqdm import tqdm

from sklearn_hash import hashers
from sklearn_hash._cli._commands import COMMANDS
from sklearn_hash.datasets import load_digits_retrieval, load_local, sample_protocol
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.metrics import mean_average_precision, n_distinct_codes, precision_within_radius

PAPERS = ["dual_hinge", "hashnet", "dhn"]
_RADIUS = 2
_SIZES = {"queries": 1000, "train": 5000, "database": 10000}


def load_split(name, data_home, n_query=None, n_train=None, n_database=None):
    """Load the digits, or a sample of a data set in a local folder; rows are vectors.

    Sizes that are None are those of the protocol, or all rows of the data set if it has fewer.
    """
    split = load_digits_retrieval() if name == "digits" else load_local(name, data_home)
    if split.X is None:
        raise ValueError(f"{name} holds labels only; there is nothing to train on")
    split = replace(split, X=split.X.reshape(len(split.X), -1))
    if name != "digits":
        n_query = _size(n_query, len(split.query), "queries")
        n_train = _size(n_train, len(split.train), "train")
        n_database = _size(n_database, len(split.database), "database")
        split = sample_protocol(split, n_query, n_train, n_database, random_state=0)
    return split


def _size(asked, there, option):
    """Return the number of rows to draw; a default size is limited to the available rows."""
    if asked is not None and asked > there:
        raise ValueError(f"--{option} must be at most {there}, the rows that the set has for it; got {asked}")
    return min(_SIZES[option], there) if asked is None else asked


def evaluate(method, n_bits, seed, split):
    """Train one hasher on the training rows, and score the queries against the database.

    Returns
    -------
    row : dict
        Dict with method, bits, seed, map (tie-aware, over the whole database), precision (within Hamming radius 2),
        distinct (number of distinct codes in the database) and seconds (time of ``fit``).
    """
    # Torch loads its compiler with the first optimizer of a process; this time must not count as time of fit.
    torch.optim.SGD([torch.zeros(1)])
    X, y = split.X, split.y
    hasher = getattr(hashers, METHODS[method])(n_bits=n_bits, output="packed", random_state=seed)
    start = time.perf_counter()
    hasher.fit(X[split.train], y[split.train])
    seconds = time.perf_counter() - start
    query, database = hasher.transform(X[split.query]), hasher.transform(X[split.database])
    codes = query, y[split.query], database, y[split.database]
    return {
        "method": method,
        "bits": n_bits,
        "seed": seed,
        "map": mean_average_precision(*codes, packed=True, n_bits=n_bits),
        "precision": precision_within_radius(*codes, radius=_RADIUS, packed=True, n_bits=n_bits),
        "distinct": n_distinct_codes(database, packed=True, n_bits=n_bits),
        "seconds": seconds,
    }


def evaluate_all(split, methods, bits, seeds, label="", n_jobs=1):
    """Return a row per method, code length and seed, with a progress bar; the fits run in ``n_jobs`` processes."""
    jobs = [(method, n_bits, seed) for method in methods for n_bits in bits for seed in range(seeds)]
    results = Parallel(n_jobs, return_as="generator")(delayed(evaluate)(*job, split) for job in jobs)
    rows = []
    with tqdm(desc=label, total=len(jobs), unit="fit", leave=False) as bar:
        for row in results:
            rows.append(row)
            bar.set_postfix_str(f"{row['method']} {row['bits']} bits: mAP {row['map']:.3f}", refresh=False)
            bar.update()
    return rows


def summarise(rows):
    """Return means over seeds and the standard deviation of mAP, for each method and code length."""
    groups: dict = {}
    for row in rows:
        groups.setdefault((row["method"], row["bits"]), []).append(row)
    means = []
    for (method, bits), group in groups.items():
        mean = {key: float(np.mean([row[key] for row in group])) for key in group[0] if key not in ("method", "seed")}
        scores = [row["map"] for row in group]
        deviation = float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0
        means.append({**mean, "method": method, "bits": bits, "deviation": deviation})
    return means


def format_table(means, seeds):
    """Format the results as an aligned table."""
    deviation = f" {'+-':>6}" if seeds > 1 else ""
    width = max(len("method"), *(len(row["method"]) for row in means))
    lines = [f"{'method':<{width}} {'bits':>4} {'mAP':>6}{deviation} {'P@r<=2':>7} {'codes':>6} {'fit s':>6}"]
    for row in means:
        deviation = f" {row['deviation']:6.4f}" if seeds > 1 else ""
        lines.append(
            f"{row['method']:<{width}} {row['bits']:>4} {row['map']:6.4f}{deviation} {row['precision']:7.4f} "
            f"{row['distinct']:6.0f} {row['seconds']:6.1f}"
        )
    return "\n".join(lines)


def describe(name, split, seeds):
    """Describe the protocol of the results: rows, k and the treatment of ties."""
    trained_on = np.isin(split.database, split.train).sum()
    return (
        f"{name}, {seeds} seed{'s' * (seeds > 1)}\n"
        f"split:  {len(split.train)} training rows, {len(split.query)} queries, {len(split.database)} database rows, "
        f"{trained_on} of them trained on\n"
        "mAP:    k = all of the database; ties: expected over the orders of equal distances\n"
        f"P@r<=2: precision within Hamming radius {_RADIUS}, 0 where nothing is; codes: distinct ones in the database\n"
    )


def main(argv=None):
    """Run the main job and return the exit status."""
    args = _parse(argv)
    try:
        if args.json and args.json.is_dir():
            raise ValueError(f"--json: {args.json} is a folder; name a file")
        if args.json and not args.json.absolute().parent.is_dir():
            raise ValueError(f"--json: there is no folder {args.json.absolute().parent}")
        split = load_split(args.data, args.data_home, args.queries, args.train, args.database)
    except (ValueError, OSError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    rows = evaluate_all(split, args.methods, args.bits, args.seeds, args.data, args.jobs)
    means = summarise(rows)
    print(describe(args.data, split, args.seeds))
    print(format_table(means, args.seeds))
    if args.json:
        args.json.write_text(json.dumps({"data": args.data, "means": means, "rows": rows}, indent=1) + "\n")
    return 0


def _parse(argv):
    parser = argparse.ArgumentParser(
        prog="python -m sklearn_hash",
        description="Train hashers on one data set and print the quality of their codes.",
        epilog=f"Commands for your own data: {', '.join(COMMANDS)}. See python -m sklearn_hash COMMAND --help.",
    )
    parser.add_argument("--data", default="digits", help="digits (embedded), or the name of a set in --data-home")
    parser.add_argument(
        "--data-home",
        default=os.environ.get("SKLEARN_HASH_DATA"),
        help="folder of the .npz sets (default: the environment variable SKLEARN_HASH_DATA)",
    )
    parser.add_argument(
        "--methods",
        nargs="+",
        choices=[*METHODS, "all"],
        default=PAPERS,
        metavar="METHOD",
        help=f"all, or some of {', '.join(METHODS)} (default: {' '.join(PAPERS)})",
    )
    parser.add_argument(
        "--bits", nargs="+", type=_positive, default=[8, 16, 32], metavar="N", help="code lengths (default: 8 16 32)"
    )
    parser.add_argument("--seeds", type=_positive, default=1, metavar="N", help="number of seeds to average over")
    for option, size in _SIZES.items():
        rows = {"queries": "query", "train": "training"}.get(option, option)
        told = f"number of {rows} rows (default: {size}, or all if there are fewer); not for digits"
        parser.add_argument(f"--{option}", type=_positive, metavar="N", help=told)
    parser.add_argument("--jobs", type=_positive, default=1, metavar="N", help="number of processes that run the fits")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all single results to this file")
    args = parser.parse_args(argv)
    if "all" in args.methods:
        args.methods = list(METHODS)
    return args


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1; got {text!r}")
    return int(text)
