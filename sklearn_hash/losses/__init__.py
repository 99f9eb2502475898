"""The papers' losses over the pairs of a batch, as PyTorch modules: ``loss(z, similarity)`` gives a scalar.

Nothing here knows the rest of the package: a PyTorch user can take the losses alone.
"""

from sklearn_hash.losses._dhn import DHNLoss
from sklearn_hash.losses._dual_hinge import DualHingeLoss
from sklearn_hash.losses._hashnet import HashNetLoss
from sklearn_hash.losses._similarity import similarity_matrix

__all__ = ["DualHingeLoss", "HashNetLoss", "DHNLoss", "similarity_matrix"]
