"""Write the files of format 1 in ``data/format_1``: ``python -m tests.persistence.make_format_1 FOLDER``.

The files in the repository were written once and stay as they are, whatever later versions write: each later one has
to read them. Only classes that were new since may be added, by ``--missing``, which writes no file that is there.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from sklearn.base import clone

import sklearn_hash
from sklearn_hash import HammingNeighbors, ImageInput
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.neighbors import NearDuplicates
from tests.persistence.conftest import PIPELINES, make_hasher

FOLDER = Path(__file__).parent / "data" / "format_1"


def rows():
    """Rows without a generator, whose stream may change: (40, 64) float32, and three classes."""
    grid = np.arange(40 * 64, dtype=np.float64).reshape(40, 64)
    return np.sin(grid * 12.9898).astype(np.float32), np.arange(40) % 3


def estimators():
    """The fitted estimator of each file."""
    X, y = rows()
    small = {"encoder__hidden": 4}
    for name in METHODS.values():
        params = {"net_params": small, "n_anchors": 8, "n_bits": 8}
        known = getattr(sklearn_hash, name)._get_param_names()
        yield name, make_hasher(name, **{key: value for key, value in params.items() if key in known}).fit(X, y)
    images = {"encoder": "cnn", "net_params": {"encoder__channels": (2,)}, "images": ImageInput(normalize=(0.5, 0.25))}
    yield "images", make_hasher("DualHingeHasher", n_bits=8, **images).fit(np.abs(X).reshape(-1, 1, 8, 8), y)
    codes = (X[:, :16] > 0).astype(np.uint8)
    yield "HammingNeighbors", HammingNeighbors(n_neighbors=3).fit(codes, y, ids=[f"row {i}" for i in range(40)])
    yield "NearDuplicates", NearDuplicates(radius=3).fit(codes)
    yield "Pipeline", clone(PIPELINES["ColumnTransformer"]).set_params(lshhasher__n_bits=8).fit(X)
    for name in ("PCA", "TruncatedSVD", "Normalizer", "MinMaxScaler"):
        # The rows have rank 2: further components would be noise, which whitening blows up.
        reduced = {"pca__n_components": 2} if name == "PCA" else {}
        yield name, clone(PIPELINES[name]).set_params(**reduced).fit(X)


def outputs(name, estimator):
    """What an estimator of a file gives, and has to give in all later versions."""
    X, _ = rows()
    if name == "HammingNeighbors":
        distances, ids = estimator.kneighbors((X[:, 16:32] > 0).astype(np.uint8))
        return np.hstack([distances, [[int(each.split()[1]) for each in row] for row in ids]])
    if name == "NearDuplicates":
        return estimator.labels_
    return estimator.decision_function(np.abs(X).reshape(-1, 1, 8, 8) if name == "images" else X)


def main(argv=None):
    """Write the files, and what they give beside them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--missing", action="store_true", help="write only files that are not there")
    args = parser.parse_args(argv)
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, estimator in estimators():
        path = args.folder / f"{name}.safetensors"
        if not (args.missing and path.exists()):
            sklearn_hash.save(estimator, path, card={"data": "sines"})
            np.save(path.with_suffix(".npy"), outputs(name, estimator))


if __name__ == "__main__":
    sys.exit(main())
