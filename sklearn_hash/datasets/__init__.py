"""Data sets split into queries, training rows and database, and protocols of such splits.

Only functions whose names begin with ``fetch_`` use the network.
"""

from sklearn_hash.datasets._blobs import make_hash_blobs
from sklearn_hash.datasets._clusters import make_clustered_codes
from sklearn_hash.datasets._digits import load_digits_retrieval
from sklearn_hash.datasets._local import load_local
from sklearn_hash.datasets._openml import fetch_cifar10_retrieval, fetch_fashion_mnist_retrieval
from sklearn_hash.datasets._protocols import Protocol, get_protocol, get_protocol_names
from sklearn_hash.datasets._retrieval_split import retrieval_split
from sklearn_hash.datasets._sampling import sample_protocol
from sklearn_hash.datasets._split import Split

__all__ = [
    "Split",
    "retrieval_split",
    "sample_protocol",
    "Protocol",
    "get_protocol",
    "get_protocol_names",
    "load_digits_retrieval",
    "load_local",
    "fetch_cifar10_retrieval",
    "fetch_fashion_mnist_retrieval",
    "make_hash_blobs",
    "make_clustered_codes",
]
