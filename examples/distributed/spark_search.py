"""Encode and search on Spark.

    pip install pyspark          # and a Java runtime
    python examples/distributed/spark_search.py

Each partition of a data frame of ids and vectors is hashed and searched by a Python worker; the driver merges the
answers. Spark collects them, so this pays for many queries at a time.
"""

import os
import sys

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession
from sklearn.datasets import load_digits

from sklearn_hash import HammingNeighbors, ITQHasher
from sklearn_hash.distributed import local_topk, merge_topk


def search(frame, hasher, queries, n_neighbors):
    """Return (distances, ids) of the nearest neighbours of packed query codes among the vectors of a data frame."""

    def search_partition(batches):
        rows = pd.concat(list(batches))
        codes = hasher.transform(np.stack(rows["vector"]).astype(np.float32))
        order = np.argsort(rows["id"].to_numpy())
        distances, positions = local_topk(codes[order], queries, n_neighbors)
        ids = rows["id"].to_numpy()[order][positions]
        yield pd.DataFrame({"distances": list(distances), "ids": list(ids), "query": range(len(queries))})

    schema = "distances array<int>, ids array<long>, query long"
    found = frame.mapInPandas(search_partition, schema).toPandas()
    parts = [part.sort_values("query") for _, part in found.groupby(found.groupby("query").cumcount())]
    return merge_topk([(np.stack(part["distances"]), np.stack(part["ids"])) for part in parts], n_neighbors)


def main():
    X = load_digits().data.astype(np.float32)
    hasher = ITQHasher(n_bits=32, output="packed", random_state=0).fit(X)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers need the packages of this environment
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    rows = pd.DataFrame({"id": np.arange(len(X)), "vector": X.astype(float).tolist()})
    frame = spark.createDataFrame(rows).repartition(4)
    queries = hasher.transform(X[:100])
    distances, ids = search(frame, hasher, queries, 5)
    spark.stop()
    expected = HammingNeighbors(n_neighbors=5, packed=True).fit(hasher.transform(X)).kneighbors(queries)
    print("equal to one process:", (distances == expected[0]).all() and (ids == expected[1]).all())


if __name__ == "__main__":
    main()
