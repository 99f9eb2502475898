"""The search on a GPU: its steps on CPU tensors, its kernels in Triton's interpreter, and both on a device.

The matrix products that compute distances where Triton is missing run on tensors of any device, so the search is
compared with a stable sort of all distances here. The kernels run in a separate process: Triton decides at import
whether to interpret.
"""

import os
import pickle
import subprocess
import sys
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors
from sklearn_hash.neighbors import _gpu, _gpu_matmul

CPU = torch.device("cpu")
needs_triton = pytest.mark.skipif(find_spec("triton") is None, reason="Triton is not installed")
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device on this machine")


def make_codes(n, n_bits, seed=0):
    """Return packed codes around a few centres, with duplicates, ties and outliers."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).integers(0, 2, (4, n_bits), dtype=np.uint8)
    bits = centres[rng.integers(0, 4, n)] ^ (rng.random((n, n_bits)) < rng.choice([0, 0.03, 0.3], (n, 1)))
    return np.packbits(bits, axis=1)


def assert_nearest(found, queries, packed, k, where=None):
    distances = np.bitwise_count(queries[:, None] ^ packed).sum(axis=2).astype(np.int64)
    barred = 0 if where is None else ~where * 1_000_000
    order = np.argsort(distances + barred, axis=1, kind="stable")[:, :k]
    assert_array_equal(found[1], order)
    assert_array_equal(found[0], np.take_along_axis(distances, order, axis=1))
    assert (found[0].dtype, found[1].dtype) == (np.int32, np.int64)


def assert_within(found, queries, packed, radius, where=None):
    distances = np.bitwise_count(queries[:, None] ^ packed).sum(axis=2)
    near = distances <= radius if where is None else (distances <= radius) & where
    query, row = near.nonzero()
    order = np.lexsort((row, distances[near], query))
    assert_array_equal(found[0], np.concatenate(([0], near.sum(axis=1).cumsum())))
    assert_array_equal(found[1], distances[near][order])
    assert_array_equal(found[2], row[order])
    assert [part.dtype for part in found] == [np.int64, np.int32, np.int64]


# Widths of less than a word, of one and of more words; the last two are not exact in half precision.
@pytest.mark.parametrize("n_bits", [1, 8, 31, 33, 64, 100, 250, 1024, 2048, 2100])
def test_any_width_and_any_tail(n_bits, monkeypatch):
    monkeypatch.setattr(_gpu, "_BLOCK", 16)
    queries = make_codes(7, n_bits, seed=1)
    for n in (1, 15, 16, 17, 200):
        packed = make_codes(n, n_bits, seed=n)
        index = _gpu.GpuIndex(packed, n_bits, CPU)
        for k in {1, min(n, 7), n}:
            assert_nearest(index.knn(queries, k), queries, packed, k)
        for radius in {0, n_bits // 4, n_bits}:
            assert_within(index.radius(queries, radius), queries, packed, radius)


@pytest.mark.parametrize("n", [1023, 1024, 1025, 5000])
def test_whole_blocks(n):
    packed, queries = make_codes(n, 64), make_codes(9, 64, seed=1)
    index = _gpu.GpuIndex(packed, 64, CPU)
    for k in (1, 100, n):
        assert_nearest(index.knn(queries, k), queries, packed, k)
    assert_within(index.radius(queries, 5), queries, packed, 5)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_ties_masks_and_tiles(data):
    """Few bits and many duplicates, any mask of rows, and tiles down to single queries and blocks."""
    n, m, n_bits = data.draw(st.integers(1, 90)), data.draw(st.integers(0, 6)), data.draw(st.integers(1, 12))
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    packed, queries = (np.packbits(rng.integers(0, 2, (rows, n_bits), dtype=np.uint8), axis=1) for rows in (n, m))
    where = rng.random(n) < data.draw(st.sampled_from([0.02, 0.5, 1]))
    k, radius = data.draw(st.integers(0, int(where.sum()))), data.draw(st.integers(0, n_bits))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_gpu, "_BLOCK", data.draw(st.sampled_from([1, 4, 16])))
        for module, name in ((_gpu, "_TILE_BYTES"), (_gpu_matmul, "_STEP_BYTES"), (_gpu, "_UPLOAD_ROWS")):
            patch.setattr(module, name, data.draw(st.sampled_from([1, 3000, 1 << 20])))
        index = _gpu.GpuIndex(packed, n_bits, CPU)
        assert_nearest(index.knn(queries, k, where=where), queries, packed, k, where)
        assert_within(index.radius(queries, radius, where=where), queries, packed, radius, where)


@pytest.mark.parametrize(("n_bits", "autocast"), [(1024, True), (1024, False), (2048, False), (6000, False)])
def test_products_are_exact(n_bits, autocast, monkeypatch):
    """The first block is at distance 1, the second at 0; rounded, both would be at 0 and the first be found."""
    monkeypatch.setattr(_gpu, "_BLOCK", 4)
    packed = make_codes(1, n_bits).repeat(8, axis=0)
    packed[:4, 0] ^= 1
    index = _gpu.GpuIndex(packed, n_bits, CPU)
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        found = index.knn(packed[4:5], 1)
    assert_nearest(found, packed[4:5], packed, 1)


def test_distances_and_keys_that_need_more_bytes(monkeypatch):
    monkeypatch.setattr(_gpu, "_BLOCK", 4)
    packed = np.packbits(np.random.default_rng(0).integers(0, 2, (30, 40_000), dtype=np.uint8), axis=1)
    queries = ~packed[:3]
    index = _gpu.GpuIndex(packed, 40_000, CPU)
    assert_nearest(index.knn(queries, 30), queries, packed, 30)
    distances = np.random.default_rng(1).integers(0, 40_001, (2, 60_000), dtype=np.int32)
    found = index._first(torch.from_numpy(distances), 60_000)
    order = np.argsort(distances, axis=1, kind="stable")
    assert_array_equal(found[1], order)
    assert_array_equal(found[0], np.take_along_axis(distances, order, axis=1))


@pytest.mark.filterwarnings("error")
def test_a_read_only_database_and_mask():
    packed, where = make_codes(50, 64), np.arange(50) % 2 == 0
    packed.flags.writeable = where.flags.writeable = False
    assert_nearest(_gpu.GpuIndex(packed, 64, CPU).knn(packed, 3, where=where), packed, packed, 3, where)


def test_under_any_state_of_torch():
    packed = make_codes(50, 64)
    with torch.inference_mode(), torch.device("meta"):
        index = _gpu.GpuIndex(packed, 64, CPU)
        assert_nearest(index.knn(packed, 3), packed, packed, 3)
    assert_within(index.radius(packed, 3), packed, packed, 3)


# The kernels

INTERPRETED = """
import pickle, sys
import torch
from sklearn_hash.neighbors import _gpu, _gpu_kernels

