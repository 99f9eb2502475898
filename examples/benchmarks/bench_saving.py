"""Files of ``sklearn_hash.save`` against joblib's: sizes, and times of saving and loading, interleaved in one process.

    python examples/benchmarks/bench_saving.py [--repeats N]

Times of ``save`` contain the writing to disk (fsync), which joblib leaves to the system; ``save`` without it is shown
beside.
"""

import argparse
import tempfile
import time
from pathlib import Path
from unittest import mock

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hash
from sklearn_hash import CSQHasher, DualHingeHasher, HammingNeighbors, ITQHasher, SDHHasher


def estimators():
    """What is saved, by name."""
    X, y = load_digits(return_X_y=True)
    codes = np.random.default_rng(0).integers(256, size=(1_000_000, 8), dtype=np.uint8)
    yield "DualHingeHasher, 64-512-32", DualHingeHasher(max_epochs=1, random_state=0).fit(X, y)
    yield "CSQHasher, 64-512-64", CSQHasher(64, max_epochs=1, random_state=0).fit(X, y)
    yield "ITQHasher, 64-32", ITQHasher(random_state=0).fit(X)
    yield "SDHHasher, 1,000 anchors", SDHHasher(random_state=0).fit(X, y)
    pipeline = make_pipeline(StandardScaler(), ITQHasher(random_state=0), HammingNeighbors())
    yield "scaler, ITQ and 1,797 codes", pipeline.fit(X, y)
    yield "HammingNeighbors, 1M x 64 bits", HammingNeighbors(packed=True).fit(codes)


def timed(action):
    """Milliseconds that a call takes."""
    start = time.perf_counter()
    action()
    return 1e3 * (time.perf_counter() - start)


def measure(estimator, folder, repeats):
    """Medians of the times, and the sizes."""
    ours, theirs = folder / "ours.safetensors", folder / "theirs.joblib"
    rounds = []
    for _ in range(repeats):
        save = timed(lambda: sklearn_hash.save(estimator, ours))
        with mock.patch("os.fsync"):
            without_sync = timed(lambda: sklearn_hash.save(estimator, ours))
        dump = timed(lambda: joblib.dump(estimator, theirs))
        load = timed(lambda: sklearn_hash.load(ours))
        rounds.append((save, without_sync, dump, load, timed(lambda: joblib.load(theirs))))
    return ours.stat().st_size, theirs.stat().st_size, *np.median(rounds, axis=0)


def main():
    """Print a line for each estimator."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repeats", type=int, default=11)
    args = parser.parse_args()
    names = "file kB", "joblib kB", "save ms", "no fsync", "joblib", "load ms", "joblib"
    print(f"{'':32}" + "".join(f"{name:>10}" for name in names))
    with tempfile.TemporaryDirectory() as folder:
        for name, estimator in estimators():
            ours, theirs, *times = measure(estimator, Path(folder), args.repeats)
            print(f"{name:32}{ours / 1e3:10.1f}{theirs / 1e3:10.1f}" + "".join(f"{each:10.2f}" for each in times))


if __name__ == "__main__":
    main()
