"""Networks trained whole on pixels, beside hashing of frozen features: does the order of methods change?

At ``--scale small`` the "cnn" encoder learns from nothing on the images of ``cifar100_coarse22k.npz``, with random
crops and flips: 10,000 training rows of 20 classes, 30 epochs, minutes for a fit on one thread. The same methods then
learn from the same rows as features of an ImageNet network that is not trained further, with the network of
bench_quality.py. Queries meet the whole database, and the rows of it that no method was trained on. Every method has
one learning rate and its defaults, but for the dual hinge (SMALL), and the codes are those of the last epoch.

    python examples/benchmarks/bench_pixels.py --data-home DIR --results pixels.jsonl

``--scale paper`` is for a GPU: a ResNet-50 of torchvision, or any timm model, on images enlarged to 224 pixels, with
the splits of the papers, 48, 64 and 128 bits, and, like public implementations of them, 150 epochs and batches of 128.
A pretrained backbone learns at a tenth of the hash layer's rate. The images are those of a file with arrays X,
(n, 32, 32, 3) bytes, and y; --weights is "imagenet", or a file with the state dict of the backbone. One call fills the
table:

    python examples/benchmarks/bench_pixels.py --scale paper --images cifar10.npz --protocol cifar10 --weights imagenet

Results go to a JSON-lines file, a line a fit; with --checkpoints DIR a fit that was stopped goes on from its last
epoch. ``--quick`` runs the whole script in a minute, with tiny networks on few rows; its figures say nothing.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import torch
from bench_quality import Results, key, pretrained_features
from claims_protocol import interval
from quality_protocol import IMAGES
from sklearn.decomposition import PCA
from torch import nn
from tqdm import tqdm

from sklearn_hash import ImageInput, hashers
from sklearn_hash.datasets import Split, load_local, retrieval_split, sample_protocol
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.training import RandomCrop, RandomFlip

SCALES = {
    "small": {"bits": [32], "epochs": 30, "channels": [16, 32, 64]},
    "paper": {"bits": [48, 64, 128], "epochs": 150},
}
QUICK = {"bits": [16], "epochs": 2, "channels": [4, 8]}
# Splits of CIFAR-10 are those of the package; of CIFAR-100, 100 queries and 100 training rows of each class.
CIFAR100 = {"n_query_per_class": 100, "n_train_per_class": 100}
# Of the small scale, with a learning rate of 1e-3 for every method; at the papers' scale they have their defaults.
SMALL = {"dual_hinge": {"alpha": 1.05, "quantization": 0.1}}
METHODS_SHOWN = ["dual_hinge", "hashnet", "dhn", "csq", "dch"]


def load_small(args, with_features):
    """Images, and the frozen features of the same rows."""
    sizes = (100, 300, 600) if args.quick else (1000, args.train, None)
    split = sample_protocol(load_local(IMAGES, args.data_home), *sizes, random_state=0)
    if args.quick:
        split = _used_rows_only(split)
    if not with_features:
        return split, None
    features = pretrained_features(split.X, args.data_home)
    features = PCA(min(256, len(split.train)), random_state=0).fit(features[split.train]).transform(features)
    return split, features.astype(np.float32)


def load_paper(args, with_features):
    """Images of a file, split like in the papers; they have no frozen features."""
    with np.load(args.images) as stored:
        X, y = stored["X"], stored["y"]
    rules = CIFAR100 if args.protocol == "cifar100" else {"protocol": args.protocol}
    split = Split(X, y, *retrieval_split(y, random_state=0, **rules))
    split = sample_protocol(split, 50, 200, 300, random_state=0) if args.quick else split
    return (_used_rows_only(split) if args.quick else split), None


def _used_rows_only(split):
    """The same split without the rows that it does not use."""
    rows = np.unique(np.concatenate([split.query, split.train, split.database]))
    places = [np.searchsorted(rows, part) for part in (split.query, split.train, split.database)]
    return Split(split.X[rows], split.y[rows], *places)


def paper_backbone(name, weights, size):
    """A network without its classifier, on images enlarged to the size that it was made for."""
    known = weights == "imagenet"
    if name.startswith("timm:"):
        network = _import("timm").create_model(name.removeprefix("timm:"), pretrained=known, num_classes=0)
    elif name == "tiny":  # for --quick
        network = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    else:
        network = getattr(_import("torchvision").models, name)(weights="DEFAULT" if known else None)
        network.fc = nn.Identity()
    if weights and not known:
        # The classifier, which the file may hold, has no place.
        state = torch.load(weights, map_location="cpu", weights_only=True)
        missing = network.load_state_dict(state, strict=False).missing_keys
        if missing:
            raise SystemExit(f"--weights lacks {missing[:3]} of {name}")
    return nn.Sequential(nn.Upsample(size=(size, size), mode="bilinear"), network)


def _import(name):
    try:
        return __import__(name)
    except ImportError as error:
        raise SystemExit(f"--backbone needs {name}: pip install {name}") from error


def make_jobs(args):
    """All fits of the table, a seed after the other: a run that is stopped has whole columns."""
    stages = ["pixels", "frozen"] if args.scale == "small" else ["pixels"]
    data = IMAGES if args.scale == "small" else f"{Path(args.images).stem}, {args.protocol}"
    config = {"scale": args.scale, "epochs": args.epochs, "quick": args.quick}
    if args.scale == "small":
        config |= {"channels": args.channels, "train": args.train}
    else:
        config |= {"backbone": args.backbone, "weights": args.weights, "batch_size": args.batch_size}
    return [
        {"data": data, "method": method, "stage": stage, "bits": bits, "seed": seed, "config": config}
        for seed in range(args.seeds)
        for stage in stages
        for bits in args.bits
        for method in args.methods
    ]


def make_hasher(job, args):
    hasher = getattr(hashers, METHODS[job["method"]])(n_bits=job["bits"], output="packed", random_state=job["seed"])
    if args.scale == "small":
        hasher.set_params(lr=1e-3, **SMALL.get(job["method"], {}))
    if job["stage"] == "frozen":
        return hasher
    augment = nn.Sequential(RandomCrop(padding=4), RandomFlip())
    hasher.set_params(max_epochs=args.epochs, verbose=1)
    if args.scale == "small":
        # bfloat16 takes two thirds of the time on a CPU that has instructions for it
        precision = {"module__precision": args.precision, "encoder__channels": tuple(args.channels)}
        return hasher.set_params(encoder="cnn", images=ImageInput(augment=augment), **precision)
    torch.manual_seed(job["seed"])  # a fit that goes on must begin with the same weights
    encoder = paper_backbone(args.backbone, args.weights, 32 if args.quick else 224)
    slower = [("encoder.*", {"lr": hasher.lr / 10})] if args.weights else []
    images = ImageInput(normalize="imagenet", augment=augment)
    hasher.set_params(batch_size=args.batch_size, optimizer__param_groups=slower)
    return hasher.set_params(encoder=encoder, images=images)


def fit_and_score(job, args, split, features):
    """Train one method, and rank the database, and the part of it that was not trained on, for every query."""
    X, y = (split.X if job["stage"] == "pixels" else features), split.y
    hasher = make_hasher(job, args)
    resumed = {}
    if args.checkpoints and job["stage"] == "pixels":
        name = "-".join(str(job[part]) for part in ("data", "method", "bits", "seed")).replace(", ", "-")
        resumed = {"checkpoint": args.checkpoints / name}
    start = time.perf_counter()
    hasher.fit(X[split.train], y[split.train], **resumed)
    if hasher.n_iter_ < hasher.max_epochs:
        raise KeyboardInterrupt  # which ends a training, and may be meant for the run
    seconds = time.perf_counter() - start
    query, database = hasher.transform(X[split.query]), hasher.transform(X[split.database])
    unseen = ~np.isin(split.database, split.train)
    packed = {"packed": True, "n_bits": job["bits"]}
    scores = {
        "map": mean_average_precision(query, y[split.query], database, y[split.database], **packed),
        "map_unseen": mean_average_precision(
            query, y[split.query], database[unseen], y[split.database][unseen], **packed
        ),
        "loss": float(hasher.history_[-1, "train_loss"]),
    }
    if resumed:
        shutil.rmtree(resumed["checkpoint"])
    return {**job, **scores, "seconds": round(seconds, 1)}


def report(results):
    """Mean and interval of each method, whole database and rows not trained on; best first."""
    groups = {(row["data"], row["stage"], row["bits"], str(row["config"])): [] for row in results.rows.values()}
    for row in results.rows.values():
        groups[row["data"], row["stage"], row["bits"], str(row["config"])].append(row)
    for (data, stage, bits, config), rows in groups.items():
        print(f"\n{data}, {stage}, {bits} bits, {config}")
        print(f"{'':<14}{'whole database':>18}{'rows not trained on':>22}{'seeds':>7}{'seconds':>9}")
        by_method = {method: [row for row in rows if row["method"] == method] for method in METHODS}
        shown = {method: found for method, found in by_method.items() if found}
        for method in sorted(shown, key=lambda m: -np.mean([row["map_unseen"] for row in shown[m]])):
            cells = [interval([row[name] for row in shown[method]]) for name in ("map", "map_unseen")]
            text = [f"{mean:.4f} +- {width:.4f}" for mean, width in cells]
            seconds = np.mean([row["seconds"] for row in shown[method]])
            print(f"{method:<14}{text[0]:>18}{text[1]:>22}{len(shown[method]):>7}{seconds:>9.0f}")


def draw(results, path):
    """mAP among rows not trained on: frozen features against pixels, a point a method, every seed a small one."""
    import matplotlib.pyplot as plt

    rows = [row for row in results.rows.values() if not row["config"]["quick"] and row["config"]["scale"] == "small"]
    figure, ax = plt.subplots(figsize=(5.5, 4.2), layout="constrained")
    for method in dict.fromkeys(row["method"] for row in rows):
        by_stage = {stage: [r["map_unseen"] for r in rows if (r["method"], r["stage"]) == (method, stage)]
                    for stage in ("frozen", "pixels")}  # fmt: skip
        if all(by_stage.values()):
            (x, x_width), (y, y_width) = (interval(by_stage[stage]) for stage in ("frozen", "pixels"))
            ax.errorbar(x, y, y_width, x_width, marker="o", capsize=2, linestyle="", label=method)
    ax.set(xlabel="mAP, frozen ImageNet features", ylabel="mAP, trained whole on pixels")
    ax.legend()
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", choices=list(SCALES), default="small")
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"), help="of the small scale")
    parser.add_argument("--images", default="cifar10.npz", help="file of the paper scale")
    parser.add_argument("--protocol", choices=["cifar10", "cifar10-1", "cifar10-2", "cifar100"], default="cifar10")
    parser.add_argument("--backbone", default="resnet50", help="a model of torchvision, or timm:NAME")
    parser.add_argument("--weights", help='"imagenet", or a file with a state dict; from nothing without')
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=METHODS_SHOWN)
    parser.add_argument("--bits", nargs="+", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--channels", nargs="+", type=int, help="of the stages of the small network")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16", help="of the small scale")
    parser.add_argument("--batch-size", type=int, default=128, help="of the paper scale")
    parser.add_argument("--train", type=int, default=10000, help="training rows of the small scale")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1, help="of the CPU, for a fit")
    parser.add_argument("--checkpoints", type=Path, help="folder for the state of the running fit")
    parser.add_argument("--results", type=Path, default=Path("pixels.jsonl"))
    parser.add_argument("--report", action="store_true", help="only print what the results file holds")
    parser.add_argument("--plot", type=Path, help="also draw frozen features against pixels into this file")
    parser.add_argument("--quick", action="store_true", help="tiny networks on few rows")
    args = parser.parse_args()
    for name, value in {**SCALES[args.scale], **(QUICK if args.quick else {})}.items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    results = Results(args.results)
    missing = [job for job in make_jobs(args) if key(job) not in results.rows]
    if missing and not args.report:
        torch.set_num_threads(args.threads)
        with_features = any(job["stage"] == "frozen" for job in missing)
        split, features = (load_small if args.scale == "small" else load_paper)(args, with_features)
        for job in tqdm(missing, unit="fit", leave=False):
            results.add(fit_and_score(job, args, split, features))
    report(results)
    if args.plot:
        draw(results, args.plot)


if __name__ == "__main__":
    sys.exit(main())
