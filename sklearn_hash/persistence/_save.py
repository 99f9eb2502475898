"""Saving of an estimator."""

from sklearn.utils.validation import check_is_fitted

from sklearn_hash.persistence._card import make_card
from sklearn_hash.persistence._estimators import describe
from sklearn_hash.persistence._file import write_file
from sklearn_hash.persistence._write_values import Writer

__all__ = ["save"]


def save(estimator, path, *, card=None):
    """Save a fitted estimator in a single safetensors file.

    Weights and fitted arrays are stored as tensors; the class name, parameters and numbers are stored as JSON in the
    metadata. The file holds no code and no pickle. It is replaced atomically: a process that is killed leaves either
    the old file or the new one.

    Parameters
    ----------
    estimator : estimator
        A hasher, :class:`~sklearn_hash.HammingNeighbors`, or a :class:`~sklearn.pipeline.Pipeline` of these with
        StandardScaler, MinMaxScaler, Normalizer, PCA, TruncatedSVD, SimpleImputer or a ColumnTransformer of them.
    path : str or Path
        Path of the file, whose folder must exist.
    card : dict, default=None
        Additional information for readers of the file, such as the training set and metrics, as strings, numbers, lists
        and dicts. ``python -m sklearn_hash show FILE`` prints it together with information that is saved automatically,
        such as versions, rows and labels.

    Raises
    ------
    ValueError
        If a step, a parameter or the card holds something that cannot be saved; the message names it. No file is then
        written.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.

    See Also
    --------
    load : Load an estimator.

    Notes
    -----
    The code of a custom encoder (a module or function) is not saved; pass the encoder to ``load``. The state of the
    optimizer is not saved either, so ``partial_fit`` of a loaded hasher begins with a new optimizer.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.datasets import load_digits
    >>> import sklearn_hash
    >>> X, _ = load_digits(return_X_y=True)
    >>> hasher = sklearn_hash.ITQHasher(n_bits=16, random_state=0).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "itq.safetensors"
    ...     sklearn_hash.save(hasher, path, card={"data": "digits"})
    ...     loaded = sklearn_hash.load(path)
    >>> (loaded.transform(X) == hasher.transform(X)).all()
    np.True_
    """
    check_is_fitted(estimator)
    writer = Writer(describe)
    document = {"card": make_card(estimator, card), "estimator": writer.write(estimator, "")}
    write_file(path, document, writer.arrays)
