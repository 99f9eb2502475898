"""What was measured of each method, for its page: tables of the results that the benchmarks have kept.

The pages need no change when a benchmark is run again. What it has not measured is said to be so.
"""

import json
from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev

from scipy.stats import t as student_t

from sklearn_hash.hashers._methods import METHODS

BENCHMARKS = "examples/benchmarks"
RESULTS = Path(__file__).parents[2] / BENCHMARKS / "results"
HEADING = "## What was measured here\n"
# Methods without labels are compared by the recall of neighbors, the others by their rank, too.
UNSUPERVISED = {"unsupervised_greedy_hash", "bihalf", "stochastic_neighbor", "lsh", "pca", "itq", "spectral"}
BITS_OF_RANK = 32
TABLES = {
    "quality.jsonl": (
        "map",
        "Mean average precision over the whole database with [equal tuning](../comparison.md#with-equal-tuning)",
        f"python {BENCHMARKS}/bench_quality.py --results {BENCHMARKS}/results/quality.jsonl --report",
    ),
    "neighbors.jsonl": (
        "recall",
        "Recall of the 10 true neighbors among the first 10 ([Codes of embeddings](../embeddings.md))",
        f"python {BENCHMARKS}/compare_neighbors.py --results {BENCHMARKS}/results/neighbors.jsonl --report",
    ),
}


def read_results(path, measure):
    """Values by set, method and number of bits, of the fits that count; the last of equal fits holds."""
    fits = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):  # a benchmark may be writing the last one
            row = json.loads(line)
            if row["stage"] == "final":
                fits[row["data"], row["method"], row["bits"], row["seed"]] = row[measure]
    values = defaultdict(list)
    for (data, method, bits, _), value in fits.items():
        values[data, method, bits].append(value)
    return dict(values)


def rank_of(values, data, method):
    """Rank of a method that learns from labels among those that were measured."""
    means = {
        other: mean(found)
        for (at, other, bits), found in values.items()
        if at == data and bits == BITS_OF_RANK and other not in UNSUPERVISED
    }
    return f"{1 + sum(value > means[method] for value in means.values())} of {len(means)}" if method in means else ""


def format_cell(found):
    """Mean over the seeds and half-width of its 95 % interval."""
    if not found:
        return "not measured"
    if len(found) == 1:
        return f"{found[0]:.3f}"
    half_width = student_t.ppf(0.975, len(found) - 1) * stdev(found) / len(found) ** 0.5
    return f"{mean(found):.3f} ± {half_width:.3f}".replace(" ", "\N{NO-BREAK SPACE}")


def make_table(method, values):
    """Return the table of a method as Markdown, a line for each set."""
    sets = dict.fromkeys(data for data, _, _ in values)
    all_bits = sorted({bits for _, _, bits in values})
    ranked = method not in UNSUPERVISED
    head = [
        "set",
        *(f"{bits}\N{NO-BREAK SPACE}bits" for bits in all_bits),
        *([f"rank at {BITS_OF_RANK} bits"] if ranked else []),
    ]
    lines = [head, ["---"] * len(head)]
    for data in sets:
        cells = [format_cell(values.get((data, method, bits))) for bits in all_bits]
        lines.append([f"`{data}`", *cells, *([rank_of(values, data, method)] if ranked else [])])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def results_of(method, folder=RESULTS):
    """Return what was measured of a method, as Markdown."""
    parts = []
    for name, (measure, caption, command) in TABLES.items():
        if name == "neighbors.jsonl" and method not in UNSUPERVISED:
            continue
        values = read_results(folder / name, measure)
        n_seeds = max((len(found) for (_, other, _), found in values.items() if other == method), default=0)
        if n_seeds == 0:
            parts.append(f"{caption}: not measured yet.")
            continue
        rank = "; the rank is that among the methods that learn from labels" if method not in UNSUPERVISED else ""
        interval = f"mean and 95 % interval over {n_seeds} seeds (Student's t)"
        parts.append(f"{caption}: {interval}{rank}.\n\n    {command}\n\n{make_table(method, values)}")
    return "\n\n".join(parts) + "\n"


def add_results(app, docname, source):
    """Put the tables under their heading, before what the page says of them."""
    folder, _, method = docname.rpartition("/")
    if folder != "methods" or method not in METHODS:
        return
    for name in TABLES:
        app.env.note_dependency(str(RESULTS / name))
    head, heading, tail = source[0].partition(HEADING)
    source[0] = f"{head}{heading}\n{results_of(method)}{tail}"


def setup(app):
    """Add to the pages as they are read."""
    app.connect("source-read", add_results)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
