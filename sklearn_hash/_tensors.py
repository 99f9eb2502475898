"""Conversion of torch tensors to arrays, without importing torch."""

import sys

__all__ = ["tensor_to_array"]


def tensor_to_array(X, name="X"):
    """Return a torch tensor as a numpy array on the host, anything else unchanged.

    Parameters
    ----------
    X : object
        A tensor may be on any device and may require a gradient. bfloat16, which numpy lacks, becomes float32.
    name : str, default="X"
        Name of the argument in error messages.

    Returns
    -------
    X : object

    Raises
    ------
    ValueError
        If the tensor is sparse or quantized.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash._tensors import tensor_to_array
    >>> tensor_to_array(torch.ones(2, dtype=torch.bfloat16, requires_grad=True))
    array([1., 1.], dtype=float32)
    """
    torch = sys.modules.get("torch")
    if torch is None or not torch.is_tensor(X):
        return X
    if X.layout != torch.strided or X.is_quantized:
        raise ValueError(
            f"{name} must be a dense torch tensor; got {str(X.layout).removeprefix('torch.')} of {X.dtype}. Pass "
            f"{name}.to_dense(), or a scipy sparse matrix."
        )
    X = X.detach().cpu()
    return (X.float() if X.dtype == torch.bfloat16 else X).numpy()
