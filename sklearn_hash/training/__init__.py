"""The one training core of all hashers: the skorch net, encoders, targets, callbacks, devices and seeds."""

from sklearn_hash.training._ambient import plain_torch
from sklearn_hash.training._batches import BatchIterator, HashingDataset
from sklearn_hash.training._build import build_net
from sklearn_hash.training._callbacks import Continuation, CosineSchedule, FitProgressBar, ValidationStopping
from sklearn_hash.training._devices import resolve_device
from sklearn_hash.training._encoders import CNNEncoder, HashingModule, LinearEncoder, MLPEncoder, Standardize
from sklearn_hash.training._make_targets import check_can_teach, make_targets
from sklearn_hash.training._net import HashingNet
from sklearn_hash.training._params import NET_PREFIXES, check_net_params
from sklearn_hash.training._retrieval_scoring import RetrievalScoring
from sklearn_hash.training._rows import DenseRows, LoadedRows, SparseRows, make_rows
from sklearn_hash.training._seeds import draw_seed, isolated
from sklearn_hash.training._targets import FeatureTargets, LabelTargets
from sklearn_hash.training._validation import map_against, split_validation

__all__ = [
    "NET_PREFIXES",
    "BatchIterator",
    "CNNEncoder",
    "Continuation",
    "CosineSchedule",
    "DenseRows",
    "FeatureTargets",
    "FitProgressBar",
    "HashingDataset",
    "HashingModule",
    "HashingNet",
    "LabelTargets",
    "LinearEncoder",
    "LoadedRows",
    "MLPEncoder",
    "RetrievalScoring",
    "SparseRows",
    "Standardize",
    "ValidationStopping",
    "build_net",
    "check_can_teach",
    "check_net_params",
    "draw_seed",
    "isolated",
    "make_rows",
    "make_targets",
    "map_against",
    "plain_torch",
    "resolve_device",
    "split_validation",
]
