"""Data sets of OpenML without a network: the request, and the conversion of the response."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from sklearn.utils import Bunch

from sklearn_hash.datasets import _openml, fetch_cifar10_retrieval, fetch_fashion_mnist_retrieval, load_local

MAKE_DATA = Path(__file__).parents[2] / "examples" / "make_data.py"


@pytest.fixture
def openml(monkeypatch):
    """Answer in the place of OpenML, with rows of pixels and names of classes; keep what was asked for."""
    state = Bunch(asked=[], shape=(0, 0), dtype=np.int64)

    def fetch(name, **options):
        state.asked.append((name, options))
        n_rows, n_pixels = state.shape
        rng = np.random.default_rng(0)
        state.data = rng.integers(0, 256, (n_rows, n_pixels)).astype(state.dtype)
        return Bunch(data=state.data, target=(np.arange(n_rows) % 10).astype(str).astype(object))

    monkeypatch.setattr(_openml, "fetch_openml", fetch)
    return state


def test_fashion_mnist(openml, tmp_path):
    openml.shape = 7000, 784
    fashion = fetch_fashion_mnist_retrieval(data_home=tmp_path)
    expected = {"version": 1, "data_home": tmp_path, "as_frame": False, "parser": "auto"}
    assert openml.asked == [("Fashion-MNIST", expected)]
    assert fashion.X.dtype == np.uint8
    np.testing.assert_array_equal(fashion.X[3, 0], openml.data[3].reshape(28, 28))
    np.testing.assert_array_equal(fashion.y, np.arange(7000) % 10)
    np.testing.assert_array_equal(np.bincount(fashion.y[fashion.query]), [100] * 10)
    np.testing.assert_array_equal(np.bincount(fashion.y[fashion.train]), [500] * 10)
    np.testing.assert_array_equal(np.sort(np.concatenate([fashion.query, fashion.database])), np.arange(7000))


def test_cifar10(openml):
    openml.shape, openml.dtype = (6500, 3072), np.float64
    with pytest.warns(UserWarning, match="y has 6500"):
        cifar = fetch_cifar10_retrieval("cifar10", parser="liac-arff")
    assert openml.asked[0][0] == "CIFAR_10"
    assert openml.asked[0][1]["parser"] == "liac-arff"
    # All red pixels of a row come first, then all green ones, then all blue ones.
    np.testing.assert_array_equal(cifar.X[5, 1].ravel(), openml.data[5, 1024:2048])
    assert (len(cifar.query), len(cifar.train), len(cifar.database)) == (1000, 5000, 500)


def test_split_is_the_same_until_another_is_asked_for(openml):
    openml.shape = 7000, 784
    first, second, other = (fetch_fashion_mnist_retrieval(random_state=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.query, second.query)
    assert not np.array_equal(first.query, other.query)


def test_protocol_of_another_set_asks_for_nothing(openml):
    with pytest.raises(ValueError, match=r"protocol must be one of \['cifar10', 'cifar10-1', 'cifar10-2'\]"):
        fetch_cifar10_retrieval("coco")
    assert not openml.asked


def test_pixels_are_never_rounded(openml, monkeypatch):
    scaled = Bunch(data=np.full((10, 784), 0.5), target=np.arange(10).astype(str))
    monkeypatch.setattr(_openml, "fetch_openml", lambda name, **options: scaled)
    with pytest.raises(ValueError, match="integer pixels from 0 to 255"):
        fetch_fashion_mnist_retrieval()


def test_the_file_of_the_benchmarks(openml, tmp_path):
    openml.shape = 7000, 784
    main = runpy.run_path(str(MAKE_DATA))["main"]
    home = tmp_path / "new"
    assert main(["--data-home", str(home)]) == 0
    made, expected = load_local("fashion_mnist", home), fetch_fashion_mnist_retrieval(random_state=0)
    assert made.X.shape == (7000, 28, 28)
    assert made.X.dtype == np.uint8
    np.testing.assert_array_equal(made.X[3], openml.data[3].reshape(28, 28))
    for part in ("y", "query", "train", "database"):
        np.testing.assert_array_equal(getattr(made, part), getattr(expected, part))


def test_a_file_that_is_there_is_left_alone(openml, tmp_path, capsys):
    (tmp_path / "fashion_mnist.npz").write_text("mine")
    assert runpy.run_path(str(MAKE_DATA))["main"](["--data-home", str(tmp_path)]) == 2
    assert "left alone" in capsys.readouterr().err
    assert (tmp_path / "fashion_mnist.npz").read_text() == "mine"
    assert not openml.asked
