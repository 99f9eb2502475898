"""Fitting: each method on a few rows, and what batches and threads do for a deep one."""

import warnings

import pytest
import torch

from sklearn_hash import DualHingeHasher, hashers

METHODS = [name for name in hashers.__all__ if name != "BaseHasher"]
DEEP = {"max_epochs": 1, "device": "cpu"}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.benchmark(group="fit: 2,000 rows, 32 bits, deep methods one epoch")
def test_method(benchmark, rows, name):
    X, y = rows
    hasher = getattr(hashers, name)(n_bits=32, random_state=0)
    hasher.set_params(**{key: value for key, value in DEEP.items() if key in hasher.get_params(deep=False)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one epoch does not converge, and is not meant to
        benchmark.pedantic(hasher.fit, (X[:2_000], y[:2_000]), rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("batch_size", [32, 128, 512, 2048])
@pytest.mark.benchmark(group="fit: one epoch of 20,000 rows, batches of")
def test_batch_size(benchmark, rows, batch_size):
    hasher = DualHingeHasher(n_bits=32, batch_size=batch_size, random_state=0, **DEEP)
    benchmark.pedantic(hasher.fit, rows, rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("batch_size", [128, 2048])
@pytest.mark.benchmark(group="fit: one epoch of 20,000 rows, batches and threads")
def test_threads(benchmark, rows, batch_size, n_threads):
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        hasher = DualHingeHasher(n_bits=32, batch_size=batch_size, random_state=0, **DEEP)
        benchmark.pedantic(hasher.fit, rows, rounds=5, warmup_rounds=1)
    finally:
        torch.set_num_threads(before)
