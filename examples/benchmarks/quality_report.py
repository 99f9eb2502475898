"""Report of bench_quality.py: tables of means with their intervals, mean ranks, and their pictures."""

from collections import defaultdict

import numpy as np
from quality_protocol import BITS, GRADED, SIZES, SPACES, TUNED_AT, UNSUPERVISED
from scipy.stats import rankdata, t

from sklearn_hash.plotting import MethodRanksDisplay

MEASURES = {
    "map": "mAP, whole database",
    "map_5000": "mAP@5000",
    "precision": "precision within radius 2",
    "ndcg": "NDCG@1000, gain: labels shared",
}
# Methods with a line of their own in the plot: the three papers' and rivals of each kind.
DRAWN = {
    "dual_hinge": {"color": "black", "marker": "o", "linewidth": 2.2},
    "hashnet": {"color": "tab:blue", "marker": "s"},
    "dhn": {"color": "tab:orange", "marker": "^"},
    "dch": {"color": "tab:purple", "marker": "P", "linestyle": "--"},
    "dtsh": {"color": "tab:green", "marker": "v", "linestyle": "--"},
    "adsh": {"color": "tab:cyan", "marker": "p", "linestyle": "-."},
    "talr": {"color": "tab:pink", "marker": "h", "linestyle": "-."},
    "ortho_hash": {"color": "tab:red", "marker": "D", "linestyle": ":"},
    "csq": {"color": "tab:brown", "marker": "X", "linestyle": ":"},
    "sdh": {"color": "tab:gray", "marker": "*", "linestyle": ":"},
}


def chosen(results, data):
    """The configuration of each method that scored best among the held-out training rows of a set."""
    tuned = results.of(data, "tune")[::-1]  # of equal ones, the first is the best
    return {row["method"]: row["config"] for row in sorted(tuned, key=lambda row: row["map"])}


def final_rows(results, data):
    """The scores of the chosen configurations by the queries."""
    best = chosen(results, data)
    return [row for row in results.of(data, "final") if row["config"] == best.get(row["method"], {})]


def lengths(results, sets):
    """The code lengths at which all methods that are there on all of some sets have been measured."""
    cells = [means(final_rows(results, data), "map") for data in sets]
    methods = measured(results, sets)
    return [bits for bits in BITS if all((method, bits) in each for each in cells for method in methods)]


def means(rows, measure):
    """Mean over seeds and half-width of its 95 % interval, by (method, bits)."""
    values = defaultdict(list)
    for row in rows:
        values[row["method"], row["bits"]].append(row[measure])
    return {at: (np.mean(v), _half_width(v)) for at, v in values.items()}


def _half_width(values):
    n = len(values)
    return t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n) if n > 1 else 0.0


def table(data, results, measure):
    """Mean and interval over seeds, a line a method, best first at 32 bits."""
    cells = means(final_rows(results, data), measure)
    methods = sorted({method for method, _ in cells}, key=lambda method: -cells.get((method, 32), (0, 0))[0])
    known = [bits for bits in BITS if any(at == bits for _, at in cells)]
    lines = [f"{MEASURES[measure]}", f"{'method':<24}" + "".join(f"{bits:>13} bits" for bits in known)]
    for method in methods:
        values = [cells.get((method, bits)) for bits in known]
        lines.append(f"{method:<24}" + "".join(f"  {v[0]:.4f} +- {v[1]:.4f}" if v else " " * 18 for v in values))
    return "\n".join(lines)


def claims(data, results):
    """The dual hinge paper's two claims: better at equal length, and as good with half the length and less."""
    cells = means(final_rows(results, data), "map")
    others = [method for method in measured(results, [data]) if method != "dual_hinge"]
    lines, known = [], lengths(results, [data])
    for bits in known:
        best = max(others, key=lambda method: cells[method, bits][0])
        (ours, our_width), (theirs, their_width) = cells["dual_hinge", bits], cells[best, bits]
        lead, width = ours - theirs, np.hypot(our_width, their_width)
        lines.append(f"{bits} bits: dual_hinge less the best other, {best}: {lead:+.4f} +- {width:.4f}")
    for other in (other for other in ("hashnet", "dhn") if other in others):
        leads = (f"{cells['dual_hinge', bits][0] - cells[other, bits][0]:+.4f}" for bits in known)
        lines.append(f"dual_hinge less {other}, the lengths in turn: {' '.join(leads)}")
    for short, long in ((16, 32), (16, 64), (32, 64)):
        better = [method for method in others if cells[method, long][0] > cells["dual_hinge", short][0]]
        lines.append(f"better with {long} bits than dual_hinge with {short}: {', '.join(better) or 'none'}")
    return "\n".join(lines)


