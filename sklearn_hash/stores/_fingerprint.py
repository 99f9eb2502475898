"""Fingerprint of a hasher, to identify the hasher that made some codes."""

import hashlib
from functools import partial
from numbers import Number

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._tensors import tensor_to_array

__all__ = ["fingerprint", "fingerprint_of"]

# Fitted attributes on which the codes do not depend.
_BOOKKEEPING = {"classes_", "feature_names_in_", "history_", "n_features_in_", "n_iter_"}
# Parameters of a transformer on which its output does not depend once it is fitted.
_WITHOUT_EFFECT = {"copy", "memory", "n_jobs", "random_state", "verbose", "verbose_feature_names_out"}


def fingerprint(hasher) -> str:
    """Compute a digest of everything in a fitted hasher that determines its codes.

    The fingerprint is the same in another process, on another device, and after the hasher was saved and loaded. It
    depends on weights, fitted arrays and the steps of a pipeline, but not on the form of the codes (`output`) or on
    parameters that only training uses.

    Parameters
    ----------
    hasher : estimator
        A fitted hasher, or a pipeline that ends with one.

    Returns
    -------
    digest : str of 32 hexadecimal digits
        The fingerprint.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the hasher is not fitted.
    TypeError
        If an attribute of a step is not a number, string, array, estimator, or list or dict of these.

    Notes
    -----
    The fingerprint of a network depends on the names and classes of its modules and on all of its tensors, but not on
    the source code of custom modules.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash import PCAHasher
    >>> from sklearn_hash.stores import fingerprint
    >>> X = np.random.default_rng(0).normal(size=(20, 8))
    >>> hasher = PCAHasher(n_bits=8, random_state=0).fit(X)
    >>> len(fingerprint(hasher))
    32
    >>> fingerprint(hasher) == fingerprint(PCAHasher(n_bits=8, random_state=0).fit(X[:10]))
    False
    """
    check_is_fitted(hasher)
    state = hashlib.blake2b(digest_size=16)
    for chunk in _chunks(hasher):
        state.update(b"%d:" % len(chunk))
        state.update(chunk)
    return state.hexdigest()


def fingerprint_of(hasher):
    """Return the fingerprint of a hasher; a string is returned unchanged, and so is None for an unknown hasher.

    Parameters
    ----------
    hasher : estimator, str or None

    Returns
    -------
    digest : str or None
    """
    return hasher if hasher is None or isinstance(hasher, str) else fingerprint(hasher)


def _chunks(value):
    """Yield bytes that represent a value of any supported type."""
    value = tensor_to_array(value)
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, np.ndarray) and value.dtype != object:
        yield f"{value.dtype.name} {value.shape}".encode()
        yield np.ascontiguousarray(value, value.dtype.newbyteorder("<")).tobytes()
    elif value is None or isinstance(value, (str, bytes, Number, slice)):
        yield f"{type(value).__name__} {value!r}".encode()
    else:
        kind, parts = _parts(value)
        yield f"{kind} {len(parts)}".encode()
        for part in parts:
            yield from _chunks(part)


def _parts(value):
    """Return the type name of a composite value and its parts."""
    if isinstance(value, (list, tuple)):
        return "sequence", value
    if isinstance(value, np.ndarray):
        return "sequence", value.tolist()
    if isinstance(value, dict):
        return "dict", [part for item in value.items() for part in item]
    if sparse.issparse(value):
        rows = sparse.csr_array(value)
        return "sparse", [rows.shape, rows.data, rows.indices.astype(np.int64), rows.indptr.astype(np.int64)]
    if isinstance(value, BaseEstimator):
        return type(value).__name__, _estimator_parts(value)
    if isinstance(value, partial):
        return "partial", [value.func, value.args, value.keywords]
    if isinstance(value, np.ufunc) and not hasattr(value, "__qualname__"):  # as in numpy 2.0
        return "name", ["numpy", value.__name__]
    if hasattr(value, "__qualname__"):  # a class or a function
        return "name", [value.__module__, value.__qualname__]
    raise TypeError(
        f"A hasher with an attribute of type {type(value).__name__} has no fingerprint. Pass a string as hasher "
        "instead, the same one for all codes that may be compared."
    )


def _estimator_parts(estimator):
    """Return the parts of an estimator: network state, fitted attributes, or attributes and parameters of a step."""
    if hasattr(estimator, "steps"):
        return [step for _, step in estimator.steps if step not in (None, "passthrough")]
    if hasattr(estimator, "net_"):
        module = estimator.net_.module_
        return [[(name, type(each).__name__) for name, each in module.named_modules()], dict(module.state_dict())]
    fitted = {
        name: value
        for name, value in sorted(vars(estimator).items())
        if name.endswith("_") and not name.startswith("_") and name not in _BOOKKEEPING
    }
    if "n_bits_" in fitted:
        return [fitted]
    params = estimator.get_params(deep=False)
    return [{name: params[name] for name in sorted(params) if name not in _WITHOUT_EFFECT}, fitted]
