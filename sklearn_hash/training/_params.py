"""Nested parameter names of a net, ``optimizer__weight_decay`` and the like: where they go, and which exist."""

from difflib import get_close_matches
from inspect import signature

import torch
from skorch.callbacks import Callback

from sklearn_hash.training._batches import BatchIterator
from sklearn_hash.training._encoders import encoder_param_names

__all__ = ["NET_PREFIXES", "check_net_params", "named_callbacks", "resolve_optimizer"]

NET_PREFIXES = ("encoder", "optimizer", "iterator_train", "iterator_valid", "callbacks", "compile")
_OWN_CALLBACKS = (
    "epoch_timer",
    "train_loss",
    "valid_loss",
    "lr_schedule",
    "continuation",
    "validation",
    "progress",
)


def resolve_optimizer(optimizer):
    """The optimizer class that a parameter names.

    Raises
    ------
    ValueError
        If ``torch.optim`` has no such optimizer.
    """
    if not isinstance(optimizer, str):
        return optimizer
    found = getattr(torch.optim, optimizer, None)
    if not (isinstance(found, type) and issubclass(found, torch.optim.Optimizer)):
        raise ValueError(
            f"The 'optimizer' parameter must name a class of torch.optim, such as 'Adam' or 'SGD', or be such a class; "
            f"got {optimizer!r}."
        )
    return found


def named_callbacks(callbacks):
    """Callbacks as (name, callback) pairs, named after their class as skorch does."""
    pairs = []
    for item in callbacks or []:
        name, callback = item if isinstance(item, (tuple, list)) and len(item) == 2 else (None, item)
        kind = callback if isinstance(callback, type) else type(callback)
        if not issubclass(kind, Callback):
            raise ValueError(
                f"The 'callbacks' parameter must be a list of skorch callbacks or (name, callback) pairs; got {item!r}."
            )
        pairs.append((name or kind.__name__, callback))
    return pairs


def _known_names(prefix, encoder, optimizer, callbacks):
    """Names that may follow a prefix, or None where anything may."""
    if prefix == "encoder":
        return encoder_param_names(encoder)
    if prefix == "optimizer":
        return [*list(signature(resolve_optimizer(optimizer)).parameters)[1:], "param_groups"]
    if prefix in ("iterator_train", "iterator_valid"):
        return list(signature(BatchIterator).parameters)[1:]
    if prefix == "callbacks":
        return [*_OWN_CALLBACKS, *(name for name, _ in named_callbacks(callbacks))]
    return None


def check_net_params(net_params, encoder, optimizer, callbacks):
    """Check every nested name against what it would reach.

    Parameters
    ----------
    net_params : dict or None
        Nested names and values.
    encoder, optimizer, callbacks
        The estimator's parameters of these names.

    Raises
    ------
    ValueError
        If a name reaches nothing; it says which names there are.
    """
    for key in net_params or {}:
        prefix, _, name = str(key).partition("__")
        if prefix not in NET_PREFIXES or (not name and prefix != "compile"):
            raise ValueError(
                f"Invalid nested parameter {key!r} in net_params: its first part must be one of "
                f"{list(NET_PREFIXES)}, as in 'optimizer__weight_decay'."
            )
        known = _known_names(prefix, encoder, optimizer, callbacks)
        name = name.partition("__")[0] if prefix == "callbacks" else name
        if known is not None and name and name not in known and not name.startswith("param_groups"):
            close = get_close_matches(name, known, n=1)
            hint = f" Did you mean '{prefix}__{close[0]}'?" if close else ""
            raise ValueError(f"Invalid nested parameter {key!r} in net_params: {prefix} takes {sorted(known)}.{hint}")
