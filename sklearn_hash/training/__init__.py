"""Training of the hashers: the skorch net, encoders, targets, callbacks, devices and seeds."""

from sklearn_hash.training._augment import RandomCrop, RandomFlip
from sklearn_hash.training._balanced import balanced_order
from sklearn_hash.training._batches import BatchIterator, EncodingDataset, HashingDataset
from sklearn_hash.training._build_net import build_net
from sklearn_hash.training._callbacks import Continuation, CosineSchedule, FitProgressBar, ValidationStopping
from sklearn_hash.training._checkpoint import Checkpoint
from sklearn_hash.training._devices import resolve_device, trains_in_bfloat16
from sklearn_hash.training._encode import encode, encode_blocks
from sklearn_hash.training._encoders import CNNEncoder, LinearEncoder, MLPEncoder, Standardize
from sklearn_hash.training._feature_targets import FeatureTargets
from sklearn_hash.training._fingerprint import fingerprint
from sklearn_hash.training._image_input import ImageInput
from sklearn_hash.training._images import ChannelsFirst, channels_first
from sklearn_hash.training._make_rows import make_rows
from sklearn_hash.training._make_targets import check_can_teach, make_targets
from sklearn_hash.training._module import HashingModule
from sklearn_hash.training._net import HashingNet
from sklearn_hash.training._net_params import NET_PREFIXES, check_net_params
from sklearn_hash.training._normalize import Normalize
from sklearn_hash.training._overlap import on_device
from sklearn_hash.training._process_group import check_same
from sklearn_hash.training._retrieval_scoring import RetrievalScoring
from sklearn_hash.training._seeds import draw_seed, isolated
from sklearn_hash.training._targets import LabelTargets
from sklearn_hash.training._torch_state import plain_torch
from sklearn_hash.training._validation import map_against, split_validation

__all__ = [
    "NET_PREFIXES",
    "BatchIterator",
    "CNNEncoder",
    "ChannelsFirst",
    "Checkpoint",
    "Continuation",
    "CosineSchedule",
    "EncodingDataset",
    "FeatureTargets",
    "FitProgressBar",
    "HashingDataset",
    "HashingModule",
    "HashingNet",
    "ImageInput",
    "LabelTargets",
    "LinearEncoder",
    "MLPEncoder",
    "Normalize",
    "RandomCrop",
    "RandomFlip",
    "RetrievalScoring",
    "Standardize",
    "ValidationStopping",
    "balanced_order",
    "build_net",
    "channels_first",
    "check_can_teach",
    "check_net_params",
    "check_same",
    "draw_seed",
    "encode",
    "encode_blocks",
    "fingerprint",
    "isolated",
    "make_rows",
    "make_targets",
    "map_against",
    "on_device",
    "plain_torch",
    "resolve_device",
    "split_validation",
    "trains_in_bfloat16",
]
