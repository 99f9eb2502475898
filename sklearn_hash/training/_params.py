"""Nested parameter names of a net, ``optimizer__weight_decay`` and the like: where they go, and which exist."""

from collections import Counter
from difflib import get_close_matches
from inspect import signature
from numbers import Integral

import torch
from skorch.callbacks import Callback, LRScheduler

from sklearn_hash.training._batches import BatchIterator
from sklearn_hash.training._encoders import encoder_param_names

__all__ = ["NET_PREFIXES", "callback_names", "check_net_params", "check_schedule", "resolve_optimizer"]

NET_PREFIXES = ("encoder", "optimizer", "iterator_train", "iterator_valid", "callbacks", "compile")
_NET_CALLBACKS = ("epoch_timer", "train_loss", "valid_loss")
_OWN_CALLBACKS = ("lr_schedule", "continuation", "validation", "progress", "print_log")


# Nested names that parameters of the hasher decide on.
_OWNED = {
    "optimizer__lr": "lr",
    **{f"{iterator}__balanced": "sampler" for iterator in ("iterator_train", "iterator_valid")},
    **{f"{iterator}__memory": "memory" for iterator in ("iterator_train", "iterator_valid")},
}


def resolve_optimizer(optimizer):
    """The optimizer class that a parameter names.

    Raises
    ------
    ValueError
        If ``torch.optim`` has no such optimizer, or its steps need the loss as a function.
    """
    given = optimizer
    if isinstance(optimizer, str):
        optimizer = getattr(torch.optim, optimizer, None)
    if not (isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer)):
        raise ValueError(
            "The 'optimizer' parameter must name a class of torch.optim, such as 'Adam' or 'SGD', or be such a class; "
            f"got {given!r}."
        )
    if optimizer is torch.optim.LBFGS:
        raise ValueError(
            "The 'optimizer' parameter cannot be LBFGS, which needs one loss for many steps. Use 'Adam' or 'SGD'."
        )
    return optimizer


def callback_names(callbacks):
    """Names that skorch gives to callbacks: their own, or that of their class, numbered where it recurs."""
    own: list[str] = []
    inferred: list[str] = []
    for name, kind in map(_name_and_class, callbacks or []):
        (inferred if name is None else own).append(kind.__name__ if name is None else name)
    for name, count in Counter(inferred).items():
        own += [name] if count == 1 else [f"{name}_{i + 1}" for i in range(count)]
    return own


def _name_and_class(item):
    name, callback = item if isinstance(item, (tuple, list)) and len(item) == 2 else (None, item)
    kind = callback if isinstance(callback, type) else type(callback)
    if not issubclass(kind, Callback):
        raise ValueError(
            f"The 'callbacks' parameter must be a list of skorch callbacks or (name, callback) pairs; got {item!r}."
        )
    return name, kind


def check_schedule(lr_schedule, callbacks):
    """Refuse two schedules of the learning rate, of which one would have no effect."""
    if lr_schedule != "constant" and any(
        issubclass(kind, LRScheduler) for _, kind in map(_name_and_class, callbacks or [])
    ):
        raise ValueError(
            f"callbacks hold an LRScheduler, but lr_schedule={lr_schedule!r} sets the learning rate of every step. Use "
            "lr_schedule='constant' with it."
        )


def _known_names(prefix, encoder, optimizer, callbacks):
    """Names that may follow a prefix, or None where anything may."""
    if prefix == "encoder":
        return encoder_param_names(encoder)
    if prefix == "optimizer":
        return [*list(signature(resolve_optimizer(optimizer)).parameters)[1:], "param_groups"]
    if prefix in ("iterator_train", "iterator_valid"):
        return list(signature(BatchIterator).parameters)[1:]
    if prefix == "callbacks":
        return callbacks
    return None


def check_net_params(net_params, encoder, optimizer, callbacks, own_callbacks=_OWN_CALLBACKS):
    """Check every nested name against what it would reach.

    Parameters
    ----------
    net_params : dict or None
        Nested names and values.
    encoder, optimizer, callbacks
        The estimator's parameters of these names.
    own_callbacks : sequence of str, optional
        Names of the callbacks that the hasher adds; all that any hasher may add unless given.

    Raises
    ------
    ValueError
        If a name reaches nothing, it says which names there are; or if a batch to train on could make no pair.
    """
    names = [*_NET_CALLBACKS, *own_callbacks, *callback_names(callbacks)]
    for key, value in (net_params or {}).items():
        prefix, _, name = str(key).partition("__")
        if prefix not in NET_PREFIXES or (not name and prefix != "compile"):
            raise ValueError(
                f"Invalid nested parameter {key!r} in net_params: it must be one of "
                f"{list(NET_PREFIXES)}, '__' and a name, as in 'optimizer__weight_decay'."
            )
        if key in _OWNED:
            raise ValueError(f"Set the hasher's parameter {_OWNED[key]!r}, where it has one, in place of {key!r}.")
        if key == "iterator_train__batch_size" and not (isinstance(value, Integral) and int(value) >= 2):
            raise ValueError(f"{key!r} must be an integer of at least 2, or there are no pairs; got {value!r}.")
        known = _known_names(prefix, encoder, optimizer, names)
        name = name.partition("__")[0] if prefix == "callbacks" else name
        if known is not None and name and name not in known and not name.startswith("param_groups"):
            close = get_close_matches(name, known, n=1)
            hint = f" Did you mean '{prefix}__{close[0]}'?" if close else ""
            raise ValueError(f"Invalid nested parameter {key!r} in net_params: {prefix} takes {sorted(known)}.{hint}")
