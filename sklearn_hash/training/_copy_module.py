"""Deep copy of a module without loss of speed of attribute access."""

from copy import deepcopy
from typing import Any

from torch import nn

__all__ = ["copy_module"]

_OWN_WAYS = ("__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")


def copy_module(module):
    """Return a deep copy of a module, like :func:`copy.deepcopy`, with attributes set one by one.

    Instances of a class share a table of their attribute names, unless their ``__dict__`` was filled at once, as by
    deepcopy. The additional memory makes forward passes through an encoder with hundreds of submodules slower.

    Parameters
    ----------
    module : nn.Module

    Returns
    -------
    module : nn.Module
    """
    parts = [part for part in module.modules() if _is_plain(type(part))]
    copies = [_new(type(part)) for part in parts]
    memo = {id(part): copied for part, copied in zip(parts, copies, strict=True)}
    for part, copied in zip(parts, copies, strict=True):
        # Most attributes are the empty containers that every module has.
        memo.update({id(value): type(value)() for value in vars(part).values() if _is_empty(value)})
        for name, value in part.__getstate__().items():
            object.__setattr__(copied, name, deepcopy(value, memo))
    return deepcopy(module, memo)


def _new(kind: Any):
    return kind.__new__(kind)


def _is_plain(kind):
    """Return whether deepcopy would only copy the attributes of a module."""
    slots = any("__slots__" in vars(parent) for parent in kind.__mro__[:-1])
    return not slots and all(getattr(kind, way, None) is getattr(nn.Module, way, None) for way in _OWN_WAYS)


def _is_empty(value):
    return type(value) in _CONTAINERS and not value


_CONTAINERS = {type(value) for value in vars(nn.Identity()).values() if isinstance(value, (dict, set))}
