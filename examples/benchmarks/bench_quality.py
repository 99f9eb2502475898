"""Every method with equal tuning: retrieval quality on real data by code length.

For each data set and method, the same number of configurations (the defaults, and random draws from the method's
space) is trained at 32 bits on three quarters of the training rows and scored on the others, each as a query against
the rest: like the queries and most of the database, they were not trained on. The best configuration is trained on all
training rows with every seed and code length, and scored by the queries against the database. The queries decide
nothing. Results go to a JSON-lines file, one line a fit; a run that was stopped goes on from there.

Wide features are reduced to 256 by a PCA of the training rows. The images of cifar100_coarse22k come as the features of
an ImageNet network that is not trained further (``mobilenetv2.py`` in the folder of the data), on images twice as
large; as cifar100_coarse22k_pixels they train the "cnn" encoder from nothing, which takes many hours without a GPU.

    python examples/benchmarks/bench_quality.py --data-home DIR --results quality.jsonl
    python examples/benchmarks/bench_quality.py --results quality.jsonl --report --plot quality.png
"""

import argparse
import importlib.util
import json
import os
import sys
import time
import zlib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.model_selection import ParameterSampler, train_test_split
from torch import nn
from tqdm import tqdm

from sklearn_hash import hashers
from sklearn_hash.datasets import load_local, sample_protocol
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.hashers._shallow import ShallowHasher
from sklearn_hash.metrics import mean_average_precision, ndcg_at_k, precision_within_radius

SETS = ["fashion_mnist", "ng20_text", "cifar100_mosaic_mnv2", "cifar100_coarse22k"]
PIXELS = "cifar100_coarse22k_pixels"
SIZES = 1000, 5000, 10000  # queries, training rows, database rows
TUNED_AT = 32
BITS = [12, 16, 32, 64]
MEASURES = {
    "map": "mAP, whole database",
    "map_5000": "mAP@5000",
    "precision": "precision within radius 2",
    "ndcg": "NDCG@1000, gain: labels shared",
}
# Where rows have several labels, sharing any one of them says little.
GRADED = {"cifar100_mosaic_mnv2"}
# Methods that learn from no labels; far below the others, they would squeeze the plot.
UNSUPERVISED = {"unsupervised_greedy_hash", "bihalf", "stochastic_neighbor", "lsh", "pca", "itq", "spectral"}
# Methods with a line of their own in the plot: the three papers' and rivals of each kind.
DRAWN = {
    "dual_hinge": {"color": "black", "marker": "o", "linewidth": 2.2},
    "hashnet": {"color": "tab:blue", "marker": "s"},
    "dhn": {"color": "tab:orange", "marker": "^"},
    "dch": {"color": "tab:purple", "marker": "P", "linestyle": "--"},
    "dtsh": {"color": "tab:green", "marker": "v", "linestyle": "--"},
    "ortho_hash": {"color": "tab:red", "marker": "D", "linestyle": ":"},
    "csq": {"color": "tab:brown", "marker": "X", "linestyle": ":"},
    "sdh": {"color": "tab:gray", "marker": "*", "linestyle": ":"},
}

