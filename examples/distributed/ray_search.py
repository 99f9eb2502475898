"""Encode and search on Ray.

    pip install ray
    python examples/distributed/ray_search.py

An actor keeps each shard. They reserve fewer CPUs than there are: Ray's reading tasks need one, and wait without a word
where actors hold all of them.
"""

import numpy as np
import ray
from sklearn.datasets import load_digits

from sklearn_hash import HammingNeighbors, ITQHasher
from sklearn_hash.distributed import local_topk, merge_topk


@ray.remote(num_cpus=0.5)
class Shard:
    """Codes of some rows, on one worker."""

    def __init__(self, hasher, rows, offset):
        self.codes = hasher.transform(rows)
        self.offset = offset

    def search(self, queries, n_neighbors):
        return local_topk(self.codes, queries, n_neighbors, offset=self.offset)


def search(shards, queries, n_neighbors):
    """Return (distances, rows) of the nearest neighbours among all shards."""
    parts = ray.get([shard.search.remote(queries, n_neighbors) for shard in shards])
    return merge_topk(parts, n_neighbors)


def main():
    X = load_digits().data.astype(np.float32)
    hasher = ITQHasher(n_bits=32, output="packed", random_state=0).fit(X)
    ray.init(num_cpus=3, include_dashboard=False)
    model, starts = ray.put(hasher), range(0, len(X), 600)
    shards = [Shard.remote(model, X[start : start + 600], start) for start in starts]
    queries = hasher.transform(X[:100])
    distances, rows = search(shards, queries, 5)
    ray.shutdown()
    expected = HammingNeighbors(n_neighbors=5, packed=True).fit(hasher.transform(X)).kneighbors(queries)
    print("equal to one process:", (distances == expected[0]).all() and (rows == expected[1]).all())


if __name__ == "__main__":
    main()
