"""Memory that a block of code takes at its peak, in Arrow's pool and in numpy's arrays."""

import tracemalloc
from contextlib import contextmanager

import pytest


class Peak:
    n_bytes = 0


@pytest.fixture
def peak_memory():
    """A context manager whose value has the peak, ``n_bytes``, after its block."""
    pa = pytest.importorskip("pyarrow")

    @contextmanager
    def measured():
        default, peak = pa.default_memory_pool(), Peak()
        pool = pa.proxy_memory_pool(default)
        pa.set_memory_pool(pool)
        tracemalloc.start()
        try:
            yield peak
            peak.n_bytes = pool.max_memory() + tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            pa.set_memory_pool(default)

    return measured
