"""Exact search among codes that a Lance dataset keeps."""

from os import PathLike

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._compat import _fit_context
from sklearn_hash.neighbors import HammingNeighbors
from sklearn_hash.neighbors._arrow_codes import PackedRows, codes_of_arrow, opened
from sklearn_hash.neighbors._check_input import check_device
from sklearn_hash.stores._arrow import check_origin, to_arrow
from sklearn_hash.stores._lance_dataset import append_rows, delete_rows, open_dataset, write_rows
from sklearn_hash.stores._optional import import_arrow

__all__ = ["LanceNeighbors"]


class LanceNeighbors(HammingNeighbors):
    """Exact nearest neighbours under the Hamming distance, among codes that a Lance dataset keeps.

    The codes are searched in memory, as by :class:`~sklearn_hash.HammingNeighbors`, with the same results. ``fit``,
    ``partial_fit`` and ``remove`` return once the dataset holds the change: a process that is killed afterwards loses
    nothing, and one that is killed meanwhile leaves all of the change or none of it. Each of them makes a version of
    the dataset, to which ``checkout`` goes back.

    Parameters
    ----------
    uri : str or path
        The folder of the dataset, or where an object store keeps it.
    n_neighbors : int, default=5
        Default number of neighbours per query.
    radius : float, default=2
        Default of the largest distance of a neighbour in radius queries, inclusive.
    algorithm : {"auto", "flat", "pruned", "multi_index"}, default="auto"
        Search algorithm; results are the same.
    packed : bool, default=False
        Whether codes are given as packed bytes, in the bit order of :func:`numpy.packbits`.
    n_bits : int, default=None
        The code length; needed for packed codes whose length is no multiple of 8.
    n_jobs : int, default=None
        Threads per search.
    device : {"cpu", "cuda", "cuda:<index>", "auto"}, default="cpu"
        Device to search on; results are the same.

    Attributes
    ----------
    version_ : int
        The version of the dataset that is searched.
    algorithm_, n_bits_, n_samples_fit_, ids_, packed_codes_, n_features_in_, feature_names_in_, fingerprint_
        As those of :class:`~sklearn_hash.HammingNeighbors`.

    Notes
    -----
    One process at a time may write, any number may read. A writer that is behind, since another one has written, is
    refused until it calls ``checkout``; Lance accepts two appends at the same moment, without a look at their ids.

    Lance leaves it to the operating system when a file reaches the disk: what was written survives the end of the
    process, but the last seconds may not survive a power cut.

    The columns of the dataset are "id" and "code", the latter lists of uint8, which Lance and LanceDB search by
    themselves with the metric "hamming". Labels are not stored.

    Every append adds a file. ``lance.dataset(uri).optimize.compact_files()`` joins them and keeps the rows and their
    order; ``checkout`` goes to the version that it makes.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_hash.stores import LanceNeighbors
    >>> folder = tempfile.TemporaryDirectory()
    >>> search = LanceNeighbors(f"{folder.name}/codes.lance", n_neighbors=1)
    >>> search = search.fit([[0, 0, 0], [0, 1, 1]], ids=["a", "b"]).partial_fit([[1, 1, 1]], ids=["c"]).remove(["a"])

    Another process finds what these lines left:

    >>> search = LanceNeighbors(f"{folder.name}/codes.lance", n_neighbors=1).checkout()
    >>> search.kneighbors([[0, 0, 0]])
    (array([[2]], dtype=int32), array([['b']], dtype=object))
    >>> search.checkout(version=1).kneighbors([[0, 0, 0]])
    (array([[0]], dtype=int32), array([['a']], dtype=object))
    >>> folder.cleanup()
    """

    _parameter_constraints: dict = {**HammingNeighbors._parameter_constraints, "uri": [str, PathLike]}

    def __init__(
        self, uri, n_neighbors=5, radius=2, algorithm="auto", packed=False, n_bits=None, n_jobs=None, device="cpu"
    ):
        super().__init__(n_neighbors, radius, algorithm, packed, n_bits, n_jobs, device)
        self.uri = uri

    def checkout(self, version=None, *, hasher=None):
        """Read the rows of a version.

        Parameters
        ----------
        version : int, default=None
            By default the newest one. Rows can be added and removed there only.
        hasher : estimator or str, default=None
            The hasher whose codes they must be, or its :func:`~sklearn_hash.stores.fingerprint`.

        Returns
        -------
        self : LanceNeighbors

        Raises
        ------
        ImportError
            If Lance is missing.
        FileNotFoundError
            If there is no such dataset or version.
        ValueError
            If the codes are those of another hasher, or two writers at the same moment have left ids that repeat.
        """
        check_device(self.device)
        dataset = open_dataset(self.uri, version)
        check_origin(dataset.schema, hasher)
        codes = codes_of_arrow(dataset.to_table(columns=["id", "code"]))
        with self._unchanged_on_failure():
            packed, self.n_bits_ = self._packed_codes(codes, self.n_bits, reset=True)
            self._set_rows(packed, codes.ids)
            self.version_ = dataset.version
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, ids=None):
        """Make a version of the dataset that holds these codes only.

        The dataset is created if there is none; its earlier versions stay.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            Codes of the database; or a :class:`pyarrow.Table`, as :func:`~sklearn_hash.stores.to_arrow` makes it, whose
            fingerprint the dataset keeps.
        y : None
            Labels are not stored.
        ids : array-like of shape (n_samples,), default=None
            Ids of the rows, of one type that Arrow knows; by default the row numbers.

        Returns
        -------
        self : LanceNeighbors

        Raises
        ------
        ImportError
            If Lance is missing.
        ValueError
            As for :class:`~sklearn_hash.HammingNeighbors`; also if ids are of several types or labels are given.
            Neither the searcher nor the dataset is changed then.
        """
        _refuse_labels(y)
        with self._unchanged_on_failure():
            super().fit(X, ids=ids)
            self.version_ = write_rows(self.uri, self._table(self.packed_codes_, self.ids_))
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None, ids=None):
        """Append rows to the dataset, which is created if there is none.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            Codes to append; or a :class:`pyarrow.Table`, as for ``fit``.
        y : None
            Labels are not stored.
        ids : array-like of shape (n_samples,), default=None
            Their ids, of the type of the stored ones and not in use; by default the integers after the largest one
            used since the dataset was read.

        Returns
        -------
        self : LanceNeighbors

        Raises
        ------
        ImportError
            If Lance is missing.
        ValueError
            As for :class:`~sklearn_hash.HammingNeighbors`; also if ids are of another type or labels are given, or
            another process has written since the rows were read. Nothing is appended then.
        """
        _refuse_labels(y)
        if not hasattr(self, "_index"):
            try:
                self.checkout()
            except FileNotFoundError:
                return self.fit(X, ids=ids)
        X = opened(X)
        packed, _ = self._packed_codes(X, self.n_bits_)
        ids = self._rows.new_ids(X.ids if ids is None and isinstance(X, PackedRows) else ids, len(packed))
        version = append_rows(self.uri, self._table(packed, ids), self.version_)
        self._rows.append(len(packed), ids)
        self._index.append(packed)
        return self._moved_to(version)

    def remove(self, ids):
        """Remove rows from the dataset; earlier versions keep them.

        Parameters
        ----------
        ids : array-like of shape (n_removed,)
            Ids of stored rows, none twice.

        Returns
        -------
        self : LanceNeighbors

        Raises
        ------
        ValueError
            If an id is unknown or repeats, or another process has written since the rows were read; nothing is removed
            then.
        """
        check_is_fitted(self)
        positions = np.flatnonzero(self._rows.remaining(self._rows.find(ids)))
        if not len(positions):
            return self
        version = delete_rows(self.uri, positions, self.version_)
        super().remove(ids)
        return self._moved_to(version)

    def _table(self, packed, ids):
        """Return a table of rows whose codes are lists of bytes, which Lance itself can search."""
        pa = import_arrow()
        table = to_arrow(packed, ids, packed=True, n_bits=self.n_bits_, hasher=self.fingerprint_)
        codes = pa.FixedSizeListArray.from_arrays(pa.array(packed.ravel()), packed.shape[1])
        return table.set_column(1, pa.field("code", codes.type, nullable=False), codes)

    def _moved_to(self, version):
        """Note the version that a write made; where another process wrote in between, read its rows too."""
        if version != self.version_ + 1:
            return self.checkout()
        self.version_ = version
        return self


def _refuse_labels(y):
    if y is not None:
        raise ValueError("y must be None: labels are not stored in a dataset. Use HammingNeighbors to score.")
