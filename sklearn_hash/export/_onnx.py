"""Export of hashers and pipelines to ONNX."""

import logging
import warnings
from contextlib import contextmanager
from importlib.util import find_spec

import torch
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._replacing import replacing
from sklearn_hash._version import __version__
from sklearn_hash.export._graph import final_hasher, graph_module
from sklearn_hash.stores._fingerprint import fingerprint
from sklearn_hash.training import plain_torch

__all__ = ["export_onnx"]


def export_onnx(estimator, path, *, dtype="float32", channels=None):
    """Export a fitted hasher as an ONNX graph from raw rows to packed codes.

    The graph has one input ``X`` with any number of rows, and one output ``codes``, uint8 of shape
    (n, ceil(n_bits / 8)) in the bit order of :func:`numpy.packbits`. It includes preprocessing and normalisation, but
    no validation of the rows, so that NaN raises no error. The codes are those of ``transform`` with
    ``output="packed"``, except for bits whose real value is so close to zero that its sign depends on rounding. For a
    hasher of token ids, the graph has one input for each field. The metadata of the file hold the class of the hasher,
    its :func:`~sklearn_hash.stores.fingerprint`, the code length and the version of this package.

    Parameters
    ----------
    estimator : hasher or Pipeline
        A fitted hasher, or a pipeline that ends with one and whose other steps are of the classes StandardScaler,
        MinMaxScaler, Normalizer, PCA and TruncatedSVD.
    path : str or Path
        Path of the file, whose folder must exist; an existing file is replaced. The file can have at most 2 GB.
    dtype : {"float32", "float64", "uint8"}, default="float32"
        Type of the input rows of the graph. If the `images` parameter of the hasher scales bytes to [0, 1], the graph
        does so only with "uint8".
    channels : {"first", "last"}, default=None
        Position of the channel axis of the input images of the graph. By default it is "last" if the `images` parameter
        of the hasher says so, and "first" otherwise.

    Raises
    ------
    ImportError
        If onnx or onnxscript is not installed.
    TypeError
        If the estimator or a step of the pipeline is of a class that cannot be exported.
    ValueError
        If the hasher has a loader, which cannot be part of a graph, or its encoder cannot be exported.

    See Also
    --------
    sklearn_hash.save : Save an estimator to load it in Python.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import onnxruntime
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import ITQHasher
    >>> from sklearn_hash.export import export_onnx
    >>> X = load_digits().data.astype(np.float32)
    >>> hasher = ITQHasher(n_bits=16, output="packed", random_state=0).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "itq.onnx"
    ...     export_onnx(hasher, path)
    ...     (codes,) = onnxruntime.InferenceSession(path).run(None, {"X": X[:100]})
    >>> (codes == hasher.transform(X[:100])).all()
    np.True_
    """
    hasher = final_hasher(estimator)
    check_is_fitted(hasher)
    _check_options(dtype, channels)
    module, inputs = graph_module(estimator, dtype, channels)
    program = _traced(module, inputs, type(hasher).__name__)
    program.model.metadata_props.update(
        sklearn_hash_version=__version__,
        hasher=type(hasher).__name__,
        fingerprint=fingerprint(estimator),
        n_bits=str(hasher.n_bits_),
        bit_order="big",
    )
    data = program.model_proto.SerializeToString()
    with replacing(path) as unfinished:
        unfinished.write_bytes(data)


def _check_options(dtype, channels):
    for name, value, options in (
        ("dtype", dtype, ("float32", "float64", "uint8")),
        ("channels", channels, (None, "first", "last")),
    ):
        if value not in options:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}; got {value!r:.60}.")
    for engine in ("onnx", "onnxscript"):
        if find_spec(engine) is None:
            raise ImportError(f'export_onnx needs {engine}: pip install "sklearn_hash[onnx]".')


def _traced(module, inputs, name):
    """Return the ONNX program of a module, for any number of rows and tokens."""
    lengths = {0: torch.export.Dim("n")}
    if module.has_fields:
        lengths[1] = torch.export.Dim.AUTO
    try:
        with plain_torch(), torch.no_grad(), _quiet():
            return torch.onnx.export(
                module,
                tuple(inputs.values()),
                dynamo=True,
                dynamic_shapes=((lengths,) * len(inputs),),
                input_names=list(inputs),
                output_names=["codes"],
                verbose=False,
            )
    except Exception as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise ValueError(
            f"The graph of {name} cannot be exported to ONNX: {reason:.300}. An encoder must consist of operations "
            "that torch.export can trace for any number of rows."
        ) from error


@contextmanager
def _quiet():
    """Suppress the warnings and messages that the exporter gives about its own code."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
