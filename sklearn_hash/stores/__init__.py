"""Storage of codes in files and databases that other tools can read, and search in stored codes."""

from sklearn_hash.stores._arrow import to_arrow
from sklearn_hash.stores._faiss import from_faiss, to_faiss
from sklearn_hash.stores._fingerprint import fingerprint
from sklearn_hash.stores._ipc import read_ipc, write_ipc
from sklearn_hash.stores._lance_neighbors import LanceNeighbors
from sklearn_hash.stores._parquet import iter_parquet, read_parquet, write_parquet

__all__ = [
    "fingerprint",
    "to_arrow",
    "write_parquet",
    "read_parquet",
    "iter_parquet",
    "write_ipc",
    "read_ipc",
    "to_faiss",
    "from_faiss",
    "LanceNeighbors",
]
