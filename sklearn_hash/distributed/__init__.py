"""Encoding and search with Dask: codes of data larger than memory, and search in shards on many workers."""

from sklearn_hash.distributed._encode import encode
from sklearn_hash.distributed._parts import read_parts, write_parts
from sklearn_hash.distributed._sharded_neighbors import ShardedHammingNeighbors
from sklearn_hash.distributed._top_k import local_topk, merge_topk

__all__ = ["encode", "write_parts", "read_parts", "ShardedHammingNeighbors", "local_topk", "merge_topk"]