# What a search may change; every network also has the learning rate and weight decay, every pair loss the similarity.
NETWORK = {"lr": [5e-4, 1e-3, 2e-3], "optimizer__weight_decay": [0.0, 1e-5, 1e-4]}
PAIRS = {**NETWORK, "similarity": ["share", "jaccard", "cosine"]}
SPACES = {
    "dual_hinge": {
        **PAIRS,
        "alpha": [1.01, 1.05, 1.2],
        "criterion__shape": [1.0, 2.0],
        "class_weight": ["sqrt", "balanced", None],
        "quantization": [0.0, 0.1, 0.3],
    },
    "hashnet": {**PAIRS, "class_weight": ["balanced", None], "beta_end": [3.0, 7.0, 15.0]},
    "dhn": {**PAIRS, "quantization": [0.03, 0.1, 0.3, 1.0]},
    "dsh": {**PAIRS, "quantization": [0.001, 0.01, 0.1]},
    "dpsh": {**PAIRS, "quantization": [0.03, 0.1, 0.3, 1.0]},
    "dtsh": {**PAIRS, "quantization": [0.1, 0.5, 1.0]},
    "dch": {**PAIRS, "gamma": ["auto", 5.0, 20.0], "quantization": [0.01, 0.1, 0.3]},
    "idhn": {**PAIRS, "gamma": [1.0, 10.0], "quantization": [0.03, 0.1, 0.3]},
    "lcdsh": {**PAIRS, "alpha": ["auto", 0.5], "locality": [0.03, 0.3, 3.0]},
    "dbdh": {**PAIRS, "alpha": ["auto", 0.5], "balance": [0.01, 0.1, 1.0]},
    "qsmih": {**PAIRS, "quantization": [0.001, 0.01, 0.1]},
    "mihash": {**PAIRS, "beta": [2.0, 4.0, 8.0, 16.0]},
    "talr": {**PAIRS, "beta": [2.0, 4.0, 8.0, 16.0]},
    "mmhh": {**PAIRS, "gamma": ["auto", 10.0, 160.0], "inside": [0.0, 0.5, 1.0], "quantization": [0.01, 0.1]},
    "dsdh": {**NETWORK, "classification": [0.3, 1.0, 3.0], "quantization": [0.1, 0.5, 1.0]},
    "greedy_hash": {**NETWORK, "quantization": [0.01, 0.1, 0.3, 1.0]},
    "dfh": {**NETWORK, "centre_pull": [0.3, 1.0, 3.0], "quantization": [0.1, 1.0]},
    "csq": {**NETWORK, "quantization": [1e-4, 1e-2, 1e-1]},
    "dpn": {**NETWORK, "margin": [0.25, 0.5, 1.0]},
    "ortho_hash": {**NETWORK, "scale": [4.0, 8.0, 16.0], "margin": [0.2, 0.5, 0.8]},
    "cnnh": {**NETWORK, "sweeps": [1, 5]},
    "dshsd": {**NETWORK, "contrastive": [0.03, 0.1, 0.3, 1.0]},
    "hyp2": {**NETWORK, "pairs": [0.1, 0.5, 1.0]},
    "hhf": {**NETWORK, "alpha": [4.0, 8.0, 16.0], "delta": [0.1, 0.2, 0.3], "quantization": [0.01, 0.1]},
    "mdsh": {**NETWORK, "pairs": [0.01, 0.1, 1.0], "quantization": [1e-4, 1e-2, 1e-1]},
    "adsh": {**NETWORK, "quantization": [0.001, 0.01, 0.1]},
    "unsupervised_greedy_hash": {**NETWORK, "quantization": [0.01, 0.1, 0.3, 1.0]},
    "bihalf": {**NETWORK, "gamma": [1.0, 3.0, 6.0]},
    "stochastic_neighbor": {"lr": [1e-3, 3e-3], "temperature": [0.03, 0.05, 0.1], "noise": [0.3, 0.5, 1.0]},
    "lsh": {},
    "pca": {},
    "itq": {"n_iter": [10, 50, 200]},
    "spectral": {},
    "sdh": {"n_anchors": [300, 1000], "nu": [1e-5, 1e-3], "ridge": [1e-2, 1e-1]},
}


def load(name, data_home):
    """A set cut down to the protocol, as vectors, or images of bytes where the network sees the pixels."""
    split = load_local(name.removesuffix("_pixels"), data_home)
    split = sample_protocol(split, *SIZES, random_state=0)
    if name == PIXELS:
        return split
    if name == "cifar100_coarse22k":
        split = replace(split, X=pretrained_features(split.X, data_home))
    X = split.X.reshape(len(split.X), -1)
    if name.startswith("cifar100"):
        X = PCA(256, random_state=0).fit(X[split.train]).transform(X).astype(np.float32)
    return replace(split, X=X)


def pretrained_features(images, data_home):
    """What the ImageNet network of the folder makes of (n, height, width, 3) bytes: (n, 1280) float32."""
    spec = importlib.util.spec_from_file_location("mobilenetv2", Path(data_home) / "mobilenetv2.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear"), module.MobileNetV2()).eval()
    blocks = torch.from_numpy(images).permute(0, 3, 1, 2).split(256)
    with torch.no_grad():
        features = [network(block / 127.5 - 1).flatten(1) for block in tqdm(blocks, desc="features", unit="block")]
    return torch.cat(features).numpy()


def configurations(method, n):
    """The defaults and random draws, the same for every run; fewer where the space has no more."""
    space = SPACES[method]
    size = int(np.prod([len(values) for values in space.values()]))
    seed = zlib.crc32(method.encode())
    drawn = ParameterSampler(space, min(n, size), random_state=seed) if space else []
    return [{}, *drawn][:n]


