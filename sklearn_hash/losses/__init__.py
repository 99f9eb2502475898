"""Losses of deep hashing as PyTorch modules: ``loss(z, target)`` returns the scalar loss of a batch.

The target is the similarity of all pairs, the labels of the rows, their features or their numbers in the training set,
depending on the attribute ``target`` of the loss. The losses do not import the rest of the package.
"""

from sklearn_hash.losses._adsh import ADSHLoss
from sklearn_hash.losses._bihalf import BiHalfLoss
from sklearn_hash.losses._cnnh import CNNHLoss
from sklearn_hash.losses._csq import CSQLoss
from sklearn_hash.losses._dbdh import DBDHLoss
from sklearn_hash.losses._dch import DCHLoss
from sklearn_hash.losses._dfh import DFHLoss
from sklearn_hash.losses._dhn import DHNLoss
from sklearn_hash.losses._dpn import DPNLoss
from sklearn_hash.losses._dpsh import DPSHLoss
from sklearn_hash.losses._dsdh import DSDHLoss
from sklearn_hash.losses._dsh import DSHLoss
from sklearn_hash.losses._dshsd import DSHSDLoss
from sklearn_hash.losses._dtsh import DTSHLoss
from sklearn_hash.losses._dual_hinge import DualHingeLoss
from sklearn_hash.losses._dual_hinge_proxy import DualHingeProxyLoss
from sklearn_hash.losses._greedy_hash import GreedyHashLoss
from sklearn_hash.losses._hashnet import HashNetLoss
from sklearn_hash.losses._hhf import HHFLoss
from sklearn_hash.losses._hyp2 import HyP2Loss
from sklearn_hash.losses._idhn import IDHNLoss
from sklearn_hash.losses._lcdsh import LCDSHLoss
from sklearn_hash.losses._mdsh import MDSHLoss
from sklearn_hash.losses._mihash import MIHashLoss
from sklearn_hash.losses._mmhh import MMHHLoss
from sklearn_hash.losses._ortho_hash import OrthoHashLoss
from sklearn_hash.losses._qsmih import QSMIHLoss
from sklearn_hash.losses._similarity import similarity_matrix
from sklearn_hash.losses._stochastic_neighbor import StochasticNeighborLoss
from sklearn_hash.losses._talr import TALRLoss
from sklearn_hash.losses._unsupervised_greedy_hash import UnsupervisedGreedyHashLoss

__all__ = [
    "DualHingeLoss",
    "DualHingeProxyLoss",
    "HashNetLoss",
    "DHNLoss",
    "DSHLoss",
    "DPSHLoss",
    "DTSHLoss",
    "DCHLoss",
    "IDHNLoss",
    "LCDSHLoss",
    "DBDHLoss",
    "QSMIHLoss",
    "MIHashLoss",
    "TALRLoss",
    "MMHHLoss",
    "DSDHLoss",
    "GreedyHashLoss",
    "DFHLoss",
    "CSQLoss",
    "DPNLoss",
    "OrthoHashLoss",
    "CNNHLoss",
    "DSHSDLoss",
    "HyP2Loss",
    "HHFLoss",
    "MDSHLoss",
    "ADSHLoss",
    "UnsupervisedGreedyHashLoss",
    "BiHalfLoss",
    "StochasticNeighborLoss",
    "similarity_matrix",
]
