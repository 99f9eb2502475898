"""Learning to hash as scikit-learn estimators: thin declarations over one base."""

from sklearn_hash.hashers._base import BaseHasher
from sklearn_hash.hashers._dhn import DHNHasher
from sklearn_hash.hashers._dual_hinge import DualHingeHasher
from sklearn_hash.hashers._hashnet import HashNetHasher

__all__ = ["BaseHasher", "DHNHasher", "DualHingeHasher", "HashNetHasher"]