def evaluate(job, split):
    """Fit one configuration and score it; a tuning job only ever sees training rows."""
    torch.set_num_threads(1)
    X, y = split.X, split.y
    train, query, database = split.train, split.query, split.database
    method = getattr(hashers, METHODS[job["method"]])
    if issubclass(method, ShallowHasher):
        X = X.reshape(len(X), -1)
    if job["stage"] == "tune":
        train, query = train_test_split(train, test_size=0.25, random_state=0)
        database = None
    hasher = method(n_bits=job["bits"], output="packed", random_state=job["seed"])
    hasher.set_params(**job["config"])
    start = time.perf_counter()
    hasher.fit(X[train], y[train])
    seconds = time.perf_counter() - start
    codes = [hasher.transform(X[query]), y[query]]
    trained_on = {}
    if database is not None:
        trained_on = {"trained_on": int(np.isin(database, train).sum())}
        codes += [hasher.transform(X[database]), y[database]]
    packed = {"packed": True, "n_bits": job["bits"]}
    graded = {"ndcg": ndcg_at_k(*codes, k=1000, **packed)} if job["data"] in GRADED else {}
    return {
        **job,
        "map": mean_average_precision(*codes, **packed),
        "map_5000": mean_average_precision(*codes, k=min(5000, len(codes[-1]) - (database is None)), **packed),
        "precision": precision_within_radius(*codes, radius=2, **packed),
        **graded,
        **trained_on,
        "seconds": round(seconds, 2),
    }


def key(job):
    return tuple(
        json.dumps(job[name], sort_keys=True) for name in ("data", "method", "stage", "bits", "seed", "config")
    )


def run(jobs, split, results, label, n_jobs):
    """Do the jobs whose result is not there yet; every one is written as it ends."""
    missing = [job for job in jobs if key(job) not in results.rows]
    done = Parallel(n_jobs, return_as="generator_unordered")(delayed(evaluate)(job, split) for job in missing)
    for row in tqdm(done, desc=label, total=len(missing), unit="fit"):
        results.add(row)


class Results:
    """Rows of a JSON-lines file by their job."""

    def __init__(self, path):
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        # A line cut short by the end of a run is done again.
        whole = (json.loads(line) for line in lines if line.endswith("}"))
        self.rows = {key(row): row for row in whole}

    def add(self, row):
        self.rows[key(row)] = row
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def of(self, data, stage):
        return [row for row in self.rows.values() if row["data"] == data and row["stage"] == stage]


def tune_jobs(data, methods, n_configurations):
    """The fits that choose among configurations."""
    return [
        {"data": data, "method": method, "stage": "tune", "bits": TUNED_AT, "seed": 0, "config": config}
        for method in methods
        for config in configurations(method, n_configurations)
    ]


def final_jobs(data, methods, bits, results, seeds):
    tuned = results.of(data, "tune")[::-1]  # of equal ones, the first is the best
    best = {row["method"]: row["config"] for row in sorted(tuned, key=lambda row: row["map"])}
    return [
        {"data": data, "method": method, "stage": "final", "bits": n_bits, "seed": seed, "config": best.get(method, {})}
        for method in methods
        for n_bits in bits
        for seed in range(seeds)
    ]


def means(rows, measure):
    """Mean and deviation by (method, bits)."""
    values = defaultdict(list)
    for row in rows:
        values[row["method"], row["bits"]].append(row[measure])
    return {at: (np.mean(v), np.std(v, ddof=1) if len(v) > 1 else 0.0) for at, v in values.items()}


def table(data, results, measure):
    """Mean and deviation over seeds, a line a method, best first at 32 bits."""
    cells = means(results.of(data, "final"), measure)
    methods = sorted({method for method, _ in cells}, key=lambda method: -cells.get((method, 32), (0, 0))[0])
    lines = [f"{MEASURES[measure]}", f"{'method':<24}" + "".join(f"{bits:>13} bits" for bits in BITS)]
    for method in methods:
        values = [cells.get((method, bits)) for bits in BITS]
        lines.append(f"{method:<24}" + "".join(f"  {v[0]:.4f} +- {v[1]:.4f}" if v else " " * 18 for v in values))
    return "\n".join(lines)


def claims(data, results):
    """The dual hinge paper's two claims: better at equal length, and as good with half the length and less."""
    cells = means(results.of(data, "final"), "map")
    others = sorted({method for method, _ in cells} - {"dual_hinge"})
    lines = []
    for bits in BITS:
        best = max(others, key=lambda method: cells[method, bits][0])
        (ours, our_deviation), (theirs, their_deviation) = cells["dual_hinge", bits], cells[best, bits]
        lead, deviation = ours - theirs, np.hypot(our_deviation, their_deviation)
        lines.append(f"{bits} bits: dual_hinge less the best other, {best}: {lead:+.4f} +- {deviation:.4f}")
    for other in ("hashnet", "dhn"):
        leads = (f"{cells['dual_hinge', bits][0] - cells[other, bits][0]:+.4f}" for bits in BITS)
        lines.append(f"dual_hinge less {other}, the lengths in turn: {' '.join(leads)}")
    for short, long in ((12, 32), (16, 32), (16, 64)):
        better = [method for method in others if cells[method, long][0] > cells["dual_hinge", short][0]]
        lines.append(f"better with {long} bits than dual_hinge with {short}: {', '.join(better) or 'none'}")
    return "\n".join(lines)


