"""Loading of an estimator."""

from pathlib import Path

from sklearn.base import BaseEstimator

from sklearn_hash.persistence._estimators import Context, restore
from sklearn_hash.persistence._file import read_file
from sklearn_hash.persistence._read_values import Reader

__all__ = ["load"]

# What reading a file of a stranger may raise: in our checks, in constructors, in numpy and torch.
_ERRORS = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)


def load(path, *, encoder=None, device="auto"):
    """Load an estimator from a file of :func:`~sklearn_hash.save`.

    Nothing in a file is executed: it can only name classes and values of a closed list, and everything in it is checked
    before it is used. A file may come from a stranger; of an encoder that you pass, only the weights come from it.

    Parameters
    ----------
    path : str or Path
    encoder : nn.Module, class or callable, default=None
        The encoder of a hasher that was fitted with the user's own: a module, which is copied, or what builds one
        without arguments. The weights in the file must have the names, shapes and types of its own.
    device : str or torch.device, default="auto"
        Where networks are put. "auto" is the device that the hasher's `device` names, or the CPU on a machine without
        it. Parameters do not change.

    Returns
    -------
    estimator : estimator
        As it was saved: with the same parameters and, on the same kind of device, the same codes.

    Raises
    ------
    ValueError
        If the file is not one of ``save``, has changed since it was saved, has a newer format, or holds something that
        is not on the list; or if `encoder` is missing, not needed or of another structure.
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
