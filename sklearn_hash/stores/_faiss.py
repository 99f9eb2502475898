"""Conversion between searchers and faiss indexes."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._validation import check_codes
from sklearn_hash.neighbors import HammingNeighbors
from sklearn_hash.neighbors._arrow_codes import PackedRows
from sklearn_hash.stores._optional import import_engine

__all__ = ["from_faiss", "to_faiss"]


def to_faiss(search):
    """Convert a fitted searcher to a flat binary index of faiss.

    Parameters
    ----------
    search : HammingNeighbors
        Fitted searcher with integer ids.

    Returns
    -------
    index : faiss.IndexBinaryFlat or faiss.IndexBinaryIDMap
        Index with the codes and ids; an IndexBinaryIDMap around an IndexBinaryFlat if the ids are not the row numbers.
        The distances of the neighbours that it finds are the same as those of the searcher; the choice among rows at
        equal distance may differ.

    Raises
    ------
    ImportError
        If faiss is not installed.
    ValueError
        If the ids are not 64-bit integers.

    Examples
    --------
    >>> from sklearn_hash import HammingNeighbors
    >>> from sklearn_hash.stores import from_faiss, to_faiss
    >>> search = HammingNeighbors().fit([[0] * 8, [1] * 8], ids=[7, 8])
    >>> index = to_faiss(search)
    >>> index.d, index.ntotal
    (8, 2)
    >>> from_faiss(index).ids_
    array([7, 8])
    """
    faiss = import_engine("faiss", "bench")
    check_is_fitted(search)
    packed, ids = np.ascontiguousarray(search.packed_codes_), search.ids_
    if ids.dtype != np.int64:
        raise ValueError(
            "The ids of search must be 64-bit integers for faiss; got objects. Fit it without ids and look up the ids "
            "of the rows that faiss returns."
        )
    index = faiss.IndexBinaryFlat(8 * packed.shape[1])
    if np.array_equal(ids, np.arange(len(ids))):
        index.add(packed)
        return index
    index = faiss.IndexBinaryIDMap(index)
    index.add_with_ids(packed, ids)
    return index


def from_faiss(index, *, n_bits=None, **params):
    """Convert a flat binary index of faiss to a fitted searcher.

    Parameters
    ----------
    index : faiss.IndexBinaryFlat, or faiss.IndexBinaryIDMap or faiss.IndexBinaryIDMap2 around one
        Index with the codes and ids.
    n_bits : int, default=None
        Code length; needed if it is not a multiple of 8, since faiss stores only whole bytes.
    **params
        Parameters of :class:`~sklearn_hash.HammingNeighbors`; ``packed`` is the form of the queries.

    Returns
    -------
    search : HammingNeighbors
        Fitted searcher with a copy of the codes.

    Raises
    ------
    ImportError
        If faiss is not installed.
    ValueError
        If the index is of another type or empty, or its ids repeat.

    Examples
    --------
    >>> import faiss
    >>> import numpy as np
    >>> from sklearn_hash.stores import from_faiss
    >>> index = faiss.IndexBinaryFlat(8)
    >>> index.add(np.array([[0], [255]], dtype=np.uint8))
    >>> from_faiss(index, n_neighbors=1).kneighbors([[1, 1, 1, 1, 1, 1, 1, 0]])
    (array([[1]], dtype=int32), array([[1]]))
    """
    faiss = import_engine("faiss", "bench")
    # The downcast index does not keep `index` alive, so `index` must not be reassigned.
    flat, ids = faiss.downcast_IndexBinary(index), None
    if isinstance(flat, (faiss.IndexBinaryIDMap, faiss.IndexBinaryIDMap2)):
        ids = faiss.vector_to_array(flat.id_map)
        flat = faiss.downcast_IndexBinary(flat.index)
    if not isinstance(flat, faiss.IndexBinaryFlat):
        raise ValueError(
            f"index must be an IndexBinaryFlat, or an IndexBinaryIDMap around one; got {type(flat).__name__}."
        )
    packed = faiss.vector_to_array(flat.xb).reshape(flat.ntotal, flat.code_size)
    packed, n_bits = check_codes(packed, packed=True, n_bits=n_bits, name="index")
    return HammingNeighbors(**params).fit(PackedRows(packed, ids, n_bits, fingerprint=None))
