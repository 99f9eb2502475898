"""Where an image's channels are: told by its shape, or asked for."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hash.training import ChannelsFirst, channels_first

RNG = np.random.default_rng(0)


def images(*shape):
    return RNG.integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("channels", ["auto", "last"])
@pytest.mark.parametrize("n_channels", [1, 3, 4])
def test_last_channels_come_first_without_a_copy(channels, n_channels):
    X = images(5, 7, 9, n_channels)
    moved = channels_first(X, channels)
    np.testing.assert_array_equal(moved, X.transpose(0, 3, 1, 2))
    assert np.shares_memory(moved, X)


@pytest.mark.parametrize("channels", ["auto", "first"])
def test_first_channels_stay(channels):
    X = images(5, 3, 7, 9)
    assert channels_first(X, channels) is X


def test_what_is_asked_for_goes_before_what_the_shape_says():
    X = images(5, 3, 7, 9)
    assert channels_first(X, "last").shape == (5, 9, 3, 7)
    assert channels_first(images(5, 7, 9, 3), "first").shape == (5, 7, 9, 3)


@settings(max_examples=200, deadline=None)
@given(st.tuples(*[st.integers(1, 40)] * 3))
def test_the_shape_tells_or_raises(shape):
    """Never a guess: what is taken for channels is few, and no other axis could be them."""
    X = np.zeros((2, *shape), np.uint8)
    possible = [i for i in (0, 2) if shape[i] in (1, 3, 4) and all(shape[i] < shape[j] for j in range(3) if j != i)]
    if len(possible) == 1:
        assert channels_first(X).shape[1] == shape[possible[0]]
    else:
        with pytest.raises(ValueError, match=r"channels='first'.*'last'"):
            channels_first(X)


@pytest.mark.parametrize("shape", [(3, 8, 3), (16, 16, 16), (512, 4, 4), (3, 3, 8), (1, 1, 1)])
def test_ambiguous_shapes(shape):
    with pytest.raises(ValueError, match="order of axes is not evident"):
        channels_first(images(2, *shape))


def test_what_is_no_image_stays():
    for X in (np.zeros((4, 3)), np.zeros((4, 3, 3)), [[1.0, 2.0], [3.0, 4.0]], np.arange(3), ["a", "b"]):
        assert channels_first(X) is X


def test_lists_of_images():
    X = images(4, 7, 9, 3)
    for listed in (list(X), tuple(X), np.array([*X, None], dtype=object)[:4]):
        np.testing.assert_array_equal(channels_first(listed), X.transpose(0, 3, 1, 2))


def test_images_of_mixed_sizes():
    X = [images(8, 8, 3), images(8, 9, 3)]
    with pytest.raises(ValueError, match=r"different shapes, such as \(8, 8, 3\) and \(8, 9, 3\).*Resize"):
        channels_first(X)


def test_tensors():
    X = images(4, 7, 9, 3)
    np.testing.assert_array_equal(channels_first(torch.from_numpy(X)), X.transpose(0, 3, 1, 2))


def test_a_memory_map_stays_one(tmp_path):
    np.save(tmp_path / "X.npy", images(4, 7, 9, 3))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    moved = channels_first(mapped)
    assert isinstance(moved, np.memmap)
    assert moved.shape == (4, 3, 7, 9)


@pytest.mark.parametrize("as_row", [np.asarray, torch.from_numpy, lambda image: image.tolist()])
def test_rows_of_a_loader(as_row):
    X = images(4, 7, 9, 3)
    row = ChannelsFirst(lambda i: as_row(X[i]))(2)
    np.testing.assert_array_equal(row, X[2].transpose(2, 0, 1))
    assert ChannelsFirst(lambda i: X[i, 0])(2).shape == (9, 3)
    assert ChannelsFirst(lambda i: X[i], "first")(2).shape == (7, 9, 3)


def test_a_loader_goes_to_other_processes():
    assert pickle.loads(pickle.dumps(ChannelsFirst(np.zeros, "last")))((7, 9, 3)).shape == (3, 7, 9)
