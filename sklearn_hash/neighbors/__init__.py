"""Nearest neighbours among hash codes, exact or re-ranked by vectors."""

from sklearn_hash.neighbors._hamming_neighbors import HammingNeighbors
from sklearn_hash.neighbors._near_duplicates import NearDuplicates, near_duplicates
from sklearn_hash.neighbors._reranked_neighbors import RerankedNeighbors
from sklearn_hash.neighbors._warm_up import warm_up

__all__ = ["HammingNeighbors", "NearDuplicates", "RerankedNeighbors", "near_duplicates", "warm_up"]
