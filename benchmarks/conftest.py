"""Data of the benchmarks, and the one thread that all of them run on unless their name says otherwise."""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402 (reads the number of threads)
import pytest  # noqa: E402

N_CODES, N_QUERIES, N_CENTRES = 1_000_000, 1_000, 100


@pytest.fixture(scope="session")
def uniform():
    """Packed codes of 64 bits without structure, and queries."""
    codes = np.random.default_rng(0).integers(0, 256, (N_CODES + N_QUERIES, 8), dtype=np.uint8)
    return codes[:N_CODES], codes[N_CODES:]


@pytest.fixture(scope="session")
def clustered():
    """Packed codes around a hundred centres, as a trained hasher gives them, queries, and their centres as labels."""
    rng = np.random.default_rng(0)
    n = N_CODES + N_QUERIES
    centres, y = rng.integers(0, 256, (N_CENTRES, 8), dtype=np.uint8), rng.integers(0, N_CENTRES, n)
    noise = np.packbits(rng.random((n, 64), dtype=np.float32) < 0.05, axis=1)
    codes = centres[y] ^ noise
    return codes[:N_CODES], codes[N_CODES:], y[:N_CODES], y[N_CODES:]


@pytest.fixture(scope="session")
def rows():
    """20,000 rows of 512 features in ten classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 20_000)
    X = rng.standard_normal((10, 512), dtype=np.float32)[y] + rng.standard_normal((len(y), 512), dtype=np.float32)
    return X, y
