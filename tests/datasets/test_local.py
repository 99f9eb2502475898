"""Local data sets in every format, and errors for missing or wrong arrays."""

import numpy as np
import pytest

from sklearn_hash.datasets import load_local

ROWS = {"query": np.array([0, 1]), "train": np.array([2]), "database": np.array([2, 3])}


@pytest.fixture
def home(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        "images": rng.integers(0, 256, (4, 5, 5), dtype=np.uint8),
        "features": rng.integers(0, 256, (4, 6), dtype=np.uint8),
        "scale": rng.random(6, dtype=np.float32),
        "terms": rng.integers(0, 2, (4, 13), dtype=np.uint8),
        "Y": rng.integers(0, 2, (4, 11), dtype=np.uint8),
    }
    np.savez(tmp_path / "images.npz", X=arrays["images"], y=np.arange(4), **ROWS)
    np.savez(tmp_path / "features.npz", F=arrays["features"], scale=arrays["scale"], Y=arrays["Y"], **ROWS)
    packed = {"X": np.packbits(arrays["terms"], axis=1), "n_features": 13}
    np.savez(tmp_path / "terms.npz", **packed, Y=np.packbits(arrays["Y"], axis=1), n_labels=11, **ROWS)
    np.savez(tmp_path / "labels.npz", Y=np.packbits(arrays["Y"], axis=1), n_labels=11, **ROWS)
    np.savez(tmp_path / "weights.npz", w=np.zeros(3), train=[1])
    return tmp_path, arrays


def test_images_keep_their_shape(home):
    split = load_local("images", home[0])
    np.testing.assert_array_equal(split.X, home[1]["images"])
    np.testing.assert_array_equal(split.y, np.arange(4))
    for part, rows in ROWS.items():
        np.testing.assert_array_equal(getattr(split, part), rows)


def test_features_are_scaled(home):
    split = load_local("features", str(home[0]))
    np.testing.assert_array_equal(split.X, home[1]["features"] * home[1]["scale"])
    assert split.X.dtype == np.float32
    np.testing.assert_array_equal(split.y, home[1]["Y"])


def test_packed_terms_and_labels_are_unpacked(home):
    split = load_local("terms", home[0])
    np.testing.assert_array_equal(split.X, home[1]["terms"])
    np.testing.assert_array_equal(split.y, home[1]["Y"])


def test_labels_alone(home):
    split = load_local("labels", home[0])
    assert split.X is None
    np.testing.assert_array_equal(split.y, home[1]["Y"])


def test_folder_of_the_environment(home, monkeypatch):
    monkeypatch.setenv("SKLEARN_HASH_DATA", str(home[0]))
    np.testing.assert_array_equal(load_local("images").X, home[1]["images"])


def test_no_folder_named(monkeypatch):
    monkeypatch.delenv("SKLEARN_HASH_DATA", raising=False)
    with pytest.raises(ValueError, match="SKLEARN_HASH_DATA"):
        load_local("images")


@pytest.mark.parametrize("name", ["imges", "../images", ""])
def test_wrong_name_lists_what_is_there(home, name):
    with pytest.raises(ValueError, match=r"\['features', 'images', 'labels', 'terms', 'weights'\]"):
        load_local(name, home[0])


def test_wrong_folder(home):
    with pytest.raises(ValueError, match="data_home must be a folder"):
        load_local("images", home[0] / "nowhere")


def test_file_that_is_no_data_set(home):
    with pytest.raises(ValueError, match="lacks query, database, y or Y"):
        load_local("weights", home[0])


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"F": np.ones((4, 2), dtype=np.uint8)}, "it lacks scale"),
        ({"n_labels": 3}, "it lacks Y"),
        ({"database": np.array([2, 4])}, "database must be row numbers from 0 to 3; got 2 to 4"),
        ({"train": np.array([-1])}, "train must be row numbers from 0 to 3; got -1 to -1"),
        ({"query": np.array([0.0, 1.0])}, "query must be row numbers; got float64"),
        ({"query": np.array([True, True, False, False])}, "query must be row numbers; got bool"),
        ({"X": np.ones((5, 2))}, "it has inputs of 5 rows and labels of 4"),
    ],
)
def test_parts_that_do_not_fit(tmp_path, parts, message):
    np.savez(tmp_path / "odd.npz", **{"y": np.arange(4), **ROWS, **parts})
    with pytest.raises(ValueError, match=f"odd.npz is not a data set: {message}"):
        load_local("odd", tmp_path)
