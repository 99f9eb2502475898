"""Defaults of the dual hinge: what each of its settings changes, and rivals at two learning rates.

Validation rows alone decide. A quarter of the training rows is held out; 400 of these rows are queries, and the others
are the database together with as many rows that were trained on as make up their share in the database of
bench_quality.py, whose sets and sizes are used. Every seed holds out other rows. Results go to a JSON-lines file, one
line a fit; a run that was stopped goes on from there.

    python examples/benchmarks/bench_defaults.py --data-home DIR --results defaults.jsonl
    python examples/benchmarks/bench_defaults.py --results defaults.jsonl --report
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
from bench_quality import Results, key, load
from joblib import Parallel, delayed
from quality_protocol import SETS
from sklearn.model_selection import train_test_split
from tqdm import tqdm

from sklearn_hash import hashers
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.metrics import mean_average_precision

# Share of the database that was trained on, as in bench_quality.py.
TRAINED_ON = {
    "fashion_mnist": 0.0755,
    "ng20_text": 0.29,
    "cifar100_mosaic_mnv2": 0.25,
    "cifar100_coarse22k": 0.25,
    "cifar100_fine22k": 0.25,
}
N_QUERIES = 400
# Settings of the dual hinge that are not its defaults; "beta_bits" is divided by the code length.
PLAIN = {"proxy_weight": 0.0, "beta_bits": 6}  # no proxies, and no influence of the number of classes
RATE = {**PLAIN, "alpha": 1.05, "quantization": 0.1}
BEFORE = {**RATE, "lr": 1e-3}
VARIANTS = {
    "default": {},
    "proxy_weight=0": {"proxy_weight": 0.0},
    "proxy_weight=1": {"proxy_weight": 1.0},
    "proxy_weight=3": {"proxy_weight": 3.0},
    "beta=6/n_bits": {"beta_bits": 6},
    "plain": PLAIN,
    "similarity='cosine'": {"similarity": "cosine"},
    "before": BEFORE,
    "before, alpha=1.01": {**BEFORE, "alpha": 1.01},
    "before, alpha=1.001": {**BEFORE, "alpha": 1.001},
    "before, quantization=0": {**BEFORE, "quantization": 0.0},
    "before, quantization=0.3": {**BEFORE, "quantization": 0.3},
    "before, class_weight='balanced'": {**BEFORE, "class_weight": "balanced"},
    "before, beta=3/n_bits": {**BEFORE, "beta_bits": 3},
    "before, beta=12/n_bits": {**BEFORE, "beta_bits": 12},
    "before, batch_size=256": {**BEFORE, "batch_size": 256},
    "before, max_epochs=60": {**BEFORE, "max_epochs": 60},
    "before, batch norm": {**BEFORE, "module__batch_norm": True},
    "before, lr=0.003": RATE,
    "before, lr=0.005": {**RATE, "lr": 5e-3},
    "before, lr=0.003, batch norm": {**RATE, "module__batch_norm": True},
    "plain, quantization=0.1": {**PLAIN, "quantization": 0.1},
    "plain, lr=0.002, quantization=0.1": {**PLAIN, "lr": 2e-3, "quantization": 0.1},
    "plain, lr=0.005, quantization=0.1": {**PLAIN, "lr": 5e-3, "quantization": 0.1},
    "plain, alpha=1.02, quantization=0.1": {**PLAIN, "alpha": 1.02, "quantization": 0.1},
    "plain, alpha=1.05, quantization=0": {**PLAIN, "alpha": 1.05, "quantization": 0.0},
    "before, lr=0.003, alpha=1.2": {**RATE, "alpha": 1.2},
    "before, lr=0.003, beta=4/n_bits": {**RATE, "beta_bits": 4},
    "before, lr=0.003, beta=9/n_bits": {**RATE, "beta_bits": 9},
    "before, lr=0.003, class_weight=None": {**RATE, "class_weight": None},
    "before, lr=0.003, shape=2": {**RATE, "criterion__shape": 2.0},
    "before, lr=0.003, inner product": {**RATE, "criterion__distance": "inner"},
}
# Rivals, with their defaults and with other learning rates.
RIVALS = {
    "csq": [1e-3, 3e-3],
    "ortho_hash": [1e-3, 3e-3],
    "dch": [1e-3, 3e-3],
    "dsdh": [1e-3, 3e-3],
    "adsh": [],
    "talr": [],
}


def contestants():
    """(method, name, settings) of every line of the table."""
    ours = [("dual_hinge", name, settings) for name, settings in VARIANTS.items()]
    rivals = [
        (method, f"{method}, lr={lr:g}" if lr else method, {"lr": lr} if lr else {})
        for method, rates in RIVALS.items()
        for lr in rates or [None]
    ]
    return ours + rivals


def evaluate(job, split):
    """Fit on three quarters of the training rows and score on the others."""
    torch.set_num_threads(1)
    X, y = split.X, split.y
    fitted, held_out = train_test_split(split.train, test_size=0.25, random_state=job["seed"])
    queries, database = held_out[:N_QUERIES], held_out[N_QUERIES:]
    share = TRAINED_ON[job["data"]]
    database = np.concatenate([database, fitted[: int(len(database) * share / (1 - share))]])
    settings = dict(job["config"])
    if "beta_bits" in settings:
        settings["criterion__beta"] = settings.pop("beta_bits") / job["bits"]
    hasher = getattr(hashers, METHODS[job["method"]])(n_bits=job["bits"], random_state=job["seed"])
    hasher.set_params(**settings).fit(X[fitted], y[fitted])
    score = mean_average_precision(hasher.transform(X[queries]), y[queries], hasher.transform(X[database]), y[database])
    return {**job, "map": score}


def report(results, bits, reference):
    """Print the mean of one line, and the mean difference of every other line from it over the same seeds."""
    against = next((method, json.dumps(s, sort_keys=True)) for method, name, s in contestants() if name == reference)
    for data in SETS:
        scores = {(r["method"], key(r)[-1], r["bits"], r["seed"]): r["map"] for r in results.of(data, "defaults")}
        if not scores:
            continue
        print(f"== {data}, mAP of validation rows\n{'':<38}" + "".join(f"{n:>14} bits" for n in bits))
        lines = []
        for method, name, settings in contestants():
            cells = [_difference(scores, (method, json.dumps(settings, sort_keys=True)), against, n) for n in bits]
            lines.append((name, cells))
        lines.sort(key=lambda line: -sum(cell[0] for cell in line[1] if cell))
        for name, cells in lines:
            if any(cells):
                print(f"{name:<38}" + "".join(f"{text:>19}" for _, text in (cell or (0, "") for cell in cells)))
        print()


def _difference(scores, line, reference, bits):
    """Mean and text: of the reference itself, or of the paired differences from it with two standard errors."""
    theirs, ours = (
        {seed: value for (*at, seed), value in scores.items() if at == [*one, bits]} for one in (line, reference)
    )
    if line == reference and ours:
        return 0.0, f"{np.mean(list(ours.values())):.4f} (n={len(ours)})"
    differences = [theirs[seed] - ours[seed] for seed in ours.keys() & theirs.keys()]
    if not differences:
        return None
    text = f"{np.mean(differences):+.4f}"
    if len(differences) > 2:
        text += f" +- {2 * np.std(differences, ddof=1) / np.sqrt(len(differences)):.4f}"
    return np.mean(differences), text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--bits", nargs="+", type=int, default=[16, 64])
    parser.add_argument("--lines", nargs="+", metavar="NAME", help="as the report names them; default: all")
    parser.add_argument("--reference", default="default", metavar="NAME", help="line that others are compared with")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="processes that share the fits")
    parser.add_argument("--results", type=Path, default=Path("defaults.jsonl"))
    parser.add_argument("--report", action="store_true", help="only print what the results file holds")
    args = parser.parse_args()
    results = Results(args.results)
    for data in [] if args.report else args.data:
        split = load(data, args.data_home)
        shared = {"data": data, "stage": "defaults"}
        jobs = [
            {**shared, "method": method, "bits": bits, "seed": seed, "config": settings}
            for method, name, settings in contestants()
            if args.lines is None or name in args.lines
            for bits in args.bits
            for seed in range(args.seeds)
        ]
        missing = [job for job in jobs if key(job) not in results.rows]
        done = Parallel(args.jobs, return_as="generator_unordered")(delayed(evaluate)(job, split) for job in missing)
        for row in tqdm(done, desc=data, total=len(missing), unit="fit"):
            results.add(row)
    report(results, args.bits, args.reference)


if __name__ == "__main__":
    sys.exit(main())
