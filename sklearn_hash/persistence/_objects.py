"""Fixed list of the objects that parameters may hold in addition to plain values and estimators."""

import sys
from importlib import import_module
from typing import Any

import numpy as np

__all__ = ["describe_object", "restore_object"]

# Module of each class, and the attributes that its constructor takes under the same names.
_BY_ATTRIBUTES = {
    "ImageInput": ("sklearn_hash.training", ("loader", "channels", "normalize", "augment")),
    "RandomCrop": ("sklearn_hash.training", ("padding",)),
    "RandomFlip": ("sklearn_hash.training", ("p",)),
    "GradientNormClipping": ("skorch.callbacks", ("gradient_clip_value", "gradient_clip_norm_type")),
}


def describe_object(value, writer, path):
    """Return the table for an object, or None if it is not in the list.

    Parameters
    ----------
    value : object
    writer : Writer
        Writer of the values that the object holds.
    path : str
    """
    name = type(value).__name__
    if name in _BY_ATTRIBUTES and type(value) is getattr(import_module(_BY_ATTRIBUTES[name][0]), name):
        attributes = {attribute: getattr(value, attribute) for attribute in _BY_ATTRIBUTES[name][1]}
    elif type(value) is np.random.RandomState:
        attributes = value.get_state(legacy=False)
    elif (described := _describe_torch(value)) is not None:
        name, attributes = described
    else:
        return None
    return {"object": name, "attributes": writer.write_table(attributes, f"{path}.")}


def _describe_torch(value):
    """Return the name and the attributes of a torch object; torch is not imported if it was not before."""
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    if type(value) is torch.device:
        return "device", {"name": str(value)}
    if type(value) is torch.nn.Sequential:
        return "Sequential", {"modules": list(value)}
    if isinstance(value, type) and value is _optimizer(value.__name__):
        return "optimizer", {"name": value.__name__}
    return None


def restore_object(table, reader):
    """Return the object that a table stands for.

    Parameters
    ----------
    table : dict
    reader : Reader
        Reader of the values that the object holds.

    Raises
    ------
    ValueError, TypeError or KeyError
        If the object is not in the list, or its constructor refuses the values in the table.
    """
    name, attributes = table["object"], reader.read_table(table["attributes"])
    if not isinstance(name, str) or len(table) != 2:
        raise ValueError("an object has a name and attributes, nothing else")
    if name in _BY_ATTRIBUTES:
        module, known = _BY_ATTRIBUTES[name]
        if set(attributes) != set(known):
            raise ValueError(f"{name} has {', '.join(known)}; the file has {sorted(attributes)!s:.200}")
        return getattr(import_module(module), name)(**attributes)
    if name in _SPECIAL:
        return _SPECIAL[name](**attributes)
    raise ValueError(f"{name!r:.80} is not among the objects that can be loaded")


def _optimizer(name):
    import torch

    optimizer = getattr(torch.optim, name, None) if isinstance(name, str) else None
    is_one = isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer)
    return optimizer if is_one else None


def _restore_optimizer(name):
    optimizer = _optimizer(name)
    if optimizer is None:
        raise ValueError(f"torch.optim has no optimizer {name!r:.80}")
    return optimizer


def _restore_device(name):
    import torch

    return torch.device(name)


def _restore_sequential(modules):
    from torch import nn

    return nn.Sequential(*modules)


def _restore_random_state(**state):
    random_state = np.random.RandomState(0)
    random_state.set_state(state)
    return random_state


_SPECIAL: dict[str, Any] = {
    "RandomState": _restore_random_state,
    "Sequential": _restore_sequential,
    "device": _restore_device,
    "optimizer": _restore_optimizer,
}
