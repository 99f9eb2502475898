"""From an estimator's parameters to an initialised net."""

from copy import deepcopy
from inspect import signature

import torch
from skorch.callbacks import PrintLog
from skorch.helper import predefined_split

from sklearn_hash.training._batches import BatchIterator
from sklearn_hash.training._callbacks import CosineSchedule, FitProgressBar, ValidationStopping
from sklearn_hash.training._devices import trains_in_bfloat16
from sklearn_hash.training._encoders import make_encoder
from sklearn_hash.training._module import HashingModule
from sklearn_hash.training._net import HashingNet
from sklearn_hash.training._normalize import make_normalize
from sklearn_hash.training._params import check_net_params, check_schedule, resolve_optimizer

__all__ = ["build_net"]

# Rows a pass without gradients takes at once: few enough for the cache, many enough to hide the cost of a call.
_PREDICT_ROWS = 1024

# One pass over the weights in place of a dozen: with a small network, half of a step's time on a CPU.
_FUSED = (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD)


def build_net(params, rows, loss, method_callbacks, device, validation=None):
    """Build and initialise the net of a hasher.

    Parameters
    ----------
    params : dict
        The estimator's constructor parameters.
    rows : DenseRows, MappedRows, SparseRows or LoadedRows
        Training rows, for the encoder's shape and standardisation.
    loss : nn.Module
        ``loss(z, similarity)``.
    method_callbacks : list of (name, callback)
        The method's own, such as HashNet's continuation.
    device : torch.device
    validation : HashingDataset, optional
        Rows that decide when to stop.

    Returns
    -------
    net : HashingNet
    """
    nested = dict(params["net_params"] or {})
    own_callbacks = [*method_callbacks, *_own_callbacks(params)]
    names = [name for name, _ in own_callbacks]
    check_net_params(nested, params["encoder"], params["optimizer"], params["callbacks"], names)
    if nested.get("callbacks__lr_schedule", params["lr_schedule"]) is not None:
        check_schedule(params["lr_schedule"], params["callbacks"])
    encoder_params = {key[len("encoder__") :]: nested.pop(key) for key in list(nested) if key.startswith("encoder__")}
    net = HashingNet(
        _make_module(params, rows, encoder_params, device),
        loss,
        train_split=predefined_split(validation) if validation is not None else None,
        callbacks=own_callbacks + deepcopy(params["callbacks"] or []),
        lr=params["lr"],
        max_epochs=params["max_epochs"],
        batch_size=params["batch_size"],
        device=device,
        verbose=max(params["verbose"] - 1, 0),
        **{**_defaults(params, nested.keys(), device), **nested},
    )
    net.initialize()
    # The net owns them as module_ and criterion_ now; kept as parameters too, a pickle would hold the weights twice.
    net.module, net.criterion = HashingModule, type(loss)
    return net


def _make_module(params, rows, encoder_params, device):
    """The module of the net; what its parameters hold is copied."""
    normalize = make_normalize(params["normalize"], rows)
    standardize = isinstance(params["normalize"], str) and params["normalize"] == "auto"
    encoder, n_features = make_encoder(params["encoder"], rows, encoder_params, normalize, standardize)
    weights = list(encoder.parameters())
    frozen = params["encoder_lr_scale"] == 0 or (weights and not any(weight.requires_grad for weight in weights))
    if frozen:
        encoder.requires_grad_(False)
    augment, autocast = deepcopy(params["augment"]), trains_in_bfloat16(params["precision"], device)
    hash_norm = params["hash_layer"] == "batch_norm"
    return HashingModule(
        encoder, n_features, int(params["n_bits"]), normalize, augment, bool(frozen), autocast, hash_norm
    )


def _defaults(params, given, device):
    """Nested parameters that a user's own override."""
    optimizer = resolve_optimizer(params["optimizer"])
    defaults = {
        "optimizer": optimizer,
        "iterator_train": BatchIterator,
        "iterator_train__shuffle": True,
        "iterator_train__drop_last": True,
        "iterator_train__balanced": params.get("sampler") == "balanced",
        "iterator_train__memory": params.get("memory", 0),
        "iterator_valid": BatchIterator,
        "iterator_valid__batch_size": max(params["batch_size"], _PREDICT_ROWS),
    }
    if "weight_decay" in signature(optimizer).parameters:
        defaults["optimizer__weight_decay"] = 1e-5
    fused = defaults["optimizer"] in _FUSED and device.type in ("cpu", "cuda")
    if fused and not given & {"optimizer__foreach", "optimizer__differentiable"}:
        defaults["optimizer__fused"] = True
    if params["encoder_lr_scale"] not in (0, 1):
        scaled = {"lr": params["lr"] * params["encoder_lr_scale"]}
        defaults["optimizer__param_groups"] = [("encoder.*", scaled)]
    return defaults


def _own_callbacks(params):
    callbacks = []
    if params["lr_schedule"] == "cosine":
        callbacks.append(("lr_schedule", CosineSchedule()))
    if params["validation_fraction"] is not None:
        callbacks.append(("validation", ValidationStopping(params["n_iter_no_change"])))
    if params["verbose"] == 1:
        callbacks.append(("progress", FitProgressBar()))
    if params["verbose"] > 1:
        callbacks.append(("print_log", PrintLog()))
    return callbacks
