"""Codes of exported graphs in onnxruntime against those of transform: bits that differ, and rows per second.

    pip install "sklearn_hash[onnx]"
    python examples/benchmarks/bench_onnx.py --data-home DIR [--methods dual_hinge itq] [--images]

Every method is fitted on the training rows of three sets, Fashion-MNIST (pixels in [0, 1]), CIFAR mosaics through
MobileNetV2 and 20 Newsgroups, exported, and run on all of their rows, 111,800 together. A bit may differ only where its
real value is below 1e-4; the exit status is 1 if another does. Speeds are medians over rounds of the ratio of seconds,
transform over onnxruntime, on one thread and in batches of 1,024 rows; rounds alternate. ``one row`` is the same for
calls with a single row. ``--images`` adds a convolutional network on 2,000 images of bytes.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
import torch

import sklearn_hash
from sklearn_hash import DualHingeHasher, ImageInput
from sklearn_hash.datasets import load_local
from sklearn_hash.export import export_onnx
from sklearn_hash.hashers._methods import METHODS

SETS = "fashion_mnist", "cifar100_mosaic_mnv2", "ng20_text"
N_TRAIN, N_BITS, BATCH, ROUNDS, SINGLE_CALLS = 5000, 64, 1024, 5, 200
N_TIMED, N_IMAGES, N_IMAGES_TRAIN = 10_240, 2000, 600
NEAR_ZERO = 1e-4


def batches(X):
    return [X[start : start + BATCH] for start in range(0, len(X), BATCH)]


def open_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda X: session.run(None, {"X": X})[0]


def differences(hasher, run, X):
    """Number of bits that differ, and the largest real value among them."""
    n_differing, largest = 0, 0.0
    for rows in batches(X):
        z = hasher.decision_function(rows)
        differing = np.unpackbits(np.packbits(z > 0, axis=1) ^ run(rows), axis=1, count=z.shape[1]) > 0
        n_differing += int(differing.sum())
        largest = max(largest, float(np.abs(z[differing]).max(initial=0)))
    return n_differing, largest


def seconds(function, parts):
    """Processor time, which is that on the wall for one thread on an idle machine."""
    start = time.process_time()
    for part in parts:
        function(part)
    return time.process_time() - start


def compare_speed(hasher, run, parts):
    """Rows per second in onnxruntime, and the median over rounds of the ratio of seconds."""
    seconds(hasher.transform, parts[:2]), seconds(run, parts[:2])
    rounds = [(seconds(hasher.transform, parts), seconds(run, parts)) for _ in range(ROUNDS)]
    return sum(map(len, parts)) / median(ours for _, ours in rounds), median(a / b for a, b in rounds)


def report(name, hasher, X, dtype):
    """Print one line; returns whether all bits that differ are nearly zero."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hasher.onnx"
        export_onnx(hasher, path, dtype=dtype)
        size, run = path.stat().st_size, open_session(path)
    n_differing, largest = differences(hasher, run, X)
    rate, ratio = compare_speed(hasher, run, batches(X[:N_TIMED]))
    _, one_row = compare_speed(hasher, run, [X[i : i + 1] for i in range(SINGLE_CALLS)])
    print(
        f"{name:<44}{len(X):>7}{n_differing:>10}{largest:>10.1e}{rate:>11.0f}{ratio:>7.1f}{one_row:>9.1f}"
        f"{size / 1e3:>9.0f}",
        flush=True,
    )
    return largest < NEAR_ZERO


def fit(method, X, y):
    hasher = getattr(sklearn_hash, METHODS[method])(n_bits=N_BITS, output="packed", random_state=0)
    if hasattr(hasher, "max_epochs"):
        hasher.set_params(max_epochs=3, device="cpu")
    return hasher.fit(X, y)


def vectors(name, data_home):
    split = load_local(name, data_home)
    X = split.X.reshape(len(split.X), -1).astype(np.float32)
    X /= 255 if X.max() == 255 else 1
    return X, split.y, split.train[:N_TRAIN]


def images(data_home):
    split = load_local("fashion_mnist", data_home)
    X, train = split.X[:, None], split.train[:N_IMAGES_TRAIN]
    hasher = DualHingeHasher(
        N_BITS, encoder="cnn", output="packed", max_epochs=1, images=ImageInput(normalize="unit"), random_state=0
    )
    return hasher.fit(X[train], split.y[train]), X[:N_IMAGES]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--images", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(
        f"{'':<44}{'rows':>7}{'differing':>10}{'up to |z|':>10}{'rows/s':>11}{'ratio':>7}{'one row':>9}{'kB':>9}",
        flush=True,
    )
    agree = True
    for name in options.sets:
        X, y, train = vectors(name, options.data_home)
        for method in options.methods:
            agree &= report(f"{name} {method}", fit(method, X[train], y[train]), X, "float32")
    if options.images:
        hasher, X = images(options.data_home)
        agree &= report("fashion_mnist images, dual_hinge, cnn", hasher, X, "uint8")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
