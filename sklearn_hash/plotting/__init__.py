"""Visualization of codes, losses and training, with the interface of scikit-learn's Display classes.

Class methods such as ``from_estimator`` and ``from_codes`` compute the data of a plot, store them as attributes and
draw them; ``plot`` draws them again. Drawing requires matplotlib: ``pip install sklearn_hash[plot]``.
"""

from sklearn_hash.plotting._code_balance import CodeBalanceDisplay
from sklearn_hash.plotting._hamming_distance import HammingDistanceDisplay
from sklearn_hash.plotting._hash_output import HashOutputDisplay
from sklearn_hash.plotting._loss_shape import LossShapeDisplay
from sklearn_hash.plotting._method_ranks import MethodRanksDisplay
from sklearn_hash.plotting._neighbor_recall import NeighborRecallDisplay
from sklearn_hash.plotting._neighbors import NeighborsDisplay
from sklearn_hash.plotting._precision_at_k import PrecisionAtKDisplay
from sklearn_hash.plotting._precision_recall import HammingPrecisionRecallDisplay
from sklearn_hash.plotting._training_history import TrainingHistoryDisplay

__all__ = [
    "HammingPrecisionRecallDisplay",
    "PrecisionAtKDisplay",
    "NeighborRecallDisplay",
    "HammingDistanceDisplay",
    "CodeBalanceDisplay",
    "HashOutputDisplay",
    "TrainingHistoryDisplay",
    "NeighborsDisplay",
    "LossShapeDisplay",
    "MethodRanksDisplay",
]
