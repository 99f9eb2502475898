"""The fitted state of HammingNeighbors: codes, ids and labels of the rows that remain."""

import numpy as np

from sklearn_hash._validation import check_codes
from sklearn_hash.neighbors._index import CodeIndex
from sklearn_hash.neighbors._stored_rows import StoredRows
from sklearn_hash.persistence._states import COMMON, check_state

__all__ = ["get_params", "get_state", "set_state"]

_STATE = {"packed": "any N W", "ids": "any", "labels": "any", "next_id": "int"}
_ATTRIBUTES = {"fingerprint_": "str?", **COMMON}
_KNOWN_ATTRIBUTES = {"_rows", "_index", *_ATTRIBUTES}


def get_params(search):
    """Return the constructor's parameters."""
    return search.get_params(deep=False)


def get_state(search):
    """Return the fitted rows; removed ones are left out.

    Raises
    ------
    ValueError
        If the searcher has attributes that are not known.
    """
    if not hasattr(search, "_index"):
        return {}
    present, rows = vars(search), search._rows
    unknown = present.keys() - _KNOWN_ATTRIBUTES - search.get_params(deep=False).keys()
    if unknown:
        raise ValueError(f"HammingNeighbors has attributes that cannot be saved: {sorted(unknown)}.")
    counted = rows._ids is None and rows._kept is None
    return {
        **{name: present[name] for name in _ATTRIBUTES if name in present},
        "packed": search.packed_codes_,
        "ids": None if counted else rows.ids,
        "labels": search.labels_,
        "next_id": rows._next_id,
    }


def set_state(search, state, context):
    """Set the rows, after the checks of ``fit``; the index is built when first needed."""
    check_state(state, _STATE, _ATTRIBUTES)
    packed, ids, labels = state.pop("packed"), state.pop("ids"), state.pop("labels")
    packed, n_bits = check_codes(np.asarray(packed), packed=True, n_bits=state["n_bits_"])
    if state["n_features_in_"] != (packed.shape[1] if search.packed else n_bits):
        raise ValueError("n_features_in_ is not the width of the codes")
    rows = StoredRows()
    rows.append(len(packed), ids, labels)
    rows._next_id = max(rows._next_id, state.pop("next_id"))
    vars(search).update(state, _rows=rows, _index=CodeIndex(packed, n_bits, search.algorithm))