def report(results):
    for data in sets_done(results):
        n_query, n_train, n_database = SIZES
        seen = results.of(data, "final")[0]["trained_on"]
        print(f"== {data}: {n_train} training rows, {n_query} queries, {n_database} database rows ({seen} trained on)")
        measures = [measure for measure in MEASURES if measure != "ndcg" or data in GRADED]
        print("\n\n".join(table(data, results, measure) for measure in measures))
        print(f"\n{claims(data, results)}\n" if whole(data, results) else "")
    finished = [data for data in sets_done(results) if whole(data, results)]
    if len(finished) > 1:
        print(f"== all {len(finished)} sets, methods that learn from labels\n{ranks(results, finished)}")


def ranks(results, sets):
    """Mean rank of the methods that learn from labels over the sets, by mAP; best first at 32 bits."""
    methods = [method for method in measured(results) if method not in UNSUPERVISED]
    mean_map = np.zeros((len(methods), len(BITS), len(sets)))
    for i, data in enumerate(sets):
        cells = means(results.of(data, "final"), "map")
        mean_map[:, :, i] = [[cells[method, bits][0] for bits in BITS] for method in methods]
    rank = rankdata(-mean_map, axis=0).mean(axis=2)
    lines = [f"{'mean rank by mAP':<24}" + "".join(f"{bits:>8} bits" for bits in BITS)]
    for i in np.argsort(rank[:, BITS.index(TUNED_AT)], kind="stable"):
        lines.append(f"{methods[i]:<24}" + "".join(f"{value:>13.2f}" for value in rank[i]))
    return "\n".join(lines)


def sets_done(results):
    return [data for data in [*SETS, PIXELS] if results.of(data, "final")]


def whole(data, results):
    """Whether all methods that any set has are there at all code lengths."""
    return len(means(results.of(data, "final"), "map")) == len(measured(results)) * len(BITS)


def measured(results):
    """The methods that the results have."""
    found = {row["method"] for row in results.rows.values() if row["stage"] == "final"}
    return [method for method in SPACES if method in found]


def draw(results, path):
    """mAP by code length, a panel a set: some methods with their deviations, others that learn from labels grey."""
    import matplotlib.pyplot as plt

    sets = [data for data in sets_done(results) if whole(data, results)]
    figure, axes = plt.subplots(-(-len(sets) // 2), 2, figsize=(9, 3.6 * -(-len(sets) // 2)), layout="constrained")
    for ax, data in zip(axes.flat, sets, strict=False):
        cells = means(results.of(data, "final"), "map")
        for method in {method for method, _ in cells} - UNSUPERVISED - set(DRAWN):
            others = ax.plot(BITS, [cells[method, bits][0] for bits in BITS], color="0.8", linewidth=1, label="others")
        for method, style in DRAWN.items():
            mean, deviation = zip(*(cells[method, bits] for bits in BITS), strict=True)
            ax.errorbar(BITS, mean, deviation, label=method, capsize=2, **style)
        ax.set(xscale="log", xticks=BITS, xticklabels=BITS, title=data)
        ax.minorticks_off()
    for ax in axes.flat[len(sets) :]:
        ax.remove()
    figure.supxlabel("bits")
    figure.supylabel("mAP over the whole database")
    labelled = [*axes.flat[0].containers, *others]
    figure.legend(handles=labelled, loc="outside right upper")
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=[*SETS, PIXELS], default=SETS)
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--bits", nargs="+", type=int, choices=BITS, default=BITS)
    parser.add_argument("--configurations", type=int, default=8, help="tried for each method and set; 1: its defaults")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="processes that share the fits")
    parser.add_argument("--results", type=Path, default=Path("quality.jsonl"))
    parser.add_argument("--report", action="store_true", help="only print what the results file holds")
    parser.add_argument("--plot", type=Path, help="also draw mAP by code length into this file")
    args = parser.parse_args()
    results = Results(args.results)
    if not args.report:
        for data in args.data:
            split = load(data, args.data_home)
            if args.configurations > 1:
                run(tune_jobs(data, args.methods, args.configurations), split, results, f"{data}, tuning", args.jobs)
            jobs = final_jobs(data, args.methods, args.bits, results, args.seeds)
            run(jobs, split, results, f"{data}, final", args.jobs)
    report(results)
    if args.plot:
        draw(results, args.plot)


if __name__ == "__main__":
    sys.exit(main())
