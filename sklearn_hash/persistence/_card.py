"""Model card of a file, with information given by the caller and information about the estimator."""

import json
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from scipy import sparse
from sklearn.pipeline import Pipeline

from sklearn_hash._version import __version__
from sklearn_hash.persistence._file import read_document

__all__ = ["make_card", "read_card"]

_PACKAGES = ("numpy", "scipy", "scikit-learn", "torch", "skorch")
_MOST_LABELS = 100


def make_card(estimator, given=None):
    """Return the card of an estimator, as a dict that can be written as JSON.

    Parameters
    ----------
    estimator : estimator
    given : dict, optional
        Information given by the caller.

    Raises
    ------
    ValueError
        If `given` is not a dict of strings, numbers, lists and dicts.
    """
    given = {} if given is None else given
    try:
        if not isinstance(given, dict):
            raise TypeError(f"got {type(given).__name__}")
        given = json.loads(json.dumps(given, allow_nan=False, default=_plain))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"card must be a dict of texts, finite numbers, lists and dicts with text keys: {error!s:.200}."
        ) from error
    return {"given": given, "known": _facts(estimator), "versions": _versions()}


def _plain(value):
    """Convert numpy numbers, such as metrics, to Python numbers."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON")


@cache
def _versions():
    found = {"python": platform.python_version(), "sklearn_hash": __version__}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # pragma: no cover - a package without metadata
            continue
    return found


def _facts(estimator):
    """Return information about an estimator; for a pipeline, about each step."""
    if isinstance(estimator, Pipeline):
        return {name: _facts(step) for name, step in estimator.steps if hasattr(step, "get_params")}
    facts = {name.rstrip("_"): int(getattr(estimator, name)) for name in _NUMBERS if _has_number(estimator, name)}
    labels = getattr(estimator, "classes_", None)
    labels = getattr(estimator, "labels_", None) if labels is None else labels
    return {**facts, **_described_labels(labels), **_training(estimator)}


_NUMBERS = ("n_bits_", "n_features_in_", "n_samples_fit_", "n_samples_seen_", "n_samples_", "n_iter_")


def _has_number(estimator, name):
    return np.ndim(getattr(estimator, name, ())) == 0 and np.isreal(getattr(estimator, name, "none"))


def _described_labels(labels):
    if labels is None:
        return {}
    if sparse.issparse(labels) or np.ndim(labels) == 2:
        return {"n_labels": int(labels.shape[1])}
    different = np.unique(labels).tolist()
    return {"n_labels": len(different), "labels": different[:_MOST_LABELS]}


def _training(estimator):
    """Return the number of training rows and the last losses of a network."""
    history = list(getattr(estimator, "history_", None) or [])
    if not history:
        return {}
    rows = sum(batch.get("train_batch_size", 0) for batch in history[-1].get("batches", ()))
    last = {name: float(history[-1][name]) for name in ("train_loss", "valid_map") if name in history[-1]}
    return {"rows_of_last_epoch": rows, **last} if rows else last


def read_card(path):
    """Return the card of a file without loading its estimator.

    Parameters
    ----------
    path : str or Path
        Path of a file written by :func:`~sklearn_hash.save`.

    Returns
    -------
    card : dict
        Dict with "given", the `card` passed to ``save``; "known", information about the estimator; and "versions".

    Raises
    ------
    ValueError
        If the file was not written by ``save``, or has changed since.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_hash import HammingNeighbors, save
    >>> from sklearn_hash.persistence import read_card
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "search.safetensors"
    ...     save(HammingNeighbors().fit([[0, 1], [1, 1]]), path, card={"data": "two rows"})
    ...     card = read_card(path)
    >>> card["given"], card["known"]["n_samples_fit"]
    ({'data': 'two rows'}, 2)
    """
    try:
        return read_document(path)[0]["card"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} has no card that can be read: {error!s:.300}.") from error
