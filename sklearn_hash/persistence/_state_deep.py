"""Fitted state of the hashers with a network: weights of the module and of the loss, classes and history."""

from copy import copy

import torch

from sklearn_hash.persistence._blank_module import blank_module
from sklearn_hash.persistence._check_deep import check_net_values, check_sizes
from sklearn_hash.persistence._module_weights import check_structure, load_weights, weights_of
from sklearn_hash.persistence._states import COMMON, check_state
from sklearn_hash.training import build_net, check_net_params, isolated, plain_torch, resolve_device

__all__ = ["get_params", "get_state", "set_state"]

_STATE = {"history_": "any", "module": "any", "criterion": "any"}
_ATTRIBUTES = {"_seed": "int", "_row_shape": "any", "classes_": "any"}
_OPTIONAL = {"train_codes_": "any N W", **COMMON}


def get_params(hasher):
    """Return the constructor parameters, with a placeholder for a custom encoder."""
    from sklearn_hash.persistence._estimators import GIVEN_ENCODER

    params = hasher.get_params(deep=False)
    check_net_values(params["net_params"], params["encoder"])
    return params if isinstance(params["encoder"], str) else {**params, "encoder": GIVEN_ENCODER}


def get_state(hasher):
    """Return the fitted state, which is empty for a hasher that is not fitted.

    Raises
    ------
    ValueError
        If the parameters no longer match the fitted network, or there are unknown attributes.
    """
    if not hasattr(hasher, "net_"):
        return {}
    present = vars(hasher)
    known = {*_ATTRIBUTES, *_OPTIONAL, "net_", "history_", "n_iter_", *hasher.get_params(deep=False)}
    if present.keys() - known:
        raise ValueError(
            f"{type(hasher).__name__} has attributes that cannot be saved: {sorted(present.keys() - known)}."
        )
    state = {name: present[name] for name in [*_ATTRIBUTES, *_OPTIONAL] if name in present}
    state["history_"] = [_without_batches(epoch) for epoch in hasher.history_]
    state["module"] = weights_of(hasher.net_.module_, without="augment.")
    state["criterion"] = weights_of(hasher.net_.criterion_)
    if isinstance(hasher.encoder, str):
        _check_parameters_still_fit(hasher, state)
    return state


def _without_batches(epoch):
    """Return an epoch of the history as plain numbers, without the losses of its batches."""
    return {name: _plain(value) for name, value in epoch.items() if name != "batches"}


def _plain(value):
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, (bool, int, float, str, type(None))) else repr(value)


def _check_parameters_still_fit(hasher, state):
    try:
        device = torch.device("cpu")
        check_structure(blank_module(_builder(hasher), hasher._row_shape, device, on_meta=True), state["module"])
    except (ValueError, TypeError, RuntimeError) as error:
        raise ValueError(
            f"The parameters of {type(hasher).__name__} are not those that its network was fitted with ({error}). Set "
            "them back, or fit again."
        ) from error


def set_state(hasher, state, context):
    """Build the network from the parameters, and load its weights strictly.

    A built-in encoder is first built on the meta device, so that shapes that do not match the arrays of the file raise
    an error before memory is allocated.
    """
    check_state(state, {**_ATTRIBUTES, **_STATE}, _OPTIONAL)
    module_weights, criterion_weights, history = state.pop("module"), state.pop("criterion"), state.pop("history_")
    check_net_values(hasher.net_params, hasher.encoder)
    vars(hasher).update(state)
    check_sizes(hasher, module_weights, criterion_weights)
    device = _device_for(hasher, context.device)
    builder = _builder(hasher)
    with plain_torch(), isolated(device, hasher._seed):
        module = blank_module(builder, hasher._row_shape, device, on_meta=isinstance(hasher.encoder, str))
        load_weights(module, module_weights)
        net = _net_around(module, builder, device)
    load_weights(net.criterion_, criterion_weights)
    net.history.extend({"batches": [], **epoch} for epoch in history)
    hasher._keep(net)


def _net_around(module, builder, device):
    nested = builder.net_params
    check_net_params(nested, nested, builder.encoder, builder._criterion_names())
    params = {**builder.get_params(deep=False), "images": builder._image_input()}
    net = build_net(params, None, builder._make_loss(), builder._make_callbacks(), device, module=module)
    net.train_split = None
    return net


def _builder(hasher):
    """Return a hasher that builds the fitted network, also if ``n_bits`` has changed since, without compilation."""
    builder = copy(hasher)
    builder.n_bits = hasher.n_bits_
    builder.net_params = {key: value for key, value in (hasher.net_params or {}).items() if key != "compile"}
    return builder


def _device_for(hasher, device):
    if device != "auto":
        return resolve_device(device)
    try:
        return resolve_device(hasher.device)
    except ValueError:
        return torch.device("cpu")
