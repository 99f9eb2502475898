"""What the recipes share: codes of digits in a Parquet file, and the neighbours that HammingNeighbors finds."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sklearn.datasets import load_digits

from sklearn_hash import HammingNeighbors, ITQHasher
from sklearn_hash.stores import read_parquet, write_parquet


def run(open_store):
    """Write codes, search them with a recipe, and print both answers for a digit."""
    X, _ = load_digits(return_X_y=True)
    hasher = ITQHasher(n_bits=64, output="packed", random_state=0).fit(X)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "codes.parquet"
        write_parquet(path, hasher.transform(X[1:]), ids=range(1, len(X)), packed=True, hasher=hasher)
        query = hasher.transform(X[:1])
        search = HammingNeighbors(n_neighbors=5, packed=True).fit(read_parquet(path, hasher=hasher))
        distances, ids = (found[0].tolist() for found in search.kneighbors(query))
        print("HammingNeighbors:", list(zip(ids, distances, strict=True)))
        print("the store:       ", open_store(path)(query[0].tobytes(), 5))
