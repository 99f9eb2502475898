"""Rows that a loader or a torch Dataset gives."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.model_selection import cross_val_score
from torch.utils.data import Dataset, TensorDataset

from sklearn_hash import DHNHasher, ImageInput


def make(**params):
    return DHNHasher(**{"n_bits": 8, "max_epochs": 1, "random_state": 0, **params})


class Items(Dataset):
    def __init__(self, X):
        self.X = X

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        return self.X[index]


def test_a_loader_gives_what_the_array_gives(images):
    X, y = images
    ids = np.arange(400)
    loaded = make(validation_fraction=0.2, images=ImageInput(loader=lambda i: X[i])).fit(ids, y)
    direct = make(validation_fraction=0.2).fit(X, y)
    np.testing.assert_allclose(loaded.decision_function(ids), direct.decision_function(X), atol=1e-4)
    assert loaded.score(ids[:100], y[:100]) == pytest.approx(direct.score(X[:100], y[:100]), abs=1e-3)


def test_a_loader_of_paths_reads_a_batch_at_a_time(images, tmp_path):
    X, y = images
    paths = np.array([str(tmp_path / f"{i}.npy") for i in range(60)])
    for path, image in zip(paths, X, strict=False):
        np.save(path, image)
    hasher = make(batch_size=20, images=ImageInput(loader=np.load)).fit(paths, y[:60])
    np.testing.assert_allclose(
        hasher.decision_function(paths),
        make(batch_size=20).fit(X[:60], y[:60]).decision_function(X[:60]),
        atol=1e-4,
    )


def test_cross_validation_slices_ids_for_a_loader(images):
    X, y = images
    loaded = cross_val_score(make(images=ImageInput(loader=lambda i: X[i])), np.arange(400), y, cv=2)
    np.testing.assert_allclose(loaded, cross_val_score(make(), X, y, cv=2), atol=1e-3)


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
