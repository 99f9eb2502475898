"""Similarity matrix of a batch, from its labels."""

import reprlib
from typing import Any

import torch
from torch import Tensor


def similarity_matrix(y: Any, kind: str = "share") -> Tensor:
    """Compute the similarity of every pair of rows from their labels.

    Parameters
    ----------
    y : tensor or array-like of shape (n,) or (n, n_labels)
        Numeric class labels, or a multi-label indicator, in which any value but 0 is a label.
    kind : {"share", "jaccard", "cosine"}, default="share"
        For an indicator: whether two rows share a label (0 or 1), the number of shared labels over the number of
        labels of either row, or the cosine of the indicators. For class labels the three are equal. A row without
        labels has similarity 0 to every row.

    Returns
    -------
    similarity : tensor of shape (n, n), float32
        On the device of `y`.

    Raises
    ------
    ValueError
        If `y` has neither one nor two dimensions, or `kind` is unknown.

    Examples
    --------
    >>> from sklearn_hash.losses import similarity_matrix
    >>> similarity_matrix([3, 5, 3])
    tensor([[1., 0., 1.],
            [0., 1., 0.],
            [1., 0., 1.]])
    >>> similarity_matrix([[1, 1, 0, 0], [1, 0, 1, 1], [0, 0, 0, 0]], kind="jaccard")
    tensor([[1.0000, 0.2500, 0.0000],
            [0.2500, 1.0000, 0.0000],
            [0.0000, 0.0000, 0.0000]])
    """
    if kind not in ("share", "jaccard", "cosine"):
        raise ValueError(f"kind must be 'share', 'jaccard' or 'cosine'; got {reprlib.repr(kind)}.")
    y = torch.as_tensor(y)
    if y.ndim == 1:
        return torch.eq(y[:, None], y, out=torch.empty(len(y), len(y), device=y.device))
    if y.ndim != 2:
        raise ValueError(f"y must be labels (n,) or an indicator (n, n_labels); got shape {tuple(y.shape)}.")
    # autocast would count shared labels in half precision
    with torch.autocast(y.device.type, enabled=False):
        return indicator_similarity((y != 0).float(), kind)


def indicator_similarity(indicator: Tensor, kind: str) -> Tensor:
    """Return the similarity of every pair of rows of a floating indicator."""
    n_labels = indicator.sum(dim=1, keepdim=True)
    if kind == "cosine":
        unit = indicator * n_labels.clamp(min=1).rsqrt()
        return (unit @ unit.T).clamp_(max=1)
    shared = indicator @ indicator.T
    if kind == "share":
        return shared.clamp_(max=1)
    return shared / (n_labels + n_labels.T - shared).clamp_(min=1)
