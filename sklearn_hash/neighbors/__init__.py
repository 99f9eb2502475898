"""Exact nearest neighbours among hash codes."""

from sklearn_hash.neighbors._hamming_neighbors import HammingNeighbors

__all__ = ["HammingNeighbors"]
