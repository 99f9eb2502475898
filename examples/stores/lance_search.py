"""Nearest codes by Lance itself, in the dataset that LanceNeighbors keeps.

    pip install "sklearn_hash[lance,arrow]"
    python examples/stores/lance_search.py

LanceDB opens the same folder as a table. LanceNeighbors reads the codes into memory and is faster; Lance reads them
from the disk or an object store for every search, and filters by other columns.
"""

from pathlib import Path

import lance
import numpy as np

from sklearn_hash.stores import LanceNeighbors, read_parquet


def open_store(path, uri=None):
    """Return a function of a packed code and k: the k nearest as (id, distance), nearest first.

    Which of the codes at the last distance are among them is up to Lance.
    """
    uri = str(uri or Path(path).with_suffix(".lance"))
    LanceNeighbors(uri).fit(read_parquet(path))
    dataset = lance.dataset(uri)

    def search(query, k):
        nearest = {"column": "code", "q": np.frombuffer(query, np.uint8), "k": k, "metric": "hamming"}
        found = dataset.to_table(columns=["id", "_distance"], nearest=nearest)
        return list(zip(found["id"].to_pylist(), map(int, found["_distance"].to_pylist()), strict=True))

    return search


if __name__ == "__main__":
    from _demo import run

    run(open_store)
