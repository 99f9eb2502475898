"""Measures of retrieval by codes, judged by labels or by the true neighbours of vectors, and statistics of codes."""

from sklearn_hash.metrics._at_k import precision_at_k, recall_at_k
from sklearn_hash.metrics._average_precision import average_precision_scores, mean_average_precision
from sklearn_hash.metrics._code_statistics import bit_correlation, code_balance, code_entropy, n_distinct_codes
from sklearn_hash.metrics._cumulative_gain import average_cumulative_gain, ndcg_at_k
from sklearn_hash.metrics._neighbor_recall import neighbor_recall
from sklearn_hash.metrics._neighbor_scorer import make_neighbor_scorer
from sklearn_hash.metrics._radius import (
    hamming_precision_recall_curve,
    precision_within_radius,
    recall_within_radius,
)
from sklearn_hash.metrics._scorer import make_retrieval_scorer
from sklearn_hash.metrics._true_neighbors import true_neighbors

__all__ = [
    "mean_average_precision",
    "average_precision_scores",
    "precision_at_k",
    "recall_at_k",
    "average_cumulative_gain",
    "ndcg_at_k",
    "precision_within_radius",
    "recall_within_radius",
    "hamming_precision_recall_curve",
    "neighbor_recall",
    "true_neighbors",
    "make_retrieval_scorer",
    "make_neighbor_scorer",
    "code_balance",
    "bit_correlation",
    "code_entropy",
    "n_distinct_codes",
]
