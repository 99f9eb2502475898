"""Fitted state of RerankedNeighbors: its hasher, and codes, ids and vectors of its rows."""

import numpy as np

from sklearn_hash.neighbors._scalar_quantizer import ScalarQuantizer
from sklearn_hash.neighbors._vector_parts import Part, take_rows
from sklearn_hash.neighbors._vector_store import VectorStore
from sklearn_hash.persistence._states import COMMON, check_state
from sklearn_hash.persistence._stored_rows import ROWS, get_rows, make_rows

__all__ = ["get_params", "get_state", "set_state"]

_STATE = {**ROWS, "hasher_": "any", "vectors": "any? N F", "scale": "float? F", "offset": "float? F"}
_KNOWN_ATTRIBUTES = {"_rows", "_index", "_vectors", "hasher_", *COMMON}
_GIVEN_TYPES = ("f8", "f4", "f2", "i1", "u1")
_TYPES = {"float32": "f4", "float16": "f2", "int8": "i1"}


def get_params(search):
    """Return the constructor parameters."""
    return search.get_params(deep=False)


def get_state(search):
    """Return the fitted rows with their vectors, without the removed ones.

    Raises
    ------
    ValueError
        If the searcher has unknown attributes.
    """
    if not hasattr(search, "_index"):
        return {}
    present, store = vars(search), search._vectors
    unknown = present.keys() - _KNOWN_ATTRIBUTES - search.get_params(deep=False).keys()
    if unknown:
        raise ValueError(f"RerankedNeighbors has attributes that cannot be saved: {sorted(unknown)}.")
    quantizer = None if store is None else store.quantizer
    return {
        **{name: present[name] for name in COMMON if name in present},
        **get_rows(search),
        "hasher_": None if search.hasher_ is search.hasher else search.hasher_,
        "vectors": None if store is None else _kept_vectors(store, search._rows),
        "scale": None if quantizer is None else quantizer.scale,
        "offset": None if quantizer is None else quantizer.offset,
    }


def _kept_vectors(store, rows):
    """Return the stored vectors of the remaining rows; a single array, maybe a memory map, is not copied."""
    stored = rows.remaining_stored if store._row_of is None else store._row_of[rows.remaining_stored]
    vectors = store._parts[0].vectors
    return vectors if len(store._parts) == 1 and len(stored) == len(vectors) else take_rows(store._parts, stored)


def set_state(search, state, context):
    """Set the rows and their vectors."""
    check_state(state, _STATE, COMMON)
    hasher, vectors = state.pop("hasher_"), state.pop("vectors")
    quantizer = _quantizer(state.pop("scale"), state.pop("offset"))
    rows, index = make_rows(state, state["n_bits_"], search.algorithm)
    store = None
    if (vectors is None) != (search.vectors is None):
        raise ValueError("it holds vectors that its parameters do not ask for, or the other way round")
    if vectors is not None:
        store = VectorStore(search.vectors, quantizer)
        _check_vectors(vectors, store)
        store._parts = [Part(np.ascontiguousarray(vectors), ours=True)]
    hasher = search.hasher if hasher is None else hasher
    vars(search).update(state, hasher_=hasher, _rows=rows, _index=index, _vectors=store)


def _quantizer(scale, offset):
    if scale is None or offset is None:
        return None
    quantizer = ScalarQuantizer.__new__(ScalarQuantizer)
    quantizer.scale, quantizer.offset = scale, offset
    return quantizer


def _check_vectors(vectors, store):
    known = _TYPES.get(store.form)
    valid = vectors.dtype == known if known else vectors.dtype.str[1:] in _GIVEN_TYPES
    if not isinstance(vectors, np.ndarray) or not valid or (store.form == "int8") != (store.quantizer is not None):
        raise ValueError(f"its vectors are not {store.form}")
