"""Construction of an initialised net from the parameters of an estimator."""

from copy import deepcopy
from inspect import signature

import torch
from skorch.callbacks import PrintLog
from skorch.helper import predefined_split

from sklearn_hash.training._batches import BatchIterator
from sklearn_hash.training._callbacks import CosineSchedule, FitProgressBar, ValidationStopping
from sklearn_hash.training._devices import trains_in_bfloat16
from sklearn_hash.training._distributed_net import DistributedNet
from sklearn_hash.training._encoders import make_encoder
from sklearn_hash.training._global_batch_norm import with_global_batch_norm
from sklearn_hash.training._module import HashingModule
from sklearn_hash.training._net import HashingNet
from sklearn_hash.training._net_params import check_callbacks, resolve_optimizer
from sklearn_hash.training._normalize import make_normalize
from sklearn_hash.training._process_group import world_size
from sklearn_hash.training._token_rows import TokenRows

__all__ = ["build_net"]

# Number of rows per forward pass without gradients: small for the cache, large to amortise the cost of a call.
_PREDICT_ROWS = 1024

# Optimizers with a fused implementation, which halves the time of a step of a small network on a CPU.
_FUSED = (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD)


def build_net(params, rows, loss, method_callbacks, device, validation=None, module=None):
    """Build and initialise the net of a hasher.

    Parameters
    ----------
    params : dict
        Constructor parameters of the estimator; ``images`` is an ImageInput.
    rows : DenseRows, MappedRows, SparseRows or LoadedRows
        Training rows, for the input shape and the standardisation of the encoder.
    loss : nn.Module
        Loss, called as ``loss(z, target)``.
    method_callbacks : list of (name, callback)
        Callbacks that the method needs, such as the continuation of HashNet.
    device : torch.device
    validation : HashingDataset, default=None
        Validation rows for early stopping.
    module : HashingModule, default=None
        A module that is already built; ``rows`` is then not used.

    Returns
    -------
    net : HashingNet
    """
    nested = {key: value for key, value in (params["net_params"] or {}).items() if not key.startswith("criterion__")}
    own_callbacks = [*method_callbacks, *_own_callbacks(params)]
    callbacks = nested.pop("callbacks", None) or []
    check_callbacks(callbacks, nested, [name for name, _ in own_callbacks])
    encoder_params, module_params = _popped(nested, "encoder__"), _popped(nested, "module__")
    if module is None:
        module = _make_module(params, rows, encoder_params, module_params, device)
    kind = DistributedNet if world_size() > 1 else HashingNet
    net = kind(
        module,
        loss,
        train_split=predefined_split(validation) if validation is not None else None,
        callbacks=own_callbacks + deepcopy(callbacks),
        lr=params["lr"],
        max_epochs=params["max_epochs"],
        batch_size=params["batch_size"],
        device=device,
        verbose=max(params["verbose"] - 1, 0),
        **{**_defaults(params, nested, device), **nested},
    )
    net.initialize()
    # The instances are now module_ and criterion_; if they also remained parameters, a pickle would hold them twice.
    net.module, net.criterion = HashingModule, type(loss)
    return net


def _popped(nested, prefix):
    """Remove the parameters of a component from the nested ones, and return them without the prefix."""
    return {key.removeprefix(prefix): nested.pop(key) for key in list(nested) if key.startswith(prefix)}


def _make_module(params, rows, encoder_params, module_params, device):
    """Build the module of the net; parameter values are copied."""
    images = params["images"]
    normalize = make_normalize(images.normalize, rows)
    standardize = isinstance(images.normalize, str) and images.normalize == "auto"
    field = module_params.get("output_field")
    encoder, n_features = make_encoder(params["encoder"], rows, encoder_params, normalize, standardize, field)
    if world_size() > 1:
        encoder = with_global_batch_norm(encoder)
    weights = list(encoder.parameters())
    return HashingModule(
        encoder,
        n_features,
        int(params["n_bits"]),
        normalize,
        deepcopy(images.augment),
        frozen=bool(weights) and not any(weight.requires_grad for weight in weights),
        autocast=trains_in_bfloat16(module_params.get("precision", "auto"), device),
        batch_norm=bool(module_params.get("batch_norm", False)),
        output_field=None if isinstance(rows, TokenRows) else field,
    )


def _defaults(params, nested, device):
    """Return the default nested parameters of the net, which those of the user override."""
    optimizer = resolve_optimizer(nested.pop("optimizer", "Adam"))
    defaults = {
        "optimizer": optimizer,
        "iterator_train": BatchIterator,
        "iterator_train__shuffle": True,
        "iterator_train__drop_last": True,
        "iterator_valid": BatchIterator,
        "iterator_valid__batch_size": max(params["batch_size"], _PREDICT_ROWS),
    }
    if "weight_decay" in signature(optimizer).parameters:
        defaults["optimizer__weight_decay"] = 1e-5
    fused = optimizer in _FUSED and device.type in ("cpu", "cuda")
    if fused and not nested.keys() & {"optimizer__foreach", "optimizer__differentiable"}:
        defaults["optimizer__fused"] = True
    return defaults


def _own_callbacks(params):
    callbacks = [("lr_schedule", CosineSchedule())]
    if params["validation_fraction"] is not None:
        callbacks.append(("validation", ValidationStopping()))
    if params["verbose"] == 1:
        callbacks.append(("progress", FitProgressBar()))
    if params["verbose"] > 1:
        callbacks.append(("print_log", PrintLog()))
    return callbacks
