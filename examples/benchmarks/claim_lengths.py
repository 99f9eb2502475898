"""The dual hinge's claim on length: its 16 bits against 32 bits of the other methods.

Fits nothing: the values are those of bench_quality.py, by default the results that are in the repository. The
difference of each other method's mean with 32 bits and the dual hinge's with 16 has a 95 % interval by Welch's t.

    python examples/benchmarks/claim_lengths.py --results quality.jsonl --plot lengths.png
"""

import argparse
import sys
from pathlib import Path

from bench_quality import Results, final_jobs, key
from claims_protocol import difference_of_means, interval
from quality_protocol import SETS, SPACES, UNSUPERVISED
from quality_report import sets_done

SHORT, LONG = 16, 32
OTHERS = [method for method in SPACES if method not in UNSUPERVISED and method != "dual_hinge"]


def values(results, data, method, bits):
    """The mAP of the configuration that tuning chose, of every seed that the results hold."""
    keys = [key(job) for job in final_jobs(data, [method], [bits], results, seeds=20)]
    return [results.rows[k]["map"] for k in keys if k in results.rows]


def compared(results, data):
    """Mean and half-width of what each other method with 32 bits has more, the most first."""
    short = values(results, data, "dual_hinge", SHORT)
    long = {method: values(results, data, method, LONG) for method in OTHERS}
    if len(short) < 2:
        return {}
    more = {method: difference_of_means(found, short) for method, found in long.items() if len(found) > 1}
    return dict(sorted(more.items(), key=lambda item: -item[1][0]))


def report(results, sets):
    print(f"mAP of others with {LONG} bits less that of the dual hinge with {SHORT}")
    for data in sets:
        more = compared(results, data)
        short = interval(values(results, data, "dual_hinge", SHORT))
        print(f"\n{data}: dual hinge {short[0]:.4f} +- {short[1]:.4f}")
        better = [method for method, (mean, width) in more.items() if mean > width]
        worse = [method for method, (mean, width) in more.items() if mean < -width]
        print(f"better: {len(better)}, level: {len(more) - len(better) - len(worse)}, worse: {len(worse)}")
        print("\n".join(f"{method:<14}{mean:+.4f} +- {width:.4f}" for method, (mean, width) in more.items()))


def draw(results, sets, path):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(sets), figsize=(3.2 * len(sets), 5.2), layout="constrained", squeeze=False)
    for ax, data in zip(axes.flat, sets, strict=True):
        more = compared(results, data)
        for place, (mean, width) in enumerate(reversed(more.values())):
            color = "tab:red" if mean > width else "tab:green" if mean < -width else "0.5"
            ax.errorbar(mean, place, xerr=width, marker="o", color=color, capsize=2)
        ax.axvline(0, color="black", linewidth=1)
        ax.set(title=data, yticks=range(len(more)), yticklabels=list(more)[::-1])
    figure.supxlabel(f"mAP with {LONG} bits, less that of the dual hinge with {SHORT}")
    figure.savefig(path, dpi=110)


def main():
    kept = Path(__file__).parent / "results" / "quality.jsonl"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=kept)
    parser.add_argument("--plot", type=Path, help="also draw into this file")
    args = parser.parse_args()
    results = Results(args.results)
    sets = [data for data in sets_done(results, SETS) if compared(results, data)]
    if not sets:
        raise SystemExit(f"{args.results} has no set with two seeds of the dual hinge with {SHORT} bits.")
    report(results, sets)
    if args.plot:
        draw(results, sets, args.plot)


if __name__ == "__main__":
    sys.exit(main())