def report(results, among):
    for data in sets_done(results, among):
        n_query, n_train, n_database = SIZES
        seen = final_rows(results, data)[0]["trained_on"]
        print(f"== {data}: {n_train} training rows, {n_query} queries, {n_database} database rows ({seen} trained on)")
        measures = [measure for measure in MEASURES if measure != "ndcg" or data in GRADED]
        print("\n\n".join(table(data, results, measure) for measure in measures))
        print(f"\n{claims(data, results)}\n")
    finished = sets_done(results, among)
    if len(finished) > 1:
        print(f"== all {len(finished)} sets, methods that learn from labels\n{ranks(results, finished)}")


def supervised_scores(results, sets):
    """Methods that learn from labels, code lengths, and mean mAP, (n_methods, n_lengths, n_sets)."""
    methods = [method for method in measured(results, sets) if method not in UNSUPERVISED]
    known = lengths(results, sets)
    cells = [means(final_rows(results, data), "map") for data in sets]
    return methods, known, np.array([[[each[method, n][0] for each in cells] for n in known] for method in methods])


def ranks(results, sets):
    """Mean rank of the methods that learn from labels over the sets, by mAP; best first at 32 bits."""
    methods, known, mean_map = supervised_scores(results, sets)
    rank = rankdata(-mean_map, axis=0).mean(axis=2)
    lines = [f"{'mean rank by mAP':<24}" + "".join(f"{bits:>8} bits" for bits in known)]
    for i in np.argsort(rank[:, known.index(TUNED_AT)], kind="stable"):
        lines.append(f"{methods[i]:<24}" + "".join(f"{value:>13.2f}" for value in rank[i]))
    return "\n".join(lines)


def draw_ranks(results, among, path):
    """Mean ranks over sets at each length, with the critical difference of the Nemenyi test."""
    import matplotlib.pyplot as plt

    sets = sets_done(results, among)
    methods, known, mean_map = supervised_scores(results, sets)
    figure, axes = plt.subplots(len(known), 1, figsize=(9, 4 * len(known)), layout="constrained")
    for ax, bits, scores in zip(axes, known, mean_map.transpose(1, 0, 2), strict=True):
        named = dict(zip(methods, scores, strict=True))
        MethodRanksDisplay.from_scores(named, ax=ax, name=f"{bits} bits, {len(sets)} sets")
    figure.savefig(path, dpi=110)


def sets_done(results, among):
    """The sets, among some, on which the dual hinge has been measured."""
    return [data for data in among if "dual_hinge" in measured(results, [data])]


def measured(results, sets):
    """The methods that have been measured on all of some sets, at the length of the tuning."""
    cells = [means(final_rows(results, data), "map") for data in sets]
    return [method for method in SPACES if all((method, TUNED_AT) in each for each in cells)]


def draw(results, among, path):
    """mAP by code length, a panel a set: some methods with their intervals, others that learn from labels grey."""
    import matplotlib.pyplot as plt

    sets = sets_done(results, among)
    n_rows = -(-len(sets) // 2)
    figure, axes = plt.subplots(n_rows, 2, figsize=(9, 3.6 * n_rows), layout="constrained", squeeze=False)
    for ax, data in zip(axes.flat, sets, strict=False):
        cells, known = means(final_rows(results, data), "map"), lengths(results, [data])
        for method in {method for method, _ in cells} - UNSUPERVISED - set(DRAWN):
            others = ax.plot(
                known, [cells[method, bits][0] for bits in known], color="0.8", linewidth=1, label="others"
            )
        for method, style in DRAWN.items():
            mean, width = zip(*(cells[method, bits] for bits in known), strict=True)
            ax.errorbar(known, mean, width, label=method, capsize=2, **style)
        ax.set(xscale="log", xticks=known, xticklabels=known, title=data)
        ax.minorticks_off()
    for ax in axes.flat[len(sets) :]:
        ax.remove()
    figure.supxlabel("bits")
    figure.supylabel("mAP over the whole database")
    labelled = [*axes.flat[0].containers, *others]
    figure.legend(handles=labelled, loc="outside right upper")
    figure.savefig(path, dpi=110)
