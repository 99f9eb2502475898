"""Normalisation of pixels, against numpy."""

import numpy as np
import pytest
import torch

from sklearn_hash.training import Normalize, make_rows
from sklearn_hash.training._normalize import make_normalize

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (20, 3, 4, 5), dtype=np.uint8)
IMAGENET = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])[:, None, :, None, None]


def normalized(normalize, X):
    return make_normalize(normalize, make_rows(X))(torch.from_numpy(X)).numpy()


@pytest.mark.parametrize(
    ("normalize", "mean", "std"),
    [
        ("unit", 0, 1),
        ("imagenet", *IMAGENET),
        ((0.5, 0.25), 0.5, 0.25),
        ([[0.1, 0.2, 0.3], 0.5], np.reshape([0.1, 0.2, 0.3], (1, 3, 1, 1)), 0.5),
        ((0.0, np.array([1.0, 2.0, 4.0])), 0, np.reshape([1, 2, 4], (1, 3, 1, 1))),
    ],
    ids=["unit", "imagenet", "numbers", "per channel", "std"],
)
def test_bytes_and_numbers_in_the_unit_interval(normalize, mean, std):
    expected = (X / 255 - mean) / std
    for images in (X, (X / 255).astype(np.float32), X / 255):
        out = normalized(normalize, images)
        assert out.dtype == np.float32
        np.testing.assert_allclose(out, expected, atol=2e-6)
    np.testing.assert_allclose(normalized(normalize, (X / 255).astype(np.float16)), expected, atol=5e-3)


def test_vectors_are_scaled_too():
    np.testing.assert_allclose(normalized("unit", X.reshape(20, 60)), X.reshape(20, 60) / 255, atol=1e-7)


@pytest.mark.parametrize("normalize", ["auto", None])
def test_nothing_to_do(normalize):
    assert make_normalize(normalize, make_rows(X)) is None


def test_the_batch_stays_as_it_is():
    batch = torch.from_numpy(X.copy())
    Normalize(0.5, 0.5)(batch)
    np.testing.assert_array_equal(batch, X)
    floats = batch.float() / 255
    Normalize(0.5, 0.5)(floats)
    np.testing.assert_array_equal(floats, torch.from_numpy(X).float() / 255)


@pytest.mark.parametrize(
    ("normalize", "message"),
    [
        ((0.5,), r"pair \(mean, std\)"),
        ((0.5, 0.5, 0.5), r"pair \(mean, std\)"),
        ((0.5, "one"), r"pair \(mean, std\)"),
        ((0.5, 0.0), "positive ones in std"),
        ((np.nan, 1.0), "finite numbers"),
        (((0.5, 0.5), 1.0), r"as many channels as it has values; got rows of shape \(3, 4, 5\)"),
    ],
)
def test_bad_values(normalize, message):
    with pytest.raises(ValueError, match=message):
        make_normalize(normalize, make_rows(X))


def test_imagenet_needs_colour():
    for rows in (X[:, :1], X.reshape(20, 60)):
        with pytest.raises(ValueError, match="normalize='imagenet' needs images with as many channels"):
            make_normalize("imagenet", make_rows(rows))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_beyond_the_unit_interval(dtype):
    """What is 255 times too large would train, but on something else than a pretrained encoder knows."""
    with pytest.raises(ValueError, match=r"uint8, or of other numbers in \[0, 1\].*up to 255"):
        make_normalize("unit", make_rows(np.where(X > 250, 255, X).astype(dtype)))
    loaded = make_rows(np.arange(20), lambda i: X[i].astype(np.int64))
    with pytest.raises(ValueError, match=r"torch.int64 up to 25\d"):
        make_normalize("imagenet", loaded)
