"""Checks that a file does not require a network that needs more memory or time than the size of the file justifies."""

import math

import numpy as np

__all__ = ["check_net_values", "check_sizes"]

_LARGEST_ROW = 1 << 24
# The centres of classes are rows of a square matrix with one row per bit.
_LONGEST_CENTRES = 1 << 13
_MOST_WORKERS = 256
_MOST_FIELDS = 16


def check_net_values(net_params, encoder):
    """Raise an error for nested parameters that would be passed to custom code or start many processes.

    Parameters
    ----------
    net_params : dict or None
    encoder : str, or the user's own

    Raises
    ------
    ValueError
    """
    for key, value in (net_params or {}).items():
        prefix = str(key).partition("__")[0]
        if prefix == "encoder" and not isinstance(encoder, str):
            raise ValueError(
                f"net_params has {key!r}, an argument of an encoder that is your own code, and a file must not choose "
                "those. Bind it: encoder=functools.partial(...)."
            )
        if prefix == "compile" and type(value) is not bool:
            raise ValueError(f"net_params cannot be saved with {key!r}: leave it out, or set 'compile' to True.")
        if str(key).endswith("__num_workers") and not (type(value) is int and 0 <= value <= _MOST_WORKERS):
            raise ValueError(f"net_params has {key!r}={value!r:.40}, which is not a valid number of processes.")


def check_sizes(hasher, module, criterion):
    """Raise an error if the parameters describe a network that is larger than the weights in the file.

    Parameters
    ----------
    hasher : DeepHasher
        Hasher with its fitted attributes except the net.
    module, criterion : dict of str to ndarray
        Weights of the module and of the loss.

    Raises
    ------
    ValueError
    """
    _check_row_shape(hasher._row_shape)
    for weights in (module, criterion):
        if not isinstance(weights, dict) or not all(isinstance(array, np.ndarray) for array in weights.values()):
            raise ValueError("the weights of a network are not arrays")
    layer = module.get("hash_layer.weight", np.empty(()))
    if layer.ndim != 2 or len(layer) != hasher.n_bits_:
        raise ValueError("n_bits_ is not the number of outputs of the hash layer")
    for name, value in (hasher.net_params or {}).items():
        # An encoder has at least two weight arrays for each layer listed in its parameters.
        if isinstance(value, (list, tuple)) and name.startswith("encoder__") and 2 * len(value) > len(module):
            raise ValueError(f"{name} lists more layers than the file has weights for")
    _check_classes(hasher, criterion)


def _check_row_shape(shape):
    if isinstance(shape, tuple) and 0 < len(shape) <= _MOST_FIELDS and all(isinstance(name, str) for name in shape):
        return
    if not isinstance(shape, tuple) or not shape or not all(type(n) is int and n > 0 for n in shape):
        raise ValueError(f"{shape!r:.80} is not a shape of rows")
    if math.prod(shape) > _LARGEST_ROW:
        raise ValueError(f"rows of shape {shape!s:.80} have more than {_LARGEST_ROW} values")


def _check_classes(hasher, criterion):
    # Other losses allocate no memory per class; the proxies of the dual hinge are dropped after fit.
    if hasher._loss_class.target != "labels":
        return
    shape = len(hasher.classes_), hasher.n_bits_
    if hasher.n_bits_ > _LONGEST_CENTRES or not any(array.shape == shape for array in criterion.values()):
        raise ValueError(f"the loss has no weights for {shape[0]} classes and {shape[1]} bits")
