"""Rows as a network reads them, against numpy."""

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from sklearn_hash import DHNHasher
from sklearn_hash.training import make_rows
from sklearn_hash.training._dense_rows import DenseRows
from sklearn_hash.training._loaded_rows import LoadedRows
from sklearn_hash.training._sparse_rows import SparseRows

X = np.random.default_rng(0).integers(0, 4, (50, 7)).astype(np.float32)
SLICE, INDEX = slice(10, 30), torch.from_numpy(np.random.default_rng(1).permutation(50)[:20])


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


KINDS = {
    "dense": lambda X: make_rows(X),
    "read-only": lambda X: make_rows(read_only(X)),
    "backwards": lambda X: make_rows(X[::-1, ::-1].copy()[::-1, ::-1]),
    "columns first": lambda X: make_rows(np.asfortranarray(X)),
    "every second": lambda X: make_rows(np.repeat(X, 2, axis=0)[::2]),
    "csr": lambda X: make_rows(sparse.csr_array(X)),
    "csr matrix": lambda X: make_rows(sparse.csr_matrix(X)),
    "loaded": lambda X: make_rows(np.arange(len(X)), lambda i: X[i]),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
def test_take(kind, dtype):
    rows = kind(X.astype(dtype))
    assert len(rows) == 50
    assert rows.row_shape == (7,)
    for index in (SLICE, INDEX, slice(45, 50)):
        taken = rows.take(index)
        assert torch.is_tensor(taken)
        np.testing.assert_array_equal(taken.numpy(), X[index if isinstance(index, slice) else index.numpy()])
        assert taken.numpy().dtype == dtype


def test_select_then_take(kind):
    chosen = np.array([3, 1, 40, 41])
    rows = kind(X).select(chosen)
    assert len(rows) == 4
    np.testing.assert_array_equal(rows.take(slice(0, 4)).numpy(), X[chosen])
    np.testing.assert_array_equal(rows.take(torch.tensor([2, 0])).numpy(), X[[40, 3]])


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("n", [2, 50, 3000])
def test_moments(kind, dtype, n):
    data = np.random.default_rng(n).integers(0, 256, (n, 7)).astype(dtype)
    mean, deviation = kind(data).moments()
    exact = data.astype(np.float64)
    np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-10)
    assert deviation == pytest.approx(np.sqrt(np.square(exact - exact.mean(axis=0)).mean()), rel=1e-10)


@settings(max_examples=50, deadline=None)
@given(
    hnp.arrays(np.float32, st.tuples(st.integers(2, 12), st.integers(1, 5)), elements=st.floats(-100, 100, width=32))
)
def test_dense_and_sparse_moments_agree(X):
    for ours, theirs in zip(SparseRows(sparse.csr_array(X)).moments(), DenseRows(X).moments(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-4)


def test_moments_of_images():
    images = np.random.default_rng(0).integers(0, 256, (20, 3, 4, 5), dtype=np.uint8)
    for rows in (make_rows(images), make_rows(np.arange(20), lambda i: images[i])):
        mean, deviation = rows.moments()
        np.testing.assert_allclose(mean, images.mean(axis=0))
        assert deviation == pytest.approx(np.sqrt(np.square(images - images.mean(axis=0)).mean()))


def test_moments_of_large_images_need_little_memory():
    """A float64 copy of these would take 150 MB."""
    images = np.random.default_rng(0).integers(0, 256, (128, 3, 224, 224), dtype=np.uint8)
    tracemalloc.start()
    mean, deviation = make_rows(images).moments()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64e6
    assert deviation == pytest.approx(np.sqrt((images.astype(np.float32) - mean.astype(np.float32)).var()), rel=1e-4)


def test_a_memory_map_is_neither_copied_nor_warned_about(tmp_path, recwarn):
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    rows = make_rows(mapped)
    assert np.shares_memory(rows.X, mapped)
    batch = rows.take(slice(0, 5))
    batch.zero_()
    np.testing.assert_array_equal(mapped, X)
    assert not recwarn.list


def test_dense_rows_share_the_callers_memory():
    assert np.shares_memory(make_rows(X).X.numpy(), X)


def test_a_hasher_reads_a_memory_map(tmp_path):
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    y = np.arange(50) % 5
    params = {"n_bits": 8, "max_epochs": 2, "batch_size": 10, "random_state": 0, "output": "continuous"}
    np.testing.assert_array_equal(DHNHasher(**params).fit_transform(mapped, y), DHNHasher(**params).fit_transform(X, y))


@pytest.mark.parametrize("view", [lambda X: X[::-1], lambda X: X[:, ::-1], lambda X: np.asfortranarray(X)])
def test_a_hasher_reads_views(view):
    y = np.arange(50) % 5
    params = {"n_bits": 8, "max_epochs": 2, "batch_size": 10, "random_state": 0, "output": "continuous"}
    np.testing.assert_allclose(
        DHNHasher(**params).fit_transform(view(X), y),
        DHNHasher(**params).fit_transform(np.ascontiguousarray(view(X)), y),
        atol=1e-5,
    )


def test_sparse_rows_are_never_dense_as_a_whole():
    """Dense, this matrix would take 80 TB."""
    rng = np.random.default_rng(0)
    wide = sparse.csr_array(
        (np.ones(2000, np.float32), rng.integers(0, 200_000, 2000), np.arange(0, 2001, 20)), shape=(100, 200_000)
    )
    tall = sparse.csr_array((100_000_000, 200_000), dtype=np.float32)
    mean, deviation = SparseRows(wide).moments()
    assert mean.shape == (200_000,)
    assert deviation > 0
    assert SparseRows(tall).take(slice(0, 3)).shape == (3, 200_000)


def test_loaded_rows_take_arrays_and_tensors():
    for load in (lambda i: X[i], lambda i: torch.from_numpy(X[i]), lambda i: X[i].tolist()):
        np.testing.assert_array_equal(LoadedRows(np.arange(50), load).take(INDEX).numpy(), X[INDEX.numpy()])


@pytest.mark.parametrize("shape", [(5, 3, 3), (5, 1, 2, 3, 4)])
def test_other_dimensions_are_refused(shape):
    with pytest.raises(ValueError, match=r"images of shape \(n, channels, height, width\)"):
        make_rows(np.zeros(shape, np.float32))
