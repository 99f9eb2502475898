"""Floating-point type of the input of an encoder, and selection of the features in its output."""

from collections.abc import Mapping

import torch

__all__ = ["input_type", "select_field"]

_HALF = (torch.float16, torch.bfloat16)


def input_type(encoder):
    """Return the input type of an encoder: the one it declares, or that of its weights if in half precision."""
    named = getattr(encoder, "input_type", None)
    if isinstance(named, torch.dtype):
        return named
    first = next((weight.dtype for weight in encoder.parameters() if weight.is_floating_point()), torch.float32)
    return first if first in _HALF else torch.float32


def select_field(output, field=None, mask=None):
    """Return the tensor of features in the output of an encoder.

    Parameters
    ----------
    output : tensor, mapping, tuple, list or object with attributes
    field : str or int, optional
        Key, attribute or position of the features. A field of shape (n, n_tokens, n_features) is averaged over tokens.
    mask : tensor of shape (n, n_tokens), optional
        1 for tokens to average, 0 for padding. If given, a plain tensor of features per token is also averaged.

    Returns
    -------
    features : tensor of shape (n, ...)

    Raises
    ------
    ValueError
        If the output is not a tensor and no field is given, or there is no such field; the message names the fields.
    """
    if torch.is_tensor(output):
        if field is not None:
            raise ValueError(f"module__output_field={field!r} is given, but encoder returns a tensor. Leave it out.")
        return output if mask is None else _mean_over_tokens(output, mask)
    fields = _fields(output)
    if field is None or field not in fields:
        problem = (
            "encoder returns" if field is None else f"module__output_field={field!r} is not in what encoder returns,"
        )
        raise ValueError(
            f"{problem} {type(output).__name__} with the fields {list(fields)}. Choose the features by "
            f"net_params={{'module__output_field': {next(iter(fields), None)!r}}}."
        )
    return _mean_over_tokens(fields[field], mask)


def _mean_over_tokens(features, mask):
    """Average features per token over the tokens in the mask; the result is 0 for a row without such tokens."""
    if features.ndim != 3:
        return features
    if mask is None:
        return features.mean(dim=1)
    weights = mask.to(features.dtype).unsqueeze(-1)
    return (features * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def _fields(output):
    """Return the tensors in an output by key, position or attribute."""
    if isinstance(output, Mapping):
        fields = dict(output)
    elif isinstance(output, (tuple, list)):
        fields = output._asdict() if hasattr(output, "_asdict") else dict(enumerate(output))
    else:
        fields = getattr(output, "__dict__", {})
    return {name: value for name, value in fields.items() if torch.is_tensor(value)}
