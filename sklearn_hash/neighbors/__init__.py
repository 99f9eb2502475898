"""Exact nearest neighbours among hash codes."""

from sklearn_hash.neighbors._hamming_neighbors import HammingNeighbors
from sklearn_hash.neighbors._near_duplicates import NearDuplicates, near_duplicates

__all__ = ["HammingNeighbors", "NearDuplicates", "near_duplicates"]
