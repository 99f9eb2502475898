"""Validation of rows against what fit saw, quick for the few rows of a query."""

from math import isfinite
from os import PathLike

import numpy as np
from sklearn.utils.validation import validate_data

__all__ = ["is_valid_array", "refuse_texts", "validate_rows"]

# Values that are looked at here. Among more, the time of a general check does not show.
_MOST_VALUES = 1 << 14


def refuse_texts(X):
    """Refuse a list or column of texts or paths with its remedies, before one of them fails to be a number.

    Parameters
    ----------
    X : object

    Raises
    ------
    ValueError
        If the first item is a text or a path.

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
    """Tell whether :func:`sklearn.utils.check_array` would return X itself; False where that is not evident.

    Parameters
    ----------
    X : object
    dtype : "numeric", None or list of type, default="numeric"
    allow_nd : bool, default=False
        Whether X may have more than two dimensions.

    Returns
    -------
    valid : bool
        Whether X is a plain array with a row, a column and finite numbers of a type asked for.
    """
    # A subclass, such as a memory map, may mean something else by any of this.
    if type(X) is not np.ndarray or not 0 < X.size <= _MOST_VALUES:
        return False
    if X.ndim != 2 and not (allow_nd and X.ndim > 2):
        return False
    is_accepted = X.dtype in dtype if isinstance(dtype, list) else X.dtype.kind in "buif"
    # The sum of squares is finite only if all values are.
    return is_accepted and (X.dtype.kind != "f" or isfinite(np.vdot(X, X)))


def validate_rows(estimator, X, *, reset=False, dtype="numeric", allow_nd=False, ensure_min_samples=1, **checks):
    """Validate rows, and compare them to those that ``fit`` saw unless it is ``fit`` that asks.

    The same as :func:`sklearn.utils.validation.validate_data`, which spends a hundred microseconds on what X might be,
    several times what one row takes to be hashed or searched.

    Parameters
    ----------
    estimator : estimator
    X : array-like or sparse matrix
    reset : bool, default=False
        Whether ``fit`` asks.
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
        # Where fit saw names, there is a warning to give.
        if "feature_names_in_" not in fitted and X.shape[1] == fitted.get("n_features_in_"):
            return X
    checks = {"dtype": dtype, "allow_nd": allow_nd, "ensure_min_samples": ensure_min_samples, **checks}
    return validate_data(estimator, X, reset=reset, **checks)
