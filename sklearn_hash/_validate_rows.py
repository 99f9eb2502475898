"""Validation of rows against those passed to ``fit``, with low overhead for a few rows."""

from math import isfinite
from os import PathLike

import numpy as np
from sklearn.utils.validation import validate_data

__all__ = ["is_valid_array", "refuse_texts", "validate_rows"]

# Largest array that is checked here. For larger ones, the overhead of the general check is negligible.
_MOST_VALUES = 1 << 14


def refuse_texts(X):
    """Raise an error for a list or column of strings or paths, with a hint on how to convert them.

    Called before the conversion to numbers, whose error message would not help.

    Parameters
    ----------
    X : object

    Raises
    ------
    ValueError
        If the first item is a string or a path.

    Examples
    --------
    >>> refuse_texts(["a.jpg", "b.jpg"])
    Traceback (most recent call last):
        ...
    ValueError: X holds texts, such as 'a.jpg'. Files are read by ImageInput(loader=...), the parameter images of a ...
    """
    is_column = isinstance(X, list | tuple) or (isinstance(X, np.ndarray) and X.ndim == 1)
    if is_column and len(X) and isinstance(X[0], str | PathLike):
        raise ValueError(
            f"X holds texts, such as {str(X[0])[:60]!r}. Files are read by ImageInput(loader=...), the parameter "
            "images of a hasher with a network; texts need a vectorizer in a step before the hasher."
        )


def is_valid_array(X, dtype="numeric", allow_nd=False) -> bool:
    """Return whether :func:`sklearn.utils.check_array` would return X itself, or False where that is unclear.

    Parameters
    ----------
    X : object
    dtype : "numeric", None or list of type, default="numeric"
    allow_nd : bool, default=False
        Whether X may have more than two dimensions.

    Returns
    -------
    valid : bool
        Whether X is a plain, not too large array of finite numbers of an accepted type, with at least one row and
        one column.
    """
    # Subclasses, such as memory maps, may override these attributes.
    if type(X) is not np.ndarray or not 0 < X.size <= _MOST_VALUES:
        return False
    if X.ndim != 2 and not (allow_nd and X.ndim > 2):
        return False
    is_accepted = X.dtype in dtype if isinstance(dtype, list) else X.dtype.kind in "buif"
    # The sum of squares is finite only if all values are.
    return is_accepted and (X.dtype.kind != "f" or isfinite(np.vdot(X, X)))


def validate_rows(estimator, X, *, reset=False, dtype="numeric", allow_nd=False, ensure_min_samples=1, **checks):
    """Validate rows; unless ``reset=True``, also check them against the rows passed to ``fit``.

    Equivalent to :func:`sklearn.utils.validation.validate_data`, without its overhead of about a hundred microseconds
    for a small plain array, which is several times the time to hash or search one row.

    Parameters
    ----------
    estimator : estimator
    X : array-like or sparse matrix
    reset : bool, default=False
        Whether the call comes from ``fit``, which stores the number and names of the features.
    dtype, allow_nd, ensure_min_samples, **checks
        As for :func:`sklearn.utils.check_array`.

    Returns
    -------
    X : ndarray or sparse matrix

    Raises
    ------
    ValueError
        If X is not valid.
    """
    if not reset and is_valid_array(X, dtype, allow_nd) and len(X) >= ensure_min_samples:
        fitted = vars(estimator)
        # If fit saw feature names, validate_data warns about rows without names.
        if "feature_names_in_" not in fitted and X.shape[1] == fitted.get("n_features_in_"):
            return X
    checks = {"dtype": dtype, "allow_nd": allow_nd, "ensure_min_samples": ensure_min_samples, **checks}
    return validate_data(estimator, X, reset=reset, **checks)