cases, answers = pickle.load(sys.stdin.buffer), []
assert _gpu._compiled_kernels(torch.device("cpu")) is _gpu_kernels
_gpu._choose_scan = lambda device: _gpu_kernels
for block, packed, n_bits, queries, k, radius, where in cases:
    _gpu._BLOCK = block
    index = _gpu.GpuIndex(packed, n_bits, torch.device("cpu"))
    answers.append((index.knn(queries, k, where=where), index.radius(queries, radius, where=where)))
pickle.dump(answers, sys.stdout.buffer)
"""

COMPILED = """
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from sklearn_hash.neighbors import _gpu_kernels as kernels

types = {"words": "*i32", "queries": "*i32", "allowed": "*i1", "out": "*i16", "query": "*i64", "block": "*i64"}
constants = {"TILE": 16, "BLOCK": 1024}
for kernel in (kernels._least_kernel, kernels._pair_kernel):
    used = {name: constants[name] for name in kernel.arg_names if name in constants}
    signature = {name: "constexpr" if name in used else types.get(name, "i32") for name in kernel.arg_names}
    compiled = triton.compile(ASTSource(kernel, signature, used), target=GPUTarget("cuda", 90, 32))
    print(compiled.asm["ptx"])
"""


def run(script, sent=b"", **variables):
    done = subprocess.run(
        [sys.executable, "-c", script], input=sent, capture_output=True, env={**os.environ, **variables}
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@needs_triton
def test_the_kernels_find_what_a_stable_sort_finds():
    cases = []
    for block, n, n_bits, n_queries, k, share in [
        (1024, 1100, 64, 17, 2, 1),  # a second tile of queries, and a last block that is hardly filled
        (32, 1, 8, 1, 1, 1),
        (32, 150, 33, 3, 150, 1),
        (32, 150, 100, 4, 3, 0.5),
    ]:
        packed, queries = make_codes(n, n_bits), make_codes(n_queries, n_bits, seed=1)
        where = None if share == 1 else np.random.default_rng(0).random(n) < share
        cases.append((block, packed, n_bits, queries, k, n_bits // 8, where))
    answers = pickle.loads(run(INTERPRETED, pickle.dumps(cases), TRITON_INTERPRET="1"))
    for (_, packed, _, queries, k, radius, where), (nearest, within) in zip(cases, answers, strict=True):
        assert_nearest(nearest, queries, packed, k, where)
        assert_within(within, queries, packed, radius, where)


@needs_triton
def test_the_kernels_compile_to_one_instruction_per_word(tmp_path):
    """Triton compiles without a GPU: each thread takes one popc for each of its pairs, in the loop over words."""
    ptx = run(COMPILED, TRITON_INTERPRET="0", TRITON_CACHE_DIR=str(tmp_path)).decode().split(".version")[1:]
    n_threads = 128
    assert [text.count("popc.b32") for text in ptx] == [16 * 1024 // n_threads, 1024 // n_threads]


def test_products_where_the_kernels_do_not_compile(monkeypatch):
    def fail(*_):
        raise RuntimeError("Failed to find C compiler")

    monkeypatch.setitem(sys.modules, "sklearn_hash.neighbors._gpu_kernels", SimpleNamespace(least_distances=fail))
    with pytest.warns(RuntimeWarning, match="Searching without Triton.*Failed to find C compiler"):
        assert _gpu._compiled_kernels(CPU) is _gpu_matmul


def test_products_where_triton_is_missing(monkeypatch):
    monkeypatch.setattr(_gpu, "find_spec", lambda name: None)
    assert _gpu._choose_scan(torch.device("cuda")) is _gpu_matmul


# A device


@pytest.mark.gpu
@needs_gpu
@pytest.mark.parametrize("with_triton", [True, False])
@pytest.mark.parametrize(("n", "n_bits"), [(1, 8), (1025, 33), (300_000, 64), (20_000, 1024), (5_000, 2100)])
def test_a_gpu_finds_what_the_cpu_finds(n, n_bits, with_triton, monkeypatch):
    if not with_triton:
        monkeypatch.setattr(_gpu, "_choose_scan", lambda device: _gpu_matmul)
    packed, queries = make_codes(n, n_bits), make_codes(100, n_bits, seed=1)
    search, reference = (
        HammingNeighbors(min(n, 100), packed=True, n_bits=n_bits, device=device).fit(packed)
        for device in ("cuda", "cpu")
    )
    for k in {1, min(n, 100), min(n, 5000)}:
        assert_array_equal(search.kneighbors(queries, k), reference.kneighbors(queries, k))
    found, expected = (
        one.radius_neighbors_graph(queries, n_bits // 16, mode="distance") for one in (search, reference)
    )
    for part in ("data", "indices", "indptr"):
        assert_array_equal(getattr(found, part), getattr(expected, part))


@pytest.mark.gpu
@needs_gpu
@pytest.mark.parametrize("with_triton", [True, False])
def test_memory_on_a_gpu_is_bounded(with_triton, monkeypatch):
    if not with_triton:
        monkeypatch.setattr(_gpu, "_choose_scan", lambda device: _gpu_matmul)
    codes = np.random.default_rng(0).integers(0, 256, (2_000_000, 8), dtype=np.uint8)
    search = HammingNeighbors(1000, packed=True, device="cuda").fit(codes)
    torch.cuda.reset_peak_memory_stats()
    search.kneighbors(codes[:3000])
    assert torch.cuda.max_memory_allocated() < 9 * len(codes) + 2 * _gpu._TILE_BYTES
