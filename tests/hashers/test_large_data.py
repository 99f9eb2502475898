"""Rows that are read when they are needed, and codes that are written where they belong: memory never holds all."""

import multiprocessing
import tracemalloc

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn import config_context
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from torch.utils.data import Dataset

from sklearn_hash import DHNHasher, DualHingeHasher, ImageInput

OUTPUTS = {"bits": np.uint8, "signs": np.int8, "packed": np.uint8, "continuous": np.float32}
WORKERS = {"iterator_train__num_workers": 2, "iterator_valid__num_workers": 2}


def make(**params):
    return DHNHasher(**{"n_bits": 12, "max_epochs": 2, "random_state": 0, "output": "continuous", **params})


def mapped(path, X, mode="r"):
    np.save(path / "X.npy", X)
    return np.load(path / "X.npy", mmap_mode=mode)


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int64, ">f4", bool])
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


@pytest.fixture(scope="module")
def fitted(digits):
    return make().fit(*digits)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("batch_size", [1, 64, 399, 400, 10_000])
def test_blocks_are_the_rows_in_order(output, batch_size, fitted, digits):
    fitted.set_params(output=output)
    expected = fitted.transform(digits[0])
    blocks = list(fitted.iter_transform(digits[0], batch_size=batch_size))
    assert [len(rows) for rows, _ in blocks[:-1]] == [batch_size] * (-(-400 // batch_size) - 1)
    np.testing.assert_array_equal(np.concatenate([rows for rows, _ in blocks]), np.arange(400))
    codes = np.concatenate([codes for _, codes in blocks])
    assert codes.dtype == OUTPUTS[output]
    if output == "continuous":
        np.testing.assert_allclose(codes, expected, atol=1e-5)
    else:
        np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("output", OUTPUTS)
def test_out_is_written_to_and_returned(output, fitted, digits, tmp_path):
    X = digits[0]
    expected = fitted.set_params(output=output).transform(X)
    out = np.lib.format.open_memmap(tmp_path / "codes.npy", "w+", expected.dtype, expected.shape)
    assert fitted.transform(X, out=out) is out
    np.testing.assert_array_equal(np.load(tmp_path / "codes.npy"), expected)
    strided = np.zeros((800, expected.shape[1]), expected.dtype)
    fitted.transform(sparse.csr_array(X), out=strided[::2])
    np.testing.assert_array_equal(strided[::2], expected)
    assert not strided[1::2].any()


@pytest.mark.parametrize(
    ("out", "given"),
    [
        (np.zeros((400, 12), np.int8), r"int8 of shape \(400, 12\)"),
        (np.zeros((399, 12), np.uint8), r"uint8 of shape \(399, 12\)"),
        (np.zeros((400, 2), np.uint8), r"uint8 of shape \(400, 2\)"),
        (np.frombuffer(bytes(4800), np.uint8).reshape(400, 12), r"uint8 of shape \(400, 12\)"),
        ([[0] * 12] * 400, "list"),
    ],
)
def test_an_out_that_does_not_fit(out, given, fitted, digits):
    with pytest.raises(ValueError, match=rf"out must be a writeable uint8 array of shape \(400, 12\).*; got {given}"):
        fitted.set_params(output="bits").transform(digits[0], out=out)


def test_out_is_no_data_frame(digits):
    hasher = DHNHasher(8, max_epochs=1, random_state=0).fit(*digits)
    out = np.zeros((400, 8), np.uint8)
    with config_context(transform_output="pandas"), pytest.raises(ValueError, match="set to return a data frame"):
        hasher.transform(digits[0], out=out)
    hasher.set_output(transform="pandas")
    with pytest.raises(ValueError, match="set to return a data frame"):
        hasher.transform(digits[0], out=out)
    assert all(isinstance(codes, np.ndarray) for _, codes in hasher.iter_transform(digits[0]))
    assert hasher.set_output(transform="default").transform(digits[0], out=out) is out


def test_out_in_a_pipeline_is_not_routed(digits):
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(MinMaxScaler(), DHNHasher(8, max_epochs=1)).fit(*digits)
        assert not hasattr(pipeline[-1], "set_transform_request")


@pytest.mark.parametrize("batch_size", [0, -3, 2.5, None])
def test_sizes_of_blocks_that_are_none(batch_size, fitted, digits):
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1"):
        fitted.iter_transform(digits[0], batch_size=batch_size)


def test_input_is_checked_before_the_first_block(fitted, digits):
    with pytest.raises(ValueError, match="60 features"):
        fitted.iter_transform(digits[0][:, :60])
    with pytest.raises(ValueError, match="on_error must be 'raise' or 'skip'; got 'ignore'"):
        fitted.iter_transform(digits[0], on_error="ignore")


def test_between_blocks_torch_is_as_the_caller_set_it(fitted, digits):
    state = torch.get_rng_state()
    blocks = fitted.iter_transform(digits[0], batch_size=100)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for _ in blocks:
            assert torch.is_inference_mode_enabled()
            assert torch.is_autocast_enabled("cpu")
            assert torch.equal(torch.get_rng_state(), state)


def broken(X):
    """A loader with a row that is missing, one of another shape, one that is NaN, and a whole block that is missing."""

    def load(i):
        if i == 3 or 100 <= i < 200:
            raise OSError(f"no file {i}")
        return X[i, :60] if i == 398 else X[i] * np.nan if i == 399 else X[i]

    return load


@pytest.mark.parametrize("net_params", [None, WORKERS], ids=["alone", "workers"])
def test_rows_that_cannot_be_loaded_are_left_out_and_reported(digits, net_params):
    X, y = digits
    hasher = make(max_epochs=1, net_params=net_params, images=ImageInput(loader=X.__getitem__)).fit(np.arange(400), y)
    expected = hasher.transform(np.arange(400))
    hasher.set_params(images__loader=broken(X))
    with pytest.warns(UserWarning, match="skipped") as caught:
        blocks = list(hasher.iter_transform(np.arange(400), batch_size=50, on_error="skip"))
    # Lance, where another test has imported it, warns of every fork.
    (warning,) = [item for item in caught if "skipped" in str(item.message)]
    assert warning.filename == __file__
    assert str(warning.message) == (
        "103 of 400 rows of X were skipped. row 3: The row of 3 cannot be loaded: OSError: no file 3; "
        "row 100: The row of 100 cannot be loaded: OSError: no file 100; "
        "row 101: The row of 101 cannot be loaded: OSError: no file 101"
    )
    assert len(blocks) == 6
    rows = np.concatenate([rows for rows, _ in blocks])
    np.testing.assert_array_equal(rows, np.setdiff1d(np.arange(398), [3, *range(100, 200)]))
    np.testing.assert_allclose(np.concatenate([codes for _, codes in blocks]), expected[rows], atol=1e-5)


@pytest.mark.filterwarnings("error")
def test_nothing_is_reported_where_all_rows_load(digits):
    hasher = make(max_epochs=1, images=ImageInput(loader=digits[0].__getitem__)).fit(np.arange(400), digits[1])
    assert len(list(hasher.iter_transform(np.arange(400), on_error="skip"))) == 1


def test_progress_counts_rows(digits, capsys):
    hasher = DualHingeHasher(8, max_epochs=1, random_state=0).fit(*digits)
    out = np.empty((400, 8), np.uint8)
    hasher.transform(digits[0], out=out)
    assert capsys.readouterr() == ("", "")
    hasher.set_params(verbose=1).transform(digits[0], out=out)
    bar = capsys.readouterr().err
    assert "/400" in bar
    assert "row/s" in bar
