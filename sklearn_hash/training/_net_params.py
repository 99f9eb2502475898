"""Validation of the nested parameters of a net, such as ``optimizer__weight_decay``."""

from collections import Counter
from difflib import get_close_matches
from inspect import signature
from numbers import Integral

import torch
from skorch.callbacks import Callback, LRScheduler

from sklearn_hash.training._batches import BatchIterator
from sklearn_hash.training._encoders import encoder_param_names

__all__ = ["NET_PREFIXES", "callback_names", "check_callbacks", "check_net_params", "resolve_optimizer"]

NET_PREFIXES = (
    "encoder", "module", "criterion", "optimizer", "iterator_train", "iterator_valid", "callbacks", "compile",
)  # fmt: skip

# Names that are also parameters without a suffix, as in skorch.
_WHOLE = ("optimizer", "callbacks", "compile")
_MODULE_NAMES = ("batch_norm", "output_field", "precision")
_NET_CALLBACKS = ("epoch_timer", "train_loss", "valid_loss")
_OWN_CALLBACKS = ("lr_schedule", "continuation", "validation", "progress", "print_log")
_ALLOWED_VALUES = {
    "module__batch_norm": (True, False),
    "module__precision": ("auto", "float32", "bfloat16"),
}

# Not allowed, since rows are encoded in the given order.
_ENCODING_ORDER = ("iterator_valid__balanced", "iterator_valid__shuffle", "iterator_valid__drop_last")


def resolve_optimizer(optimizer):
    """Return the optimizer class for the parameter ``optimizer``.

    Raises
    ------
    ValueError
        If ``torch.optim`` does not have the optimizer, or its steps need the loss as a function.
    """
    given = optimizer
    if isinstance(optimizer, str):
        optimizer = getattr(torch.optim, optimizer, None)
    if not (isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer)):
        raise ValueError(
            "'optimizer' in net_params must name a class of torch.optim, such as 'Adam' or 'SGD', or be such a class; "
            f"got {given!r}."
        )
    if optimizer is torch.optim.LBFGS:
        raise ValueError(
            "'optimizer' in net_params cannot be LBFGS, which needs one loss for many steps. Use 'Adam' or 'SGD'."
        )
    return optimizer


def callback_names(callbacks):
    """Return the names that skorch gives to callbacks: the given names, or class names with numbers for repetitions.

    Raises
    ------
    ValueError
        If an item is not a skorch callback.
    """
    if not isinstance(callbacks, (list, tuple, type(None))):
        raise ValueError(f"'callbacks' in net_params must be a list of skorch callbacks; got {callbacks!r}.")
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
            f"'callbacks' in net_params must be a list of skorch callbacks or (name, callback) pairs; got {item!r}."
        )
    return name, kind


def check_callbacks(callbacks, nested, own_callbacks):
    """Check the callbacks of a fit against the nested parameter names.

    Parameters
    ----------
    callbacks : list
        Callbacks of the user, in the form of skorch.
    nested : dict
        Nested parameters.
    own_callbacks : list of str
        Names of the callbacks added by the hasher.

    Raises
    ------
    ValueError
        If a nested name is for a callback that this fit does not have, or two schedules set the learning rate.
    """
    names = [*_NET_CALLBACKS, *own_callbacks, *callback_names(callbacks)]
    for key in nested:
        prefix, _, name = key.partition("__")
        if prefix == "callbacks":
            _check_name(key, name.partition("__")[0], names)
    scheduled = nested.get("callbacks__lr_schedule", True) is not None
    if scheduled and any(issubclass(kind, LRScheduler) for _, kind in map(_name_and_class, callbacks)):
        raise ValueError(
            "callbacks hold an LRScheduler, but the cosine schedule sets the learning rate of every step. Turn it off "
            "with net_params={'callbacks__lr_schedule': None}."
        )


def check_net_params(given, merged, encoder, criterion_names):
    """Check nested parameter names against the parameters that exist.

    Parameters
    ----------
    given : dict
        Nested parameters to check.
    merged : dict
        All nested parameters; ``optimizer`` and ``callbacks`` determine which other names are valid.
    encoder : str, callable or nn.Module
        The parameter `encoder` of the estimator.
    criterion_names : list of str
        Arguments of the loss that are not parameters of the estimator.

    Raises
    ------
    ValueError
        If a name does not exist, with the valid names in the message, or if its value is not valid.
    """
    for key, value in given.items():
        prefix, _, name = str(key).partition("__")
        if prefix not in NET_PREFIXES or (not name and prefix not in _WHOLE):
            raise ValueError(
                f"Invalid nested parameter {key!r} in net_params: it must be one of {list(_WHOLE)}, or one of "
                f"{list(NET_PREFIXES)}, '__' and a name, as in 'optimizer__weight_decay'."
            )
        if name:
            known = _known_names(prefix, encoder, merged, criterion_names)
            _check_name(key, name.partition("__")[0] if prefix == "callbacks" else name, known)
        _check_value(key, value)


def _known_names(prefix, encoder, merged, criterion_names):
    """Return the names that may follow a prefix, or None if any name may."""
    if prefix == "encoder":
        return encoder_param_names(encoder)
    if prefix == "module":
        return _MODULE_NAMES
    if prefix == "criterion":
        return criterion_names
    if prefix == "optimizer":
        optimizer = resolve_optimizer(merged.get("optimizer", "Adam"))
        return [*list(signature(optimizer).parameters)[1:], "param_groups"]
    if prefix in ("iterator_train", "iterator_valid"):
        return list(signature(BatchIterator).parameters)[1:]
    if prefix == "callbacks":
        return [*_NET_CALLBACKS, *_OWN_CALLBACKS, *callback_names(merged.get("callbacks"))]
    return None


def _check_name(key, name, known):
    if known is None or name in known or name.startswith("param_groups"):
        return
    prefix = key.partition("__")[0]
    close = get_close_matches(name, known, n=1)
    hint = f" Did you mean '{prefix}__{close[0]}'?" if close else ""
    raise ValueError(f"Invalid nested parameter {key!r} in net_params: {prefix} takes {sorted(known)}.{hint}")


def _check_value(key, value):
    if key == "optimizer":
        resolve_optimizer(value)
    elif key == "callbacks":
        callback_names(value)
    elif key == "optimizer__lr":
        raise ValueError("Set the hasher's parameter 'lr' in place of 'optimizer__lr'.")
    elif key in _ENCODING_ORDER:
        raise ValueError(f"{key!r} cannot be set: rows are encoded in their own order. Set it for 'iterator_train'.")
    elif key == "iterator_train__batch_size" and not (isinstance(value, Integral) and int(value) >= 2):
        raise ValueError(f"{key!r} must be an integer of at least 2, or there are no pairs; got {value!r}.")
    elif key in _ALLOWED_VALUES and value not in _ALLOWED_VALUES[key]:
        raise ValueError(f"{key!r} must be one of {list(_ALLOWED_VALUES[key])}; got {value!r}.")
