"""The parameter ``device`` of the searcher, with tensors on the CPU in place of a GPU."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from sklearn.base import clone

from sklearn_hash import HammingNeighbors
from sklearn_hash.neighbors import _gpu

CPU = torch.device("cpu")


def make_codes(n, n_bits, seed=0):
    """Return packed codes around a few centres, with duplicates, ties and outliers."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).integers(0, 2, (4, n_bits), dtype=np.uint8)
    bits = centres[rng.integers(0, 4, n)] ^ (rng.random((n, n_bits)) < rng.choice([0, 0.03, 0.3], (n, 1)))
    return np.packbits(bits, axis=1)


@pytest.fixture
def on_tensors(monkeypatch):
    """Every device is valid, and its searches run on tensors on the CPU."""
    monkeypatch.setattr(_gpu, "check_device", lambda name: None)
    monkeypatch.setattr(_gpu, "find_gpu", lambda name: CPU)


def assert_alike(search, reference, queries):
    for X in (queries, None):
        for found, expected in zip(search.kneighbors(X, 3), reference.kneighbors(X, 3), strict=True):
            assert_array_equal(found, expected)
        for name in ("kneighbors_graph", "radius_neighbors_graph"):
            found, expected = (getattr(one, name)(X, 3, mode="distance") for one in (search, reference))
            for part in ("data", "indices", "indptr"):
                assert_array_equal(getattr(found, part), getattr(expected, part))
    mask = np.arange(search.n_samples_fit_) % 3 > 0
    assert_array_equal(search.kneighbors(queries, 3, where=mask), reference.kneighbors(queries, 3, where=mask))


def test_after_appending_and_removing(on_tensors):
    search, reference = (HammingNeighbors(packed=True, n_bits=33, device=device) for device in ("cuda", "cpu"))
    queries = make_codes(20, 33, seed=1)
    for step, n_new in enumerate([40, 1, 1100, 300]):
        for one in (search, reference):
            one.partial_fit(make_codes(n_new, 33, seed=step + 2))
            one.remove(one.ids_[step :: 7 - step])
        assert_alike(search, reference, queries)
    for one in (search, reference):
        one.remove(one.ids_[5:])
    assert_alike(search, reference, queries)
    nothing = search.remove(search.ids_).radius_neighbors(queries)
    assert [len(part) for part in nothing[1]] == [0] * 20


def test_the_device_may_change_at_any_time(on_tensors):
    packed = make_codes(300, 64)
    search = HammingNeighbors(packed=True).fit(packed)
    expected = search.kneighbors(packed)
    search.set_params(device="cuda")
    assert_array_equal(search.kneighbors(packed), expected)
    assert isinstance(search._index._gpu, _gpu.GpuIndex)
    search.set_params(device="cpu")
    assert_array_equal(search.kneighbors(packed), expected)
    assert search._index._gpu is None
    assert clone(search.set_params(device="cuda:1")).device == "cuda:1"


def test_a_pickle_loads_without_the_gpu(on_tensors, monkeypatch):
    packed = make_codes(300, 64)
    search = HammingNeighbors(packed=True, device="cuda").fit(packed)
    expected = search.kneighbors(packed)
    stored = pickle.dumps(search)
    assert len(stored) < packed.nbytes + 4096
    monkeypatch.undo()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    loaded = pickle.loads(stored)
    with pytest.warns(UserWarning, match=r"Searching on the CPU\. device='cuda' needs a CUDA device"):
        assert_array_equal(loaded.kneighbors(packed), expected)
    assert_array_equal(loaded.set_params(device="auto").kneighbors(packed), expected)


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("cuda", "device='cuda' needs a CUDA device.*Use device='auto' or 'cpu', or install"),
        ("cuda:1", "device='cuda:1' needs a CUDA device"),
        ("gpu", "'device' parameter must be 'cpu', 'cuda', 'cuda:<index>' or 'auto'; got 'gpu'"),
        ("cuda:", "got 'cuda:'"),
        ("mps", "got 'mps'"),
    ],
)
def test_a_device_that_is_not_there(device, message, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    search = HammingNeighbors(packed=True, device=device)
    with pytest.raises(ValueError, match=message):
        search.fit(make_codes(9, 64))
    assert not hasattr(search, "n_bits_")


def test_one_device_too_many(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert _gpu.find_gpu("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ValueError, match="device='cuda:2' is none of the 2 CUDA devices"):
        HammingNeighbors(device="cuda:2").fit([[0, 1]])


def test_auto_is_the_current_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 3)
    assert _gpu.find_gpu("auto") == torch.device("cuda:3")
    assert _gpu.find_gpu("cpu") is None
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert _gpu.find_gpu("auto") is None
