"""Encoders of this package, and wrapping of other modules as encoders."""

import math
from inspect import Parameter, signature
from itertools import pairwise
from numbers import Integral

import torch
from torch import nn

from sklearn_hash.training._copy_module import copy_module
from sklearn_hash.training._dropout import Dropout
from sklearn_hash.training._encoder_output import input_type, select_field
from sklearn_hash.training._token_rows import TokenEncoder, TokenRows

__all__ = ["CNNEncoder", "LinearEncoder", "MLPEncoder", "Standardize", "make_encoder"]


class Standardize(nn.Module):
    """Centre every feature and divide by one global standard deviation; both are stored as buffers.

    Training then works equally well with raw and scaled pixels. One standard deviation is used for all features so that
    nearly constant features are not amplified to the scale of informative ones.

    Parameters
    ----------
    shape : tuple of int
        Shape of one row.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import Standardize
    >>> standardize = Standardize((2,))
    >>> standardize.mean.copy_(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    >>> standardize(torch.tensor([[1.0, 2.0], [2.0, 2.0]]))
    tensor([[0., 0.],
            [1., 0.]])
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, shape):
        super().__init__()
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("deviation", torch.ones(()))

    def learn(self, rows):
        """Store the mean and the standard deviation of the training rows.

        Parameters
        ----------
        rows : DenseRows, MappedRows, SparseRows or LoadedRows

        Raises
        ------
        ValueError
            If a value is not finite.
        """
        mean, deviation = rows.moments()
        if not math.isfinite(deviation):
            raise ValueError("X contains NaN, infinity or a value too large. Remove such rows, or scale them.")
        self.mean.copy_(torch.from_numpy(mean))
        self.deviation.fill_(deviation if deviation > 0 else 1.0)

    def forward(self, x):
        """Standardise a batch of shape (n, ...)."""
        return (x - self.mean) / self.deviation


class LinearEncoder(nn.Module):
    """Standardise the input; together with the hash layer, this is a linear hash function.

    Parameters
    ----------
    shape : tuple of int
        Shape of one row.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import LinearEncoder
    >>> LinearEncoder((28, 28))(torch.zeros(5, 28, 28)).shape
    torch.Size([5, 784])
    """

    def __init__(self, shape):
        super().__init__()
        self.standardize = Standardize(shape)

    def forward(self, x):
        """Return the features of a batch, of shape (n, d)."""
        return self.standardize(x).flatten(1)


class MLPEncoder(nn.Module):
    """Multi-layer perceptron on standardised input, with ReLU and dropout after each hidden layer.

    Parameters
    ----------
    shape : tuple of int
        Shape of one row.
    hidden : int or tuple of int, default=512
        Width of each hidden layer.
    dropout : float, default=0.3
        Probability of dropout.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import MLPEncoder
    >>> MLPEncoder((64,), hidden=(256, 128))(torch.zeros(5, 64)).shape
    torch.Size([5, 128])
    """

    def __init__(self, shape, hidden=512, dropout=0.3):
        super().__init__()
        self.standardize = Standardize(shape)
        widths = [self.standardize.mean.numel(), *([hidden] if isinstance(hidden, Integral) else hidden)]
        layers: list[nn.Module] = [nn.Flatten()]
        for n_in, n_out in pairwise(widths):
            layers += [nn.Linear(n_in, n_out), nn.ReLU(), Dropout(dropout)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        """Return the features of a batch, whose width is that of the last hidden layer."""
        return self.layers(self.standardize(x))


class CNNEncoder(nn.Module):
    """Small residual network on standardised images.

    Each stage has a convolution, pooling to half the size and a residual block of two more convolutions, with batch
    normalisation and ReLU after each convolution. The features are the means over the remaining pixels.

    Parameters
    ----------
    shape : tuple of int
        Channels, height and width of the images.
    channels : tuple of int, default=(32, 64, 128)
        Number of channels of each stage.
    dropout : float, default=0.3
        Probability of dropout of the features.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import CNNEncoder
    >>> CNNEncoder((3, 32, 32), channels=(8, 16))(torch.zeros(5, 3, 32, 32)).shape
    torch.Size([5, 16])
    """

    def __init__(self, shape, channels=(32, 64, 128), dropout=0.3):
        super().__init__()
        self.standardize = Standardize(shape)
        stages = (_Stage(n_in, n_out) for n_in, n_out in pairwise([shape[0], *channels]))
        self.stages = nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), Dropout(dropout))

    def forward(self, x):
        """Return the features of a batch, of shape (n, channels[-1])."""
        # With the channels-last memory format, a step takes three quarters of the time on a CPU.
        return self.stages(self.standardize(x).contiguous(memory_format=torch.channels_last))


class _Stage(nn.Module):
    """Convolution, pooling and a residual block."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.first = nn.Sequential(*_convolution(n_in, n_out), nn.MaxPool2d(2, ceil_mode=True))
        self.block = nn.Sequential(*_convolution(n_out, n_out), *_convolution(n_out, n_out))

    def forward(self, x):
        x = self.first(x)
        return x + self.block(x)


