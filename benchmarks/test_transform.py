"""Hashing: encoders, rows a call, form of the codes, threads."""

import numpy as np
import pytest
import torch

from sklearn_hash import DualHingeHasher, ITQHasher, LSHHasher


@pytest.fixture(scope="module")
def deep(rows):
    X, y = rows
    return DualHingeHasher(n_bits=32, max_epochs=1, device="cpu", random_state=0).fit(X[:2_000], y[:2_000])


@pytest.mark.parametrize("name", ["LSH", "ITQ", "MLP"])
@pytest.mark.benchmark(group="transform: 20,000 rows")
def test_encoder(benchmark, rows, deep, name):
    X, _ = rows
    shallow = {"LSH": LSHHasher(32, random_state=0), "ITQ": ITQHasher(32, random_state=0)}
    hasher = shallow[name].fit(X[:2_000]) if name in shallow else deep
    benchmark(hasher.transform, X)


@pytest.mark.parametrize("n_at_once", [1, 16, 256, 1024])
@pytest.mark.benchmark(group="transform: 1,024 rows, so many a call")
def test_rows_a_call(benchmark, rows, deep, n_at_once):
    parts = np.split(rows[0][:1024], 1024 // n_at_once)
    benchmark(lambda: [deep.transform(part) for part in parts])


@pytest.mark.parametrize("batch_size", [64, 1024, 8192])
@pytest.mark.benchmark(group="transform: 20,000 rows by iter_transform, blocks of")
def test_block(benchmark, rows, deep, batch_size):
    benchmark(lambda: [codes for _, codes in deep.iter_transform(rows[0], batch_size=batch_size)])


@pytest.mark.parametrize("output", ["bits", "signs", "packed"])
@pytest.mark.benchmark(group="transform: 20,000 rows by ITQ, output")
def test_output(benchmark, rows, output):
    X, _ = rows
    benchmark(ITQHasher(32, output=output, random_state=0).fit(X[:2_000]).transform, X)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.benchmark(group="transform: 20,000 rows by an MLP, threads")
def test_threads(benchmark, rows, deep, n_threads):
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        benchmark(deep.transform, rows[0])
    finally:
        torch.set_num_threads(before)
