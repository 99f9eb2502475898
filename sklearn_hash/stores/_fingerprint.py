"""Fingerprint of a hasher: which hasher made some codes."""

import hashlib
from functools import partial
from numbers import Number

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._tensors import tensor_to_array

__all__ = ["fingerprint", "fingerprint_of"]

# Fitted attributes that no code depends on.
_BOOKKEEPING = {"classes_", "feature_names_in_", "history_", "n_features_in_", "n_iter_"}
# Parameters of a transformer that what it returns does not depend on, once it is fitted.
_WITHOUT_EFFECT = {"copy", "memory", "n_jobs", "random_state", "verbose", "verbose_feature_names_out"}


def fingerprint(hasher) -> str:
    """Return a digest of everything in a fitted hasher that determines its codes.

    It is the same in another process, on another device and after the hasher was saved and loaded. The form of the
    codes (`output`) and parameters that only training uses do not count; weights, fitted arrays and the steps of a
    pipeline do.

    Parameters
    ----------
    hasher : estimator
        A fitted hasher, or a pipeline that ends with one.

    Returns
    -------
    digest : str of 32 hexadecimal digits

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the hasher is not fitted.
    TypeError
        If an attribute of a step is no number, text, array, estimator, or list or dict of these.

    Notes
    -----
    Of a network, the names and classes of its modules and all of its tensors count, not the code of user-made modules.

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
    """Return the fingerprint of a hasher; a text is one already, and None stands for an unknown hasher.

    Parameters
    ----------
    hasher : estimator, str or None

    Returns
    -------
    digest : str or None
    """
    return hasher if hasher is None or isinstance(hasher, str) else fingerprint(hasher)


def _chunks(value):
    """Yield the bytes of a value of any known kind."""
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
    """Return the kind of a composed value and what it is made of."""
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
        f"A hasher with an attribute of type {type(value).__name__} has no fingerprint. Pass a text of your own as "
        "hasher, the same for codes that may be compared."
    )


def _estimator_parts(estimator):
    """Return the state of a network, the fitted attributes of another hasher, or parameters too of anything else."""
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
