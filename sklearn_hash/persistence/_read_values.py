"""Conversion of JSON to values, which are of a fixed list of types and use each array of the file once."""

from uuid import UUID

import numpy as np

from sklearn_hash.persistence._arrays import restore_array

__all__ = ["Reader"]

_DEEPEST = 40
_FLOATS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
_ARRAYS = ("array", "sparse", "text", "uuids")


class Reader:
    """Reader of values from JSON.

    Parameters
    ----------
    arrays : dict of str to ndarray
    make_object : callable
        ``make_object(table, reader)`` returns the object that a table stands for.
    """

    def __init__(self, arrays, make_object):
        self._arrays = dict(arrays)
        self._make_object = make_object
        self._depth = 0

    def read(self, node):
        """Return the value that a JSON form stands for.

        Raises
        ------
        ValueError, TypeError or KeyError
            If the form is not one that a Writer returns.
        """
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("values are nested too deeply")
        value = self._read_list(node) if isinstance(node, list) else self._read_tagged(node)
        self._depth -= 1
        return value

    def read_table(self, nodes):
        """Return the values of a dict of JSON forms."""
        if not isinstance(nodes, dict):
            raise ValueError(f"a table was expected in place of {nodes!r:.60}")
        return {name: self.read(node) for name, node in nodes.items()}

    def check_all_read(self):
        """Raise a ValueError if the file has arrays that no value uses."""
        if self._arrays:
            raise ValueError(f"nothing uses the array {next(iter(self._arrays))!r:.80}")

    def _take(self, name):
        if not isinstance(name, str) or name not in self._arrays:
            raise ValueError(f"there is no array {name!r:.80}, or two values use it")
        return self._arrays.pop(name)

    def _read_list(self, nodes):
        return [self.read(node) for node in nodes]

    def _read_tagged(self, node):
        tag = next(iter(node), None)
        if tag in _ARRAYS:
            return restore_array(node, self._take)
        if tag == "objects":
            return self._read_objects(**node)
        if tag in self._tags and len(node) == 1:
            return self._tags[tag](self, node[tag])
        return self._make_object(node, self)

    def _read_objects(self, objects, shape):
        values = self._read_list(objects)
        return np.fromiter(values, object, len(values)).reshape(shape)

    def _read_dict(self, nodes):
        return self.read_table(nodes)

    def _read_pairs(self, nodes):
        return dict(self._read_list(nodes))

    def _read_dtype(self, name):
        dtype = np.dtype(name) if isinstance(name, str) and len(name) < 10 else None
        if dtype is None or dtype.kind not in "biufOU":
            raise ValueError(f"{name!r:.40} is not a type of arrays")
        return dtype

    _tags = {
        "float": lambda self, name: _FLOATS[name],
        "tuple": lambda self, nodes: tuple(self._read_list(nodes)),
        "slice": lambda self, nodes: slice(*self._read_list(nodes)),
        "dict": _read_dict,
        "pairs": _read_pairs,
        "uuid": lambda self, text: UUID(text),
        "dtype": _read_dtype,
    }
