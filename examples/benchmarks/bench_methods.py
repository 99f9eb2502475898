"""Retrieval quality of the three methods with their defaults, 3 seeds, against the floors the project promises.

Fashion-MNIST at 16 and 32 bits and 20 Newsgroups at 16 bits: 5,000 training rows, 1,000 queries, 10,000 database rows,
tie-aware mAP over the whole database. Nothing is tuned on these queries. Exits with 1 if a figure is below its floor.

    python examples/benchmarks/bench_methods.py --data-home DIR
"""

import argparse
import os
import sys
import time

from sklearn_hash._cli._demo import PAPERS, describe, evaluate_all, format_table, load_split, summarise

FLOORS = {
    ("dual_hinge", 16): 0.772,
    ("dual_hinge", 32): 0.784,
    ("hashnet", 16): 0.759,
    ("hashnet", 32): 0.774,
    ("dhn", 16): 0.750,
    ("dhn", 32): 0.765,
}
DEVIATION_CEILING = 0.010
SECONDS_CEILING = 60.0
PROCESSES = 2
TEXT_LEAD = 0.01


def run(name, bits, seeds, data_home):
    """Evaluate all methods on one set, print their table; means by (method, bits), and wall seconds with evaluation."""
    split = load_split(name, data_home, 1000, 5000, 10000)
    start = time.perf_counter()
    rows = evaluate_all(split, PAPERS, bits, seeds, name, n_jobs=PROCESSES)
    seconds = time.perf_counter() - start
    fitting = sum(row["seconds"] for row in rows) / PROCESSES
    means = summarise(rows)
    print(describe(name, split, seeds), format_table(means, seeds), sep="\n")
    print(
        f"{len(rows)} fits in {PROCESSES} processes: {fitting:.0f} s; with their start and evaluation {seconds:.0f} s\n"
    )
    return {(row["method"], row["bits"]): row for row in means}, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    fashion, seconds = run("fashion_mnist", [16, 32], args.seeds, args.data_home)
    text, _ = run("ng20_text", [16], args.seeds, args.data_home)
    checks = [
        (f"fashion_mnist {method} {bits} bits >= {floor}", fashion[method, bits]["map"], floor, ">=")
        for (method, bits), floor in FLOORS.items()
    ]
    checks += [
        (f"seed deviation of {method} {bits} bits", row["deviation"], DEVIATION_CEILING, "<")
        for (method, bits), row in fashion.items()
    ]
    checks += [
        (
            f"dual_hinge - hashnet, {bits} bits",
            fashion["dual_hinge", bits]["map"] - fashion["hashnet", bits]["map"],
            0,
            ">=",
        )
        for bits in (16, 32)
    ]
    lead = text["dual_hinge", 16]["map"] - text["hashnet", 16]["map"]
    checks.append(("ng20_text dual_hinge - hashnet, 16 bits", lead, TEXT_LEAD, ">="))
    checks.append(
        (
            f"seconds for {len(fashion) * args.seeds} fits on fashion_mnist, in {PROCESSES} processes",
            seconds,
            SECONDS_CEILING,
            "<",
        )
    )
    failed = 0
    for name, value, bound, sign in checks:
        holds = value >= bound if sign == ">=" else value < bound
        failed += not holds
        print(f"{'ok' if holds else 'BELOW':6} {name}: {value:.4f} ({sign} {bound})")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
