"""How well codes retrieve what shares a label: plain functions over codes and labels."""

from sklearn_hash.metrics._average_precision import average_precision_scores, mean_average_precision
from sklearn_hash.metrics._precision import precision_within_radius

__all__ = ["mean_average_precision", "average_precision_scores", "precision_within_radius"]
