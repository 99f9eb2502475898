"""Codes block by block, and codes written where the caller wants them."""

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn import config_context
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sklearn_hash import DHNHasher, DualHingeHasher, ImageInput

OUTPUTS = {"bits": np.uint8, "signs": np.int8, "packed": np.uint8, "continuous": np.float32}
WORKERS = {"iterator_train__num_workers": 2, "iterator_valid__num_workers": 2}


def make(**params):
    return DHNHasher(**{"n_bits": 12, "max_epochs": 2, "random_state": 0, "output": "continuous", **params})


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
