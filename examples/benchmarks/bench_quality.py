"""Every method with equal tuning: retrieval quality on real data by code length.

For each data set and method, the same number of configurations (the defaults, and random draws from the method's
space) is trained at 32 bits on three quarters of the training rows and scored on the others, each as a query against
the rest: like the queries and most of the database, they were not trained on. The best configuration is trained on all
training rows with every seed and code length, and scored by the queries against the database. The queries decide
nothing. Results go to a JSON-lines file, one line a fit; a run that was stopped goes on from there.

Wide features are reduced to 256 by a PCA of the training rows. The images of cifar100_coarse22k come as the features of
an ImageNet network that is not trained further (``mobilenetv2.py`` in the folder of the data), on images twice as
large; cifar100_fine22k has their 100 classes for labels. As cifar100_coarse22k_pixels they train the "cnn" encoder from
nothing, which takes many hours without a GPU.

    python examples/benchmarks/bench_quality.py --data-home DIR --results quality.jsonl
    python examples/benchmarks/bench_quality.py --results quality.jsonl --report --plot quality.png

Tables have means over seeds and the half-width of their 95 % intervals by Student's t; ``--plot-ranks FILE`` draws mean
ranks over the sets. ``--again`` fits once more what the results hold of the methods, sets and lengths that are named,
and prints both figures:

    python examples/benchmarks/bench_quality.py --data-home DIR --again --data ng20_text --methods csq --bits 16
"""

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
import zlib
from dataclasses import replace
from inspect import signature
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed
from quality_protocol import BITS, GRADED, IMAGES, PIXELS, SETS, SIZES, SPACES, TUNED_AT
from quality_report import chosen, draw, draw_ranks, means, report
from sklearn.decomposition import PCA
from sklearn.model_selection import ParameterSampler, train_test_split
from torch import nn
from tqdm import tqdm

from sklearn_hash import hashers
from sklearn_hash.datasets import load_local, sample_protocol
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.hashers._shallow import ShallowHasher
from sklearn_hash.metrics import mean_average_precision, ndcg_at_k, precision_within_radius


def load(name, data_home):
    """A set cut down to the protocol, as vectors, or images of bytes where the network sees the pixels."""
    split = load_local(IMAGES if name in ("cifar100_fine22k", PIXELS) else name, data_home)
    if name == "cifar100_fine22k":
        with np.load(Path(data_home) / f"{IMAGES}.npz") as stored:
            split = replace(split, y=stored["y_fine"])
    split = sample_protocol(split, *SIZES, random_state=0)
    if name == PIXELS:
        return split
    if name in (IMAGES, "cifar100_fine22k"):
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
    """The defaults, random draws, the same for every run, fewer where the space has no more, and another rate."""
    space = SPACES[method]
    size = int(np.prod([len(values) for values in space.values()]))
    seed = zlib.crc32(method.encode())
    drawn = ParameterSampler(space, min(n, size), random_state=seed) if space else []
    return [{}, *drawn][:n] + _other_rate(method)


def _other_rate(method):
    """The defaults with the other of two learning rates, 0.001 and 0.003."""
    default = signature(getattr(hashers, METHODS[method])).parameters.get("lr")
    return [] if default is None else [{"lr": 1e-3 if default.default > 1e-3 else 3e-3}]


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
    best = chosen(results, data)
    return [
        {"data": data, "method": method, "stage": "final", "bits": n_bits, "seed": seed, "config": best.get(method, {})}
        for method in methods
        for n_bits in bits
        for seed in range(seeds)
    ]


def run_again(args, results):
    """Fit cells of the table once more, with the configurations that were chosen, and print both figures."""
    with tempfile.TemporaryDirectory() as folder:
        again = Results(Path(folder) / "again.jsonl")
        for data in args.data:
            jobs = final_jobs(data, args.methods, args.bits, results, args.seeds)
            run(jobs, load(data, args.data_home), again, f"{data}, again", args.jobs)
            before, after = (means(each.of(data, "final"), "map") for each in (results, again))
            for (method, bits), (mean, width) in after.items():
                kept = "{:.4f} +- {:.4f}".format(*before[method, bits]) if (method, bits) in before else "nothing"
                print(f"{data}, {method}, {bits} bits: {mean:.4f} +- {width:.4f}; the results have {kept}")


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
    parser.add_argument("--again", action="store_true", help="fit cells of the table again and compare")
    parser.add_argument("--plot", type=Path, help="also draw mAP by code length into this file")
    parser.add_argument("--plot-ranks", type=Path, help="also draw mean ranks and critical differences into this file")
    args = parser.parse_args()
    results = Results(args.results)
    if args.again:
        return run_again(args, results)
    if not args.report:
        for data in args.data:
            split = load(data, args.data_home)
            if args.configurations > 1:
                run(tune_jobs(data, args.methods, args.configurations), split, results, f"{data}, tuning", args.jobs)
            jobs = final_jobs(data, args.methods, args.bits, results, args.seeds)
            run(jobs, split, results, f"{data}, final", args.jobs)
    report(results, args.data)
    if args.plot:
        draw(results, args.data, args.plot)
    if args.plot_ranks:
        draw_ranks(results, args.data, args.plot_ranks)


if __name__ == "__main__":
    sys.exit(main())
