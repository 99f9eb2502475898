"""Rows that are read when they are needed, and codes that are written where they belong: memory never holds all."""

import multiprocessing
import tracemalloc

import numpy as np
import pytest
import torch
from sklearn.model_selection import cross_val_score
from torch.utils.data import Dataset

from sklearn_hash import DHNHasher, ImageInput

OUTPUTS = {"bits": np.uint8, "signs": np.int8, "packed": np.uint8, "continuous": np.float32}
WORKERS = {"iterator_train__num_workers": 2, "iterator_valid__num_workers": 2}


def make(**params):
    return DHNHasher(**{"n_bits": 12, "max_epochs": 2, "random_state": 0, "output": "continuous", **params})


def mapped(path, X, mode="r"):
    np.save(path / "X.npy", X)
    return np.load(path / "X.npy", mmap_mode=mode)


@pytest.mark.parametrize(
    ("dtype", "mode"),
    [
        (np.float32, "r"),
        (np.float32, "r+"),
        (np.float64, "c"),
        (np.uint8, "r"),
        (np.int64, "r"),
        (">f4", "r"),
        (bool, "r"),
    ],
)
def test_a_memory_map_gives_what_the_array_gives(digits, tmp_path, dtype, mode):
    X, y = digits
    X = X.astype(dtype)
    rows = mapped(tmp_path, X, mode)
    expected = make(validation_fraction=0.2).fit(X, y)
    hasher = make(validation_fraction=0.2).fit(rows, y)
    np.testing.assert_array_equal(hasher.decision_function(rows), expected.decision_function(X))
    np.testing.assert_array_equal(hasher.partial_fit(rows, y).transform(X), expected.partial_fit(X, y).transform(rows))
    assert hasher.n_features_in_ == 64


def test_memory_maps_of_images(digits, tmp_path):
    X, y = digits[0].reshape(400, 1, 8, 8).astype(np.uint8), digits[1]
    hasher = make(max_epochs=1).fit(mapped(tmp_path, X), y)
    np.testing.assert_array_equal(hasher.transform(X), make(max_epochs=1).fit(X, y).transform(X))


def test_a_memory_map_is_never_loaded_whole(tmp_path):
    """Training and encoding of 128 MB in a half and a fiftieth of that."""
    n = 100_000
    X = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", np.float64, (n, 160))
    X[:, 0] = y = np.arange(n) % 5
    X.flush()
    X = np.load(tmp_path / "X.npy", mmap_mode="r")
    codes = np.lib.format.open_memmap(tmp_path / "codes.npy", "w+", np.uint8, (n, 2))
    hasher = DHNHasher(16, encoder="linear", max_epochs=1, batch_size=500, output="packed", random_state=0)
    hasher.set_params(validation_fraction=0.01).fit(X[:1000], y[:1000])
    tracemalloc.start()
    hasher.fit(X, y)
    fit_peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    held = tracemalloc.get_traced_memory()[0]
    hasher.transform(X, out=codes)
    transform_peak = tracemalloc.get_traced_memory()[1] - held
    tracemalloc.stop()
    assert fit_peak < X.nbytes / 2
    assert transform_peak < X.nbytes / 50
    np.testing.assert_array_equal(codes[-3000:], hasher.transform(X[-3000:]))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((400, 60), np.float32), "X has 60 features, but DHNHasher is expecting 64 features"),
        (np.zeros((400, 64), np.complex64), "memory map of real numbers; got complex64"),
        (np.zeros((400, 8, 8), np.float32), "images of shape"),
        (np.full((400, 64), np.nan, np.float32), "output is NaN for row 0 of X"),
    ],
)
def test_bad_memory_maps(digits, tmp_path, X, message):
    rows = mapped(tmp_path, X)
    hasher = make(max_epochs=1).fit(*digits)
    with pytest.raises(ValueError, match=message):
        hasher.transform(rows)


def test_bad_memory_maps_to_fit(digits, tmp_path):
    X = digits[0].copy()
    X[7, 7] = np.inf
    with pytest.raises(ValueError, match="X contains NaN, infinity"):
        make().fit(mapped(tmp_path, X), digits[1])
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        make().fit(mapped(tmp_path, X[:1]), digits[1][:1])


class Items(Dataset):
    def __init__(self, X):
        self.X = X

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        return self.X[index], "a label"


SOURCES = {
    "loader": lambda X, path: (np.arange(len(X)), {"images": ImageInput(loader=X.__getitem__)}),
    "paths": lambda X, path: (
        np.array([save(path / f"{i}.npy", row) for i, row in enumerate(X)]),
        {"images": ImageInput(loader=np.load)},
    ),
    "dataset": lambda X, path: (Items(X), {}),
    "memory map": lambda X, path: (mapped(path, X), {}),
    "array": lambda X, path: (X, {}),
}


def save(path, row):
    np.save(path, row)
    return str(path)


@pytest.mark.parametrize("source", SOURCES)
def test_worker_processes_change_nothing_but_the_time(source, digits, tmp_path):
    X, y = digits[0][:120], digits[1][:120]
    items, params = SOURCES[source](X, tmp_path)
    params.update(max_epochs=3, batch_size=25, validation_fraction=0.2)
    alone = make(**params).fit(items, y)
    state, processes = (torch.get_rng_state(), np.random.get_state()[1].copy()), multiprocessing.active_children()
    hasher = make(net_params=WORKERS, **params).fit(items, y)
    np.testing.assert_array_equal(hasher.transform(items), alone.transform(items))
    assert hasher.history_[:, "valid_map"] == alone.history_[:, "valid_map"]
    assert torch.equal(torch.get_rng_state(), state[0])
    np.testing.assert_array_equal(np.random.get_state()[1], state[1])
    assert multiprocessing.active_children() == processes


def test_workers_in_cross_validation_by_processes(digits):
    X, y = digits[0][:120], digits[1][:120]
    hasher = make(max_epochs=1, net_params=WORKERS, images=ImageInput(loader=X.__getitem__))
    alone = cross_val_score(make(max_epochs=1, images=ImageInput(loader=X.__getitem__)), np.arange(120), y, cv=2)
    np.testing.assert_array_equal(cross_val_score(hasher, np.arange(120), y, cv=2, n_jobs=2), alone)


@pytest.mark.parametrize("net_params", [None, WORKERS], ids=["alone", "workers"])
def test_a_file_that_fails_to_load_is_named(digits, tmp_path, net_params):
    paths = SOURCES["paths"](digits[0][:60], tmp_path)[0]
    y = digits[1][:60]
    hasher = make(net_params=net_params, max_epochs=1, images=ImageInput(loader=np.load)).fit(paths, y)
    (tmp_path / "41.npy").write_bytes(b"no array")
    uses = [hasher.transform, lambda items: list(hasher.iter_transform(items)), lambda items: hasher.fit(items, y)]
    for use in uses:
        with pytest.raises(ValueError, match=r"The row of .*41\.npy cannot be loaded: (Unpickling|Value)Error: "):
            use(paths)
    (tmp_path / "41.npy").unlink()
    with pytest.raises(ValueError, match=r"41\.npy cannot be loaded: FileNotFoundError: "):
        hasher.transform(paths)


def test_rows_of_another_shape_than_in_fit(digits):
    X, y = digits
    hasher = make(max_epochs=1, images=ImageInput(loader=X.__getitem__)).fit(np.arange(400), y)
    with pytest.raises(ValueError, match=r"one shape; for 5 it is \(60,\), for the first row \(64,\)"):
        hasher.set_params(images=ImageInput(loader=lambda i: X[i, :60])).transform(np.arange(5, 20))
