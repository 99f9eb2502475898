"""Data and small fitted estimators of every class that can be saved."""

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler

import sklearn_hash
from sklearn_hash import HammingNeighbors, ITQHasher, LSHHasher, PCAHasher
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.neighbors import NearDuplicates

N_BITS = 12


@pytest.fixture(scope="session")
def digits():
    """200 handwritten digits and their classes."""
    X, y = load_digits(return_X_y=True)
    X, y = X[:200].astype(np.float32), y[:200]
    X.flags.writeable = y.flags.writeable = False
    return X, y


def make_hasher(name, **params):
    """A hasher of a class that trains in a moment."""
    cls = getattr(sklearn_hash, name)
    small = {"max_epochs": 1, "encoder": "mlp", "net_params": {"encoder__hidden": 8}, "device": "cpu", "n_anchors": 30}
    small = {key: value for key, value in small.items() if key in cls._get_param_names()}
    return cls(**{"n_bits": N_BITS, "random_state": 0, **small, **params})


HASHERS = {name: make_hasher(name) for name in METHODS.values()}

SEARCHERS = {
    "HammingNeighbors": make_pipeline(LSHHasher(N_BITS, random_state=0), HammingNeighbors(n_neighbors=3)),
    "NearDuplicates": make_pipeline(LSHHasher(N_BITS, random_state=0), NearDuplicates(radius=1)),
}

PIPELINES = {
    "StandardScaler": make_pipeline(StandardScaler(), LSHHasher(N_BITS, random_state=0)),
    "StandardScaler without either": make_pipeline(StandardScaler(with_mean=False, with_std=False), PCAHasher(N_BITS)),
    "MinMaxScaler": make_pipeline(MinMaxScaler(clip=True), ITQHasher(N_BITS, random_state=0)),
    "Normalizer": make_pipeline(Normalizer("l1"), LSHHasher(N_BITS, random_state=0)),
    "PCA": make_pipeline(PCA(8, whiten=True), LSHHasher(N_BITS, random_state=0)),
    "PCA by variance": make_pipeline(PCA(0.9, random_state=np.random.RandomState(3)), PCAHasher(N_BITS)),
    "TruncatedSVD": make_pipeline(TruncatedSVD(8, random_state=0), LSHHasher(N_BITS, random_state=0)),
    "SimpleImputer": make_pipeline(SimpleImputer(add_indicator=True), LSHHasher(N_BITS, random_state=0)),
    "ColumnTransformer": make_pipeline(
        ColumnTransformer(
            [
                ("scaled", make_pipeline(SimpleImputer(), StandardScaler()), slice(0, 20)),
                ("reduced", PCA(3), np.arange(64) >= 40),
                ("kept", "passthrough", [20, 21]),
                ("dropped", "drop", [22]),
            ],
            remainder=MinMaxScaler(),
            transformer_weights={"scaled": 0.5},
        ),
        LSHHasher(N_BITS, random_state=0),
    ),
    "nothing": make_pipeline("passthrough", None, LSHHasher(N_BITS, random_state=0)),
}


@pytest.fixture(scope="session")
def honest(digits, tmp_path_factory):
    """Files of a deep and a shallow hasher, a searcher and a pipeline, by name."""
    folder = tmp_path_factory.mktemp("honest")
    X, y = digits
    fitted = {
        "deep": make_hasher("CSQHasher").fit(X, y),
        "images": make_hasher("DHNHasher", encoder="cnn", net_params={"encoder__channels": (2, 2)}).fit(
            X.reshape(-1, 1, 8, 8), y
        ),
        "shallow": ITQHasher(8, random_state=0).fit(X),
        "search": HammingNeighbors().fit(X > 7, y, ids=[f"row {i}" for i in range(len(X))]),
        "pipeline": PIPELINES["ColumnTransformer"].fit(X),
    }
    for name, estimator in fitted.items():
        sklearn_hash.save(estimator, folder / name)
    return {name: folder / name for name in fitted}
