"""Which device a network trains on."""

import torch

__all__ = ["resolve_device"]


def resolve_device(device) -> torch.device:
    """The device that a parameter names.

    Parameters
    ----------
    device : "auto", str or torch.device
        "auto" is the current CUDA device where there is one, else the CPU.

    Returns
    -------
    device : torch.device

    Raises
    ------
    ValueError
        If torch does not know the device, or this machine does not have it.

    Examples
    --------
    >>> from sklearn_hash.training import resolve_device
    >>> resolve_device("cpu")
    device(type='cpu')
    """
    if isinstance(device, str) and device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        resolved = torch.device(device)
        torch.zeros((), device=resolved).item()
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        raise ValueError(
            f"The 'device' parameter must be 'auto', 'cpu', 'cuda', 'cuda:<index>' or another device that torch can "
            f"use on this machine; got {device!r} ({str(error).splitlines()[0]})."
        ) from error
    if resolved.type == "cuda" and resolved.index is None:
        resolved = torch.device("cuda", torch.cuda.current_device())
    return resolved
