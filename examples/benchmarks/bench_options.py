"""Effect of batch normalisation of the hash layer on each method.

Every deep supervised method with its defaults at 32 bits, on the sets of bench_quality.py and on the 100 fine classes
of its images. As there, three quarters of the training rows are trained on and the others scored, each as a query
against the rest; queries and database are not looked at. Results go to a JSON-lines file, one line a fit; a run that
was stopped goes on from there.

    python examples/benchmarks/bench_options.py --data-home DIR --results options.jsonl
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from bench_quality import Results, load, run
from quality_protocol import SETS, SPACES, TUNED_AT, UNSUPERVISED

OPTIONS = {
    "defaults": {},
    "module__batch_norm=True": {"module__batch_norm": True},
}
DEEP = [method for method, space in SPACES.items() if "lr" in space and method not in UNSUPERVISED]


def jobs(data, methods, seeds):
    shared = {"data": data, "stage": "tune", "bits": TUNED_AT}
    return [
        {**shared, "method": method, "seed": seed, "config": config}
        for method in methods
        for config in OPTIONS.values()
        for seed in range(seeds)
    ]


def report(results, sets):
    """Print the mean and deviation of the defaults and the change of the mean by each option, one line per method."""
    print(f"mAP of held-out training rows against each other, {TUNED_AT} bits")
    for data in sets:
        print(f"\n{data:<20}{'defaults':>17}" + "".join(f"{option:>25}" for option in list(OPTIONS)[1:]))
        for method in DEEP:
            values = [_values(results, data, method, config) for config in OPTIONS.values()]
            if values[0]:
                plain = f"{np.mean(values[0]):.4f} +- {np.std(values[0], ddof=1):.4f}"
                gains = [f"{np.mean(v) - np.mean(values[0]):+.4f}" if v else "" for v in values[1:]]
                print(f"{method:<20}{plain:>17}" + "".join(f"{gain:>25}" for gain in gains))


def _values(results, data, method, config):
    rows = results.of(data, "tune")
    return [row["map"] for row in rows if (row["method"], row["config"]) == (method, config)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--methods", nargs="+", choices=DEEP, default=DEEP)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="processes that share the fits")
    parser.add_argument("--results", type=Path, default=Path("options.jsonl"))
    parser.add_argument("--report", action="store_true", help="only print what the results file holds")
    args = parser.parse_args()
    results = Results(args.results)
    if not args.report:
        for data in args.data:
            run(jobs(data, args.methods, args.seeds), load(data, args.data_home), results, data, args.jobs)
    report(results, args.data)


if __name__ == "__main__":
    sys.exit(main())
