"""One data set in every form that the commands read."""

import csv

import numpy as np
import pytest
from sklearn.datasets import load_digits

import sklearn_hash
from sklearn_hash import ITQHasher

N = 120


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:N].astype(np.float32), y[:N]


@pytest.fixture(scope="module")
def folder(digits, tmp_path_factory):
    """One data set in every form, and a hasher fitted on it."""
    folder = tmp_path_factory.mktemp("data")
    X, y = digits
    np.save(folder / "rows.npy", X)
    np.save(folder / "kinds.npy", y)
    (folder / "kinds.txt").write_text("".join(f"{kind}\n" for kind in y))
    np.savez(folder / "rows.npz", X=X, y=y, ids=np.array([f"row {i}" for i in range(N)]))
    with open(folder / "rows.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", *(f"pixel, {i}" for i in range(64)), "kind"])
        writer.writerows(
            [f'row "{i}", #1', *row.tolist(), kind] for i, (row, kind) in enumerate(zip(X, y, strict=True))
        )
    sklearn_hash.save(ITQHasher(16, random_state=0).fit(X), folder / "itq.safetensors")
    return folder


@pytest.fixture(scope="module")
def parquet(digits, folder):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    X, y = digits
    names = pa.array([f"row {i}" for i in range(N)])
    kinds = pa.array([f"kind {kind}" for kind in y])
    vectors = pa.array(X.tolist(), pa.list_(pa.float32(), 64))
    parquet.write_table(pa.table({"id": names, "vector": vectors, "kind": kinds}), folder / "vectors.parquet")
    columns = {f"p{i}": X[:, i] for i in range(64)}
    parquet.write_table(pa.table({"id": names, **columns, "kind": kinds}), folder / "columns.parquet")
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Images of three kinds in folders, two of them equal."""
    Image = pytest.importorskip("PIL.Image")
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for kind, level in (("dark", 40), ("grey", 120), ("light", 200)):
        (folder / kind).mkdir()
        for i in range(8):
            pixels = (level + rng.integers(-40, 40, (20, 24, 3))).astype(np.uint8)
            Image.fromarray(pixels).save(folder / kind / f"{i}.png")
    (folder / "dark" / "copy.png").write_bytes((folder / "dark" / "3.png").read_bytes())
    (folder / "notes.txt").write_text("no image")
    return folder
