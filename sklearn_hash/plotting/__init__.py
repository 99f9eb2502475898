"""Displays: what codes, losses and trainings look like, in scikit-learn's manner.

A Display holds data first and draws second: ``from_estimator``, ``from_codes`` or the like compute and draw at once,
``plot`` draws again. Matplotlib is imported when something is drawn: ``pip install sklearn_hash[plot]``.
"""

from sklearn_hash.plotting._code_balance import CodeBalanceDisplay
from sklearn_hash.plotting._hamming_distance import HammingDistanceDisplay
from sklearn_hash.plotting._hash_output import HashOutputDisplay
from sklearn_hash.plotting._loss_shape import LossShapeDisplay
from sklearn_hash.plotting._neighbors import NeighborsDisplay
from sklearn_hash.plotting._precision_at_k import PrecisionAtKDisplay
from sklearn_hash.plotting._precision_recall import HammingPrecisionRecallDisplay
from sklearn_hash.plotting._training_history import TrainingHistoryDisplay

__all__ = [
    "HammingPrecisionRecallDisplay",
    "PrecisionAtKDisplay",
    "HammingDistanceDisplay",
    "CodeBalanceDisplay",
    "HashOutputDisplay",
    "TrainingHistoryDisplay",
    "NeighborsDisplay",
    "LossShapeDisplay",
]
