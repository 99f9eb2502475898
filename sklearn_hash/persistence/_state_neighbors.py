"""Fitted state of HammingNeighbors: codes, ids and labels of its rows."""

from sklearn_hash.persistence._states import COMMON, check_state
from sklearn_hash.persistence._stored_rows import ROWS, get_rows, make_rows

__all__ = ["get_params", "get_state", "set_state"]

_ATTRIBUTES = {"fingerprint_": "str?", **COMMON}


def get_params(search):
    """Return the constructor parameters."""
    return search.get_params(deep=False)


def get_state(search):
    """Return the fitted rows without the removed ones.

    Raises
    ------
    ValueError
        If the searcher has unknown attributes.
    """
    if not hasattr(search, "_index"):
        return {}
    present = vars(search)
    unknown = present.keys() - {"_rows", "_index", *_ATTRIBUTES} - search.get_params(deep=False).keys()
    if unknown:
        raise ValueError(f"HammingNeighbors has attributes that cannot be saved: {sorted(unknown)}.")
    return {**{name: present[name] for name in _ATTRIBUTES if name in present}, **get_rows(search)}


def set_state(search, state, context):
    """Set the rows; the index is built when first needed."""
    check_state(state, ROWS, _ATTRIBUTES)
    rows, index = make_rows(state, state["n_bits_"], search.algorithm)
    width = index.packed.shape[1] if search.packed else state["n_bits_"]
    if state["n_features_in_"] != width:
        raise ValueError(f"n_features_in_ is not {width}, the width of the codes")
    vars(search).update(state, _rows=rows, _index=index)