def _convolution(n_in, n_out):
    return nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()


_NAMED = {"linear": LinearEncoder, "mlp": MLPEncoder, "cnn": CNNEncoder}


def encoder_factory(encoder, shape):
    """Return a callable that builds the encoder, and whether it is an encoder of this package."""
    if isinstance(encoder, str):
        if encoder == "auto":
            encoder = "cnn" if len(shape) == 3 else "mlp"
        if encoder == "cnn" and len(shape) != 3:
            raise ValueError(
                "encoder='cnn' needs images X of shape (n, channels, height, width); got rows of shape "
                f"{shape}. Reshape X, or use encoder='mlp'."
            )
        return _NAMED[encoder], True
    return encoder, False


def make_encoder(encoder, rows, params, normalize=None, standardize=True, output_field=None):
    """Build the encoder given by ``encoder``; module instances are copied, never trained in place.

    Parameters
    ----------
    encoder : {"auto", "linear", "mlp", "cnn"}, nn.Module class, instance or factory
    rows : DenseRows, MappedRows, SparseRows or LoadedRows
        Training rows, for the shape, the mean and the standard deviation.
    params : dict
        Keyword arguments of the class or factory.
    normalize : nn.Module, optional
        Module that converts raw rows to float32 before the encoder.
    standardize : bool, default=True
        Whether a named encoder standardises its input by the training rows.
    output_field : str or int, optional
        Part of the output that holds the features.

    Returns
    -------
    encoder : nn.Module
    n_features : int
        Width of the flattened output.

    Raises
    ------
    ValueError
        If the encoder does not take an argument, or does not return a batch of features.
    """
    if isinstance(rows, TokenRows) and isinstance(encoder, str):
        raise ValueError(f"encoder={encoder!r} cannot read token ids. Pass an nn.Module that takes {rows.names}.")
    factory, ours = encoder_factory(encoder, rows.row_shape)
    if isinstance(factory, nn.Module):
        if params:
            raise ValueError(
                f"encoder is a module instance; only a class or factory can be given the parameters {sorted(params)}."
            )
        module = copy_module(factory)
    else:
        module = _call_factory(factory, [rows.row_shape] if ours else [], params)
    if not isinstance(module, nn.Module):
        raise ValueError(f"encoder must give a torch nn.Module; got {type(module).__name__} from {encoder!r}.")
    if torch.get_default_dtype() != torch.float32:
        module.float()  # it was built in the caller's default type, but rows are float32
    if isinstance(rows, TokenRows):
        module, output_field = TokenEncoder(module, rows.names, output_field), None
    if ours and not standardize:
        module.standardize = nn.Identity()
    for part in module.modules() if ours else ():
        if isinstance(part, Standardize):
            part.learn(rows)
    return module, _n_features(module, rows, normalize, output_field)


def _call_factory(factory, args, params):
    try:
        return factory(*args, **params)
    except TypeError as error:
        raise ValueError(
            f"encoder {getattr(factory, '__name__', factory)!r} cannot be built with the arguments {params}: {error}. "
            "Give others as net_params={'encoder__<name>': value}, or pass a module instance."
        ) from error


def _n_features(module, rows, normalize, output_field):
    """Return the width of the encoder output, from a forward pass with two rows."""
    module.eval()
    x = rows.take(slice(0, 2))
    x = (x.float() if normalize is None else normalize(x)).clone().to(input_type(module))
    version = x._version
    try:
        with torch.no_grad():
            features = module(x)
    except Exception as error:
        kind = "the fields" if isinstance(rows, TokenRows) else "float32 rows of shape"
        raise ValueError(f"encoder cannot take {kind} {rows.row_shape}: {error}") from error
    features = select_field(features, output_field)
    if x._version != version:
        raise ValueError("encoder writes to its input, and so to X. Set inplace=False in its first layer.")
    if not torch.is_tensor(features) or features.ndim < 2 or len(features) != min(len(rows), 2):
        raise ValueError(
            "encoder must map a batch of rows to a tensor of shape (n, n_features); for 2 rows it returned "
            f"{tuple(features.shape) if torch.is_tensor(features) else type(features).__name__}."
        )
    return features[0].numel()


def encoder_param_names(encoder):
    """Return the valid names in ``encoder__<name>``, or None if the callable takes any keyword argument."""
    if isinstance(encoder, nn.Module):
        return []
    if isinstance(encoder, str) and encoder not in (*_NAMED, "auto"):
        return None  # fit refuses it
    # The shape of X decides what "auto" is, so the names of both encoders are valid until fit.
    classes = [_NAMED[encoder]] if encoder in _NAMED else [MLPEncoder, CNNEncoder] if encoder == "auto" else [encoder]
    names: dict[str, Parameter] = {}
    for factory in classes:
        names.update(signature(factory).parameters)
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in names.values()):
        return None
    return [name for name in names if not (isinstance(encoder, str) and name == "shape")]
