"""What a batch normalisation of the hash layer's output is worth: hash_layer="linear" against "batch_norm".

Every deep supervised method with its defaults at 32 bits, on the sets of bench_quality.py and on the 100 fine classes
of its images. As there, three quarters of the training rows are trained on and the others scored, each as a query
against the rest; queries and database are not looked at. Results go to a JSON-lines file, one line a fit; a run that
was stopped goes on from there.

    python examples/benchmarks/bench_hash_layer.py --data-home DIR --results hash_layer.jsonl
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from bench_quality import SETS, SPACES, TUNED_AT, Results, load, run

FINE = "cifar100_fine22k"
LAYERS = "linear", "batch_norm"
UNSUPERVISED = {"unsupervised_greedy_hash", "bihalf"}
METHODS = [method for method, space in SPACES.items() if "lr" in space and method not in UNSUPERVISED]


def load_any(name, data_home):
    """A set of bench_quality.py, or its images with their fine classes."""
    if name != FINE:
        return load(name, data_home)
    split = load("cifar100_coarse22k", data_home)
    with np.load(Path(data_home) / "cifar100_coarse22k.npz") as stored:
        return replace(split, y=stored["y_fine"])


def jobs(data, methods, seeds):
    shared = {"data": data, "stage": "tune", "bits": TUNED_AT}
    return [
        {**shared, "method": method, "seed": seed, "config": {"hash_layer": layer}}
        for method in methods
        for layer in LAYERS
        for seed in range(seeds)
    ]


def report(results, sets):
    """Mean mAP and deviation over seeds; a line a method, a pair of columns a set."""
    print("mAP of held-out training rows against each other at 32 bits: linear, and what batch_norm adds to it")
    print(f"{'':<12}" + "".join(f"{data:>26}" for data in sets))
    for method in METHODS:
        cells = []
        for data in sets:
            plain, normed = (_values(results, data, method, layer) for layer in LAYERS)
            if plain and normed:
                gain = np.mean(normed) - np.mean(plain)
                cells.append(f"{np.mean(plain):.3f} +- {np.std(plain, ddof=1):.3f}  {gain:+.3f}")
            else:
                cells.append("")
        if any(cells):
            print(f"{method:<12}" + "".join(f"{cell:>26}" for cell in cells))


def _values(results, data, method, layer):
    rows = results.of(data, "tune")
    return [row["map"] for row in rows if (row["method"], row["config"]["hash_layer"]) == (method, layer)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=[*SETS, FINE], default=[*SETS, FINE])
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="processes that share the fits")
    parser.add_argument("--results", type=Path, default=Path("hash_layer.jsonl"))
    parser.add_argument("--report", action="store_true", help="only print what the results file holds")
    args = parser.parse_args()
    results = Results(args.results)
    if not args.report:
        for data in args.data:
            run(jobs(data, args.methods, args.seeds), load_any(data, args.data_home), results, data, args.jobs)
    report(results, args.data)


if __name__ == "__main__":
    sys.exit(main())
