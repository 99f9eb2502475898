"""Conversion of estimators to tables of their class name, parameters and fitted state."""

from dataclasses import dataclass
from typing import Any

from sklearn.base import BaseEstimator

from sklearn_hash.persistence._objects import describe_object, restore_object
from sklearn_hash.persistence._registry import class_named, state_module_of

__all__ = ["GIVEN_ENCODER", "Context", "describe", "restore"]

# Placeholder for a custom encoder, whose code is not saved.
GIVEN_ENCODER = object()

# Parameters that would require code or open a folder.
_REFUSED = {"FunctionTransformer": ("func", "inverse_func"), "Pipeline": ("memory",)}


@dataclass
class Context:
    """Arguments of ``load`` other than the file."""

    encoder: Any = None
    device: Any = "auto"
    encoder_is_used: bool = False


def describe(value, writer, path):
    """Return the table for an estimator or another object, or None if it cannot be saved."""
    if value is GIVEN_ENCODER:
        return {"given": "encoder"}
    if not isinstance(value, BaseEstimator) or type(value).__name__ == "ImageInput":
        return describe_object(value, writer, path)
    return _describe_estimator(value, writer, path)


def _describe_estimator(estimator, writer, path):
    kind = type(estimator)
    if class_named(kind.__name__) is not kind:
        raise ValueError(
            f"{path or 'estimator'} is an object of {kind.__module__}.{kind.__qualname__}, which is not among the "
            "estimators that can be saved. Leave that step out and apply it yourself, or use one of "
            "StandardScaler, MinMaxScaler, Normalizer, PCA, TruncatedSVD, SimpleImputer and ColumnTransformer."
        )
    states, inside = state_module_of(kind.__name__), f"{path}." if path else ""
    params = states.get_params(estimator)
    for name in _REFUSED.get(kind.__name__, ()):
        if params[name] is not None:
            raise ValueError(f"{path or 'estimator'}, a {kind.__name__}, cannot be saved with {name}: pass None.")
    table = {"class": kind.__name__, "params": _write_params(params, kind, writer, inside)}
    state = states.get_state(estimator)
    return {**table, "state": writer.write_table(state, inside)} if state else table


def _write_params(params, kind, writer, inside):
    written = {}
    for name, value in params.items():
        try:
            written[name] = writer.write(value, f"{inside}{name}")
        except ValueError as error:
            remedy = _REMEDIES.get(name) if kind.__module__.startswith("sklearn_hash.") else None
            raise ValueError(f"{error} {remedy}" if remedy else str(error)) from error
    return written


_REMEDIES = {
    "images": (
        "Functions are not saved: call set_params(images__loader=None) or set_params(images__augment=None) before, and "
        "set a loader again after load."
    ),
    "similarity": "Only fit uses it: call set_params(similarity='share') before save.",
    "net_params": "Only training uses it: leave it out of net_params before save, as by set_params(callbacks=None).",
}


def restore(table, reader, context):
    """Return the estimator or other object that a table stands for.

    Parameters
    ----------
    table : dict
    reader : Reader
    context : Context

    Raises
    ------
    ValueError, TypeError or KeyError
        If the class is not in the list, or the parameters or the state are not valid.
    """
    if "object" in table:
        return restore_object(table, reader)
    if table == {"given": "encoder"}:
        return _given_encoder(context)
    if not {"class", "params"} <= table.keys() <= {"class", "params", "state"}:
        raise ValueError(f"{list(table)!s:.100} is none of the values that can be loaded")
    kind = class_named(table["class"])
    if kind is None:
        raise ValueError(f"{table['class']!r:.80} is not among the classes that can be loaded")
    estimator = _construct(kind, reader.read_table(table["params"]))
    if "state" in table:
        state_module_of(kind.__name__).set_state(estimator, reader.read_table(table["state"]), context)
    return estimator


def _construct(kind, params):
    """Return an estimator with validated parameters; parameters newer than the file get their defaults."""
    unknown = params.keys() - set(kind._get_param_names())
    if unknown:
        raise ValueError(f"{kind.__name__} has no parameters {sorted(unknown)!s:.200}")
    for name in _REFUSED.get(kind.__name__, ()):
        if params.get(name) is not None:
            raise ValueError(f"{kind.__name__} cannot be loaded with {name}")
    estimator = kind(**params)
    estimator._validate_params()
    return estimator


def _given_encoder(context):
    if context.encoder is None:
        raise ValueError(
            "its encoder was the user's own module, which no file holds. Pass it, or what builds it without arguments, "
            "as load(path, encoder=...)"
        )
    context.encoder_is_used = True
    return context.encoder
