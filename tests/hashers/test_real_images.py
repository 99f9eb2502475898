"""Real photographs: "cnn" from scratch, and a pretrained encoder, frozen and fine-tuned; small and short."""

import importlib.util
import os
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from sklearn_hash import DHNHasher, ImageInput
from sklearn_hash.datasets import load_local
from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.training import RandomCrop, RandomFlip

HOME = os.environ.get("SKLEARN_HASH_DATA")
N_CLASSES, N_TRAIN, N_QUERIES = 4, 160, 80


@pytest.fixture(scope="module")
def photographs():
    """A few classes of 32 x 32 colour images, (n, height, width, channels)."""
    if HOME is None or not (Path(HOME) / "cifar100_coarse22k.npz").exists():
        pytest.skip("SKLEARN_HASH_DATA names no folder with cifar100_coarse22k.npz")
    split = load_local("cifar100_coarse22k")
    rng = np.random.default_rng(0)

    def some(rows, n):
        rows = rng.permutation(rows[split.y[rows] < N_CLASSES])[:n]
        return split.X[rows], split.y[rows]

    return some(split.train, N_TRAIN), some(split.query, N_QUERIES)


@pytest.fixture(scope="module")
def pretrained():
    """A module of ImageNet features, as a file of the same folder defines it."""
    path = Path(HOME or "") / "mobilenetv2.py"
    if HOME is None or not path.exists():
        pytest.skip("SKLEARN_HASH_DATA names no folder with mobilenetv2.py")
    spec = importlib.util.spec_from_file_location("mobilenetv2", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MobileNetV2()


def retrieval(photographs, **params):
    """mAP of held-out queries, and what chance is worth."""
    (X, y), (X_query, y_query) = photographs
    hasher = DHNHasher(16, batch_size=32, random_state=0, **params).fit(X, y)
    codes, query_codes = hasher.transform(X), hasher.transform(X_query)
    chance = mean_average_precision(np.zeros_like(query_codes), y_query, np.zeros_like(codes), y)
    return hasher, mean_average_precision(query_codes, y_query, codes, y), chance


def test_the_cnn_learns(photographs):
    augment, net_params = nn.Sequential(RandomCrop(2), RandomFlip()), {"encoder__channels": (16, 32, 64)}
    hasher, score, chance = retrieval(
        photographs, images=ImageInput(augment=augment), max_epochs=4, lr=3e-3, net_params=net_params
    )
    assert hasher.n_features_in_ == 3
    assert score > chance + 0.03


@pytest.mark.parametrize(("scale", "least"), [(0.0, 0.02), (0.01, 0.1)], ids=["frozen", "fine-tuned"])
def test_a_pretrained_encoder(photographs, pretrained, scale, least):
    before = {name: value.clone() for name, value in pretrained.state_dict().items()}
    frozen = {"encoder": deepcopy(pretrained).requires_grad_(False)}
    tuned = {"encoder": pretrained, "net_params": {"optimizer__param_groups": [("encoder.*", {"lr": scale * 1e-2})]}}
    params = frozen if scale == 0 else tuned
    hasher, score, chance = retrieval(
        photographs, **params, images=ImageInput(normalize=(0.5, 0.5)), lr=1e-2, max_epochs=2
    )
    assert score > chance + least
    trained = hasher.net_.module_.encoder.state_dict()
    moved = {name: float((trained[name] - value).abs().max()) for name, value in before.items()}
    # An optimizer step moves a weight by about its rate, where it has a gradient at all.
    assert max(moved.values()) == 0 if scale == 0 else 0 < np.median(list(moved.values())) < 10 * scale * 1e-2
