"""Choice of the device and the precision of training."""

import os

import torch

from sklearn_hash.training._process_group import world_size

__all__ = ["resolve_device", "trains_in_bfloat16"]

# First CUDA compute capability with bfloat16 arithmetic.
_BFLOAT16_CAPABILITY = (8, 0)


def resolve_device(device) -> torch.device:
    """Return the device for the parameter ``device``.

    Parameters
    ----------
    device : "auto", str or torch.device
        "auto" is the current CUDA device if there is one, otherwise the GPU of Apple ("mps") if there is one, otherwise
        the CPU. In processes started by ``torchrun``, "auto" and "cuda" are the GPU of the local rank.

    Returns
    -------
    device : torch.device

    Raises
    ------
    ValueError
        If torch does not support the device, or this machine does not have it.

    Examples
    --------
    >>> from sklearn_hash.training import resolve_device
    >>> resolve_device("cpu")
    device(type='cpu')
    """
    if isinstance(device, str) and device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        resolved = torch.device(device)
        torch.zeros((), device=resolved).item()
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        raise ValueError(
            f"The 'device' parameter must be 'auto', 'cpu', 'cuda', 'cuda:<index>' or another device that torch can "
            f"use on this machine; got {device!r} ({str(error).splitlines()[0]})."
        ) from error
    if resolved.type == "cuda" and resolved.index is None:
        index = os.environ.get("LOCAL_RANK") if world_size() > 1 else None
        resolved = torch.device("cuda", torch.cuda.current_device() if index is None else int(index))
    return resolved


def trains_in_bfloat16(precision, device) -> bool:
    """Return whether training runs the encoder in bfloat16.

    Parameters
    ----------
    precision : {"auto", "float32", "bfloat16"}
        "auto" is bfloat16 on CUDA devices with bfloat16 arithmetic, and float32 on other devices.
    device : torch.device

    Returns
    -------
    bfloat16 : bool
    """
    if precision == "auto":
        return device.type == "cuda" and torch.cuda.get_device_capability(device) >= _BFLOAT16_CAPABILITY
    return precision == "bfloat16"
