"""Torch tensors in place of arrays, and labels in the forms that data frames and lists hold them."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from sklearn.datasets import load_digits

from sklearn_hash import CSQHasher, DHNHasher, HammingNeighbors, ITQHasher, SDHHasher
from sklearn_hash.metrics import mean_average_precision

X, Y = load_digits(return_X_y=True)
X, Y = X[:300].astype(np.float32), Y[:300]

# Pixels are whole numbers up to 16, which each of these types holds exactly.
TENSORS = {
    "bfloat16": lambda a: torch.from_numpy(a).bfloat16(),
    "half": lambda a: torch.from_numpy(a).half(),
    "requiring grad": lambda a: torch.from_numpy(a).requires_grad_(),
    "int64": lambda a: torch.from_numpy(a).long(),
    "a transposed view": lambda a: torch.from_numpy(np.ascontiguousarray(a.T)).T,
}
HASHERS = [DHNHasher(8, max_epochs=1, random_state=0), ITQHasher(8, random_state=0), SDHHasher(8, random_state=0)]


@pytest.mark.parametrize("form", TENSORS)
@pytest.mark.parametrize("hasher", HASHERS, ids=lambda hasher: type(hasher).__name__)
def test_a_tensor_gives_the_codes_of_its_values(hasher, form):
    tensor, y = TENSORS[form](X), torch.from_numpy(Y)
    expected = hasher.fit(X, Y).transform(X)
    np.testing.assert_array_equal(hasher.fit(tensor, y).transform(tensor), expected)
    blocks = [codes for _, codes in hasher.iter_transform(tensor, batch_size=70)]
    np.testing.assert_array_equal(np.vstack(blocks), expected)
    assert hasher.score(tensor, y) == pytest.approx(hasher.score(X, Y))


@pytest.mark.parametrize("form", ["bfloat16", "half", "requiring grad"])
def test_tensors_of_codes(form):
    signs = np.where(np.random.default_rng(0).random((50, 16)) < 0.5, -1, 1).astype(np.float32)
    expected = HammingNeighbors(n_neighbors=3).fit(signs).kneighbors(signs)
    tensor = TENSORS[form](signs)
    for ours, theirs in zip(HammingNeighbors(n_neighbors=3).fit(tensor).kneighbors(tensor), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    y = np.arange(50) % 3
    assert mean_average_precision(tensor, torch.from_numpy(y)) == mean_average_precision(signs, y)


def test_packed_tensors_of_codes():
    packed = np.random.default_rng(0).integers(256, size=(20, 4), dtype=np.uint8)
    search = HammingNeighbors(n_neighbors=2, packed=True)
    expected = search.fit(packed).kneighbors(packed)[1]
    np.testing.assert_array_equal(
        search.fit(torch.from_numpy(packed)).kneighbors(torch.from_numpy(packed))[1], expected
    )


@pytest.mark.parametrize("hasher", HASHERS, ids=lambda hasher: type(hasher).__name__)
def test_a_sparse_tensor_is_refused_with_the_remedy(hasher):
    with pytest.raises(ValueError, match=r"X must be a dense torch tensor; got sparse_coo.*X.to_dense\(\)"):
        hasher.fit(torch.from_numpy(X).to_sparse(), Y)


LABELS = {
    "nullable integers": lambda: pd.Series(Y).astype("Int64"),
    "nullable strings": lambda: pd.Series(Y.astype(str)).astype("string"),
    "categories": lambda: pd.Series(Y.astype(str)).astype("category"),
    "objects": lambda: pd.Series(Y).astype(object),
    "polars": lambda: pl.Series(Y),
    "tensor": lambda: torch.from_numpy(Y),
}


@pytest.mark.parametrize("form", LABELS)
@pytest.mark.parametrize("cls", [DHNHasher, CSQHasher, SDHHasher])
def test_labels_of_any_kind_teach_the_same(cls, form):
    params = {"max_epochs": 1} if cls is not SDHHasher else {}
    expected = cls(8, random_state=0, **params).fit(X, Y)
    hasher = cls(8, random_state=0, **params).fit(X, LABELS[form]())
    np.testing.assert_array_equal(hasher.transform(X), expected.transform(X))
    assert hasher.score(X, LABELS[form]()) == expected.score(X, Y)


RAGGED = {
    "lists": [[1], [2, 3]] * 150,
    "tuples of strings": [("a", "b"), ("c",)] * 150,
    "sets": [{1}, {2}] * 150,
    "array of lists": np.array([[1], [2, 3]] * 150, dtype=object),
}


@pytest.mark.parametrize("form", RAGGED)
@pytest.mark.parametrize("hasher", HASHERS[::2], ids=lambda hasher: type(hasher).__name__)
def test_lists_of_labels_name_the_binarizer(hasher, form):
    with pytest.raises(ValueError, match=r"y holds a list of labels for each row\..*MultiLabelBinarizer"):
        hasher.fit(X, RAGGED[form])
    with pytest.raises(ValueError, match="MultiLabelBinarizer"):
        mean_average_precision(np.ones((300, 8)), RAGGED[form])


@pytest.mark.parametrize("hasher", HASHERS[:2], ids=lambda hasher: type(hasher).__name__)
def test_polars_frames(hasher):
    frame = pl.DataFrame(X, schema=[f"p{i}" for i in range(64)])
    codes = hasher.fit(frame, Y).transform(frame)
    np.testing.assert_array_equal(codes, hasher.fit(X, Y).transform(X))
