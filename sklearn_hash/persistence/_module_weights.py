"""Conversion of the weights of a module to arrays and back, with strict checks of names, shapes and types."""

import numpy as np
import torch

__all__ = ["check_structure", "load_weights", "weights_of"]

_COMPILED = "_orig_mod."
# numpy has no bfloat16, so its bits are stored as integers and marked by this prefix of the name.
_BFLOAT16 = "bfloat16:"


def weights_of(module, without=None):
    """Return the state of a module as a dict of arrays.

    Parameters
    ----------
    module : nn.Module
    without : str, optional
        Prefix of names to leave out.

    Raises
    ------
    ValueError
        If a weight is of a type that cannot be saved.
    """
    state = {name.removeprefix(_COMPILED): tensor for name, tensor in module.state_dict().items()}
    kept = {name: tensor for name, tensor in state.items() if without is None or not name.startswith(without)}
    return dict(_as_array(name, tensor) for name, tensor in kept.items())


def _as_array(name, tensor):
    if not torch.is_tensor(tensor):
        raise ValueError(f"the module's {name} is {type(tensor).__name__}, not a tensor, and cannot be saved.")
    tensor = tensor.detach().cpu()
    if tensor.dtype == torch.bfloat16:
        return _BFLOAT16 + name, tensor.contiguous().view(torch.int16).numpy()
    try:
        return name, tensor.numpy()
    except (TypeError, RuntimeError) as error:
        raise ValueError(f"the weight {name} of type {tensor.dtype} cannot be saved: {error}.") from error


def check_structure(module, arrays, without="augment."):
    """Raise a ValueError if arrays do not match the weights of a module, which may be on the meta device.

    Parameters
    ----------
    module : nn.Module
    arrays : dict of str to ndarray
    without : str, default="augment."
        Prefix of names that may be missing.
    """
    wanted = {name: tensor for name, tensor in module.state_dict().items() if not name.startswith(without)}
    given = {name.removeprefix(_BFLOAT16): name.startswith(_BFLOAT16) for name in arrays}
    missing, unknown = wanted.keys() - given.keys(), given.keys() - wanted.keys()
    if missing or unknown:
        raise ValueError(f"weights are missing or unknown: {sorted(missing | unknown)!s:.300}")
    for name, tensor in wanted.items():
        array = arrays[_BFLOAT16 + name if given[name] else name]
        kind = "bfloat16" if given[name] else array.dtype.name
        if tuple(tensor.shape) != array.shape or str(tensor.dtype).removeprefix("torch.") != kind:
            raise ValueError(
                f"the weight {name} is {kind} of shape {array.shape} in the file, and {tensor.dtype} of shape "
                f"{tuple(tensor.shape)} in the network"
            )


def load_weights(module, arrays):
    """Replace the weights of a module; a module on the meta device is moved to the CPU.

    Parameters
    ----------
    module : nn.Module
    arrays : dict of str to ndarray

    Raises
    ------
    ValueError
        If the arrays do not have the names, shapes and types of the weights of the module.
    """
    check_structure(module, arrays)
    if any(tensor.is_meta for tensor in module.state_dict().values()):
        module.to_empty(device="cpu")
    weights = {name.removeprefix(_BFLOAT16): _as_tensor(name, array) for name, array in arrays.items()}
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name in weights:
                tensor.copy_(weights[name])


def _as_tensor(name, array):
    tensor = torch.from_numpy(np.ascontiguousarray(array).reshape(array.shape))
    return tensor.view(torch.bfloat16) if name.startswith(_BFLOAT16) else tensor
