"""Data sets with rows named for queries, training and database. Nothing is fetched from anywhere."""

from sklearn_hash.datasets._clusters import make_clustered_codes
from sklearn_hash.datasets._digits import load_digits_split
from sklearn_hash.datasets._local import load_local
from sklearn_hash.datasets._protocol import sample_protocol
from sklearn_hash.datasets._split import Split

__all__ = ["Split", "load_digits_split", "load_local", "make_clustered_codes", "sample_protocol"]
