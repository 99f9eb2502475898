"""Images (n, channels, height, width), and rows that a loader or a torch Dataset gives."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.model_selection import cross_val_score
from torch.utils.data import Dataset, TensorDataset

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher
from sklearn_hash.training import CNNEncoder, MLPEncoder

HASHERS = [DualHingeHasher, HashNetHasher, DHNHasher]


@pytest.fixture(scope="module")
def images(digits):
    X, y = digits
    return X.astype(np.uint8).reshape(400, 1, 8, 8), y


def make(cls=DHNHasher, **params):
    return cls(**{"n_bits": 8, "max_epochs": 1, "random_state": 0, **params})


@pytest.mark.parametrize("cls", HASHERS)
def test_auto_takes_the_cnn_and_learns(cls, images):
    X, y = images
    net_params = {"encoder__channels": (16, 32), "encoder__dropout": 0.0}
    hasher = make(cls, max_epochs=8, batch_size=20, net_params=net_params, lr=1e-2).fit(X, y)
    assert isinstance(hasher.net_.module_.encoder, CNNEncoder)
    assert hasher.transform(X).shape == (400, 8)
    assert hasher.score(X, y) > 0.5


def test_auto_takes_the_mlp_for_vectors(digits):
    assert isinstance(make().fit(*digits).net_.module_.encoder, MLPEncoder)


@pytest.mark.parametrize("encoder", ["mlp", "linear"])
def test_vector_encoders_read_images_row_by_row(images, encoder):
    X, y = images
    as_images = make(encoder=encoder).fit(X, y).decision_function(X)
    as_vectors = make(encoder=encoder).fit(X.reshape(400, 64), y).decision_function(X.reshape(400, 64))
    np.testing.assert_array_equal(as_images, as_vectors)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int64])
def test_the_type_of_pixels_does_not_matter(images, dtype):
    X, y = images
    np.testing.assert_array_equal(
        make().fit(X.astype(dtype), y).decision_function(X.astype(dtype)), make().fit(X, y).decision_function(X)
    )


def test_bytes_stay_bytes_until_the_batch(images):
    """An encoder sees float32, the data are not copied as such."""
    X, y = images

    class Spy(torch.nn.Module):
        dtypes = set()

        def forward(self, x):
            Spy.dtypes.add((x.dtype, tuple(x.shape[1:])))
            return x.flatten(1)

    make(encoder=Spy).fit(X, y).transform(X)
    assert Spy.dtypes == {(torch.float32, (1, 8, 8))}


def test_colour_and_odd_sizes():
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (40, 3, 9, 5), dtype=np.uint8), np.arange(40) % 4
    hasher = make(batch_size=20).fit(X, y)
    assert hasher.transform(X).shape == (40, 8)
    assert hasher.n_features_in_ == 3


@pytest.mark.parametrize("validation_fraction", [None, 0.2])
def test_validation_and_partial_fit(images, validation_fraction):
    X, y = images
    hasher = make(validation_fraction=validation_fraction).fit(X, y).partial_fit(X, y)
    assert hasher.n_iter_ == 2


def test_a_loader_gives_what_the_array_gives(images):
    X, y = images
    ids = np.arange(400)
    loaded = make(loader=lambda i: X[i], validation_fraction=0.2).fit(ids, y)
    direct = make(validation_fraction=0.2).fit(X, y)
    np.testing.assert_allclose(loaded.decision_function(ids), direct.decision_function(X), atol=1e-4)
    assert loaded.score(ids[:100], y[:100]) == pytest.approx(direct.score(X[:100], y[:100]), abs=1e-3)


def test_a_loader_of_paths_reads_a_batch_at_a_time(images, tmp_path):
    X, y = images
    paths = np.array([str(tmp_path / f"{i}.npy") for i in range(60)])
    for path, image in zip(paths, X, strict=False):
        np.save(path, image)
    hasher = make(loader=np.load, batch_size=20).fit(paths, y[:60])
    np.testing.assert_allclose(
        hasher.decision_function(paths),
        make(batch_size=20).fit(X[:60], y[:60]).decision_function(X[:60]),
        atol=1e-4,
    )


def test_cross_validation_slices_ids_for_a_loader(images):
    X, y = images
    loaded = cross_val_score(make(loader=lambda i: X[i]), np.arange(400), y, cv=2)
    np.testing.assert_allclose(loaded, cross_val_score(make(), X, y, cv=2), atol=1e-3)


class Items(Dataset):
    def __init__(self, X):
        self.X = X

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        return self.X[index]


def test_torch_datasets(images):
    X, y = images
    expected = make().fit(X, y).decision_function(X)
    for dataset in (Items(X), TensorDataset(torch.tensor(X), torch.tensor(y))):
        np.testing.assert_allclose(make().fit(dataset, y).decision_function(dataset), expected, atol=1e-4)


def test_a_refit_forgets_the_features_of_an_array(images):
    X, y = images
    frame = pd.DataFrame(X.reshape(len(X), -1)).add_prefix("pixel")
    hasher = make(encoder="mlp").fit(frame, y)
    assert hasher.n_features_in_ == len(hasher.feature_names_in_) == frame.shape[1]
    hasher.fit(Items(X), y)
    assert not hasattr(hasher, "n_features_in_")
    assert not hasattr(hasher, "feature_names_in_")
    assert hasher.transform(X).shape == (len(X), 8)


def test_a_dataset_and_y_of_other_lengths(images):
    X, y = images
    with pytest.raises(ValueError, match="inconsistent"):
        make().fit(Items(X), y[:-1])
    with pytest.raises(ValueError, match="minimum of 2"):
        make().fit(Items(X[:1]), y[:1])
