"""Conversion of values to JSON and named arrays: numbers, strings, containers, arrays and a fixed list of objects."""

import math
import re
from uuid import UUID

import numpy as np
from scipy import sparse

from sklearn_hash.persistence._arrays import describe_array

__all__ = ["Writer"]

_PLAIN_TYPES = (bool, int, str, type(None))
_ARRAY_TYPES = (np.ndarray, np.memmap, sparse.csr_array, sparse.csr_matrix)
_NOT_IN_NAMES = re.compile(r"[^\w\-.]|\.(?=\.)")


class Writer:
    """Writer of values as JSON, which collects their arrays.

    Parameters
    ----------
    describe_object : callable
        ``describe_object(value, writer, path)`` returns the table for an object, or None if it cannot be saved.

    Attributes
    ----------
    arrays : dict of str to ndarray
    """

    def __init__(self, describe_object):
        self.describe_object = describe_object
        self.arrays = {}

    def write(self, value, path):
        """Return the JSON form of a value.

        Parameters
        ----------
        value : object
        path : str
            Location of the value, for error messages and for the names of its arrays.

        Raises
        ------
        ValueError
            If the value or a nested value is of a type that cannot be saved.
        """
        if isinstance(value, np.generic):
            value = value.item()
        if type(value) in _PLAIN_TYPES:
            return value
        if type(value) in _ARRAY_TYPES:
            return self._write_array(value, path)
        if isinstance(value, np.dtype):
            return {"dtype": value.str}
        if type(value) in self._containers:
            return self._containers[type(value)](self, value, path)
        described = self.describe_object(value, self, path)
        if described is None:
            raise ValueError(f"{path} is {_named(value)}, which is not among the values that can be saved.")
        return described

    def write_table(self, values, prefix):
        """Return the JSON forms of the values of a dict whose keys are strings."""
        return {name: self.write(value, prefix + name) for name, value in values.items()}

    def _add(self, name, array):
        """Store an array under this name, with a suffix if the name is in use."""
        name = _NOT_IN_NAMES.sub("_", name)
        while name in self.arrays:
            name += "_"
        self.arrays[name] = array
        return name

    def _write_array(self, value, path):
        try:
            described = describe_array(value, lambda suffix, array: self._add(path + suffix, array))
        except ValueError as error:
            raise ValueError(f"{path}: {error}.") from error
        if described is None:
            return {"objects": self._write_items(value.ravel().tolist(), path), "shape": list(value.shape)}
        return described

    def _write_items(self, values, path):
        return [self.write(value, f"{path}.{value[0] if _is_step(value) else i}") for i, value in enumerate(values)]

    def _write_float(self, value, path):
        return value if math.isfinite(value) else {"float": str(value)}

    def _write_tuple(self, value, path):
        # The path already has the name of a step.
        return {
            "tuple": [self.write(each, path) for each in value] if _is_step(value) else self._write_items(value, path)
        }

    def _write_slice(self, value, path):
        return {"slice": self._write_items((value.start, value.stop, value.step), path)}

    def _write_dict(self, value, path):
        if all(type(key) is str for key in value):
            return {"dict": self.write_table(value, f"{path}.")}
        return {"pairs": [self._write_items(pair, path) for pair in value.items()]}

    _containers = {
        float: _write_float,
        list: _write_items,
        tuple: _write_tuple,
        slice: _write_slice,
        dict: _write_dict,
        UUID: lambda self, value, path: {"uuid": str(value)},
    }


def _is_step(value):
    """Return whether a value is a named estimator, as in the lists of a Pipeline or a ColumnTransformer."""
    return type(value) is tuple and len(value) in (2, 3) and type(value[0]) is str and hasattr(value[1], "get_params")


def _named(value):
    if callable(value) and hasattr(value, "__name__"):
        return f"{'the class' if isinstance(value, type) else 'the function'} {value.__name__}"
    kind = type(value)
    return f"an object of {kind.__module__}.{kind.__qualname__}"
