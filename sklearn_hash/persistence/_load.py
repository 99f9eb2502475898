"""Loading of an estimator."""

from pathlib import Path

from sklearn.base import BaseEstimator

from sklearn_hash.persistence._estimators import Context, restore
from sklearn_hash.persistence._file import read_file
from sklearn_hash.persistence._read_values import Reader

__all__ = ["load"]

# Errors that an untrusted file may cause: in our checks, in constructors, in numpy and in torch.
_ERRORS = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)


def load(path, *, encoder=None, device="auto"):
    """Load an estimator from a file written by :func:`~sklearn_hash.save`.

    No code in a file is executed: a file can only refer to classes and values in a fixed list, and all its content is
    checked before it is used. Untrusted files can therefore be loaded. For an encoder that is passed as an argument,
    only the weights are read from the file.

    Parameters
    ----------
    path : str or Path
        Path of the file.
    encoder : nn.Module, class or callable, default=None
        Encoder of a hasher that was fitted with a custom encoder: a module, which is copied, or a class or callable
        that builds one without arguments. The weights in the file must match its names, shapes and types.
    device : str or torch.device, default="auto"
        Device of the networks. "auto" is the `device` parameter of the hasher, or the CPU on a machine without that
        device. The parameters of the hasher are not changed.

    Returns
    -------
    estimator : estimator
        The loaded estimator. It has the same parameters and, on the same kind of device, returns the same codes.

    Raises
    ------
    ValueError
        If the file was not written by ``save``, has changed since it was saved, has a newer format, or holds a class or
        value that is not in the list; or if `encoder` is missing, not needed or does not match the weights.
    OSError
        If the file cannot be read.

    See Also
    --------
    save : Save an estimator.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import sklearn_hash
    >>> search = sklearn_hash.HammingNeighbors(n_neighbors=1).fit([[0, 0, 1], [0, 1, 1]], ids=["a", "b"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "search.safetensors"
    ...     sklearn_hash.save(search, path)
    ...     loaded = sklearn_hash.load(path)
    >>> loaded.kneighbors([[1, 1, 1]], return_distance=False)
    array([['b']], dtype=object)
    """
    path = Path(path)
    context = Context(encoder, device)
    try:
        document, arrays = read_file(path)
        reader = Reader(arrays, lambda table, reader: restore(table, reader, context))
        estimator = reader.read(document["estimator"])
        reader.check_all_read()
        if not isinstance(estimator, BaseEstimator):
            raise ValueError("it holds no estimator")
    except _ERRORS as error:
        raise ValueError(f"{path} cannot be loaded: {' '.join(str(error).split()).rstrip('.'):.1000}.") from error
    if encoder is not None and not context.encoder_is_used:
        raise ValueError(f"encoder is given, but {path} holds no hasher with a user's own encoder. Leave it out.")
    return estimator
