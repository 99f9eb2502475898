"""Exact search among codes that are stored in a Lance dataset."""

from os import PathLike

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._compat import _fit_context
from sklearn_hash.neighbors import HammingNeighbors
from sklearn_hash.neighbors._arrow_codes import PackedRows, codes_of_arrow, opened
from sklearn_hash.neighbors._check_input import check_device
from sklearn_hash.stores._arrow import check_schema, to_arrow
from sklearn_hash.stores._lance_dataset import append_rows, delete_rows, open_dataset, write_rows
from sklearn_hash.stores._optional import import_arrow

__all__ = ["LanceNeighbors"]


class LanceNeighbors(HammingNeighbors):
    """Exact nearest-neighbour search under the Hamming distance, among codes stored in a Lance dataset.

    The codes are searched in memory, as by :class:`~sklearn_hash.HammingNeighbors`, with the same results. ``fit``,
    ``partial_fit`` and ``remove`` return after the change is written to the dataset: a process that is killed
    afterwards loses nothing, and one that is killed during the call leaves either the whole change or none of it. Each
    of them creates a version of the dataset; ``checkout`` loads an earlier version.

    Parameters
    ----------
    uri : str or path
        Folder of the dataset, or its location in an object store.
    n_neighbors : int, default=5
        Default number of neighbours per query.
    radius : float, default=2
        Default radius of radius queries: the largest distance of a neighbour, in bits, inclusive.
    algorithm : {"auto", "flat", "pruned", "multi_index"}, default="auto"
        Search algorithm, which does not change the results.
    packed : bool, default=False
        Whether codes are packed bytes, uint8 in the bit order of :func:`numpy.packbits`.
    n_bits : int, default=None
        Code length; needed for packed codes whose length is not a multiple of 8.
    n_jobs : int, default=None
        Number of threads per search: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all
        processors.
    device : {"cpu", "cuda", "cuda:<index>", "auto"}, default="cpu"
        Device to search on, which does not change the results.

    Attributes
    ----------
    version_ : int
        Version of the dataset that is searched.
    algorithm_, n_bits_, n_samples_fit_, ids_, packed_codes_, n_features_in_, feature_names_in_, fingerprint_
        As in :class:`~sklearn_hash.HammingNeighbors`.

    Notes
    -----
    Only one process may write at a time; any number of processes may read. If another process has written since the
    rows were read, a write raises an error until ``checkout`` is called. However, Lance accepts two simultaneous
    appends without comparing their ids.

    Lance does not force files to disk: changes survive the end of the process, but the changes of the last seconds may
    be lost in a power failure.

    The columns of the dataset are "id" and "code", the latter of fixed-size lists of uint8, which Lance and LanceDB can
    search themselves with the metric "hamming". Labels are not stored.

    Every append adds a file. ``lance.dataset(uri).optimize.compact_files()`` merges the files without changing the rows
    and their order; call ``checkout`` to load the version that it creates.

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
        """Load the rows of a version.

        Parameters
        ----------
        version : int, default=None
            Number of the version; by default the newest one. Rows can be added and removed only at the newest version.
        hasher : estimator or str, default=None
            The hasher that must have made the codes, or its :func:`~sklearn_hash.stores.fingerprint`.

        Returns
        -------
        self : LanceNeighbors
            The searcher with the rows of the version.

        Raises
        ------
        ImportError
            If Lance is not installed.
        FileNotFoundError
            If the dataset or version does not exist.
        ValueError
            If the dataset has no column of packed codes or of ids, the codes are from another hasher, or ids repeat
            because two processes appended simultaneously.
        """
        check_device(self.device)
        dataset = open_dataset(self.uri, version)
        check_schema(dataset.schema, hasher)
        if "id" not in dataset.schema.names:
            raise ValueError(f'Ids must be in a column "id"; got the columns {dataset.schema.names!s:.100}.')
        codes = codes_of_arrow(dataset.to_table(columns=["id", "code"]))
        with self._unchanged_on_failure():
            packed, self.n_bits_ = self._packed_codes(codes, self.n_bits, reset=True)
            self._set_rows(packed, codes.ids)
            self.version_ = dataset.version
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, ids=None):
        """Write a version of the dataset that holds only these codes.

        The dataset is created if it does not exist; otherwise its earlier versions are kept.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            Codes of the database; or a :class:`pyarrow.Table` in the form of :func:`~sklearn_hash.stores.to_arrow`,
            whose fingerprint is stored in the dataset.
        y : None
            Must be None, since labels are not stored.
        ids : array-like of shape (n_samples,), default=None
            Ids of the rows, of one type that Arrow supports; by default the row numbers.

        Returns
        -------
        self : LanceNeighbors
            The fitted searcher.

        Raises
        ------
        ImportError
            If Lance is not installed.
        ValueError
            As for :class:`~sklearn_hash.HammingNeighbors`; also if ids are of several types or labels are given. The
            searcher and the dataset are then left unchanged.
        """
        _refuse_labels(y)
        with self._unchanged_on_failure():
            super().fit(X, ids=ids)
            self.version_ = write_rows(self.uri, self._table(self.packed_codes_, self.ids_))
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None, ids=None):
        """Append rows to the dataset, which is created if it does not exist.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_bits), or (n_samples, n_bytes) with ``packed=True``
            Codes to append; or a :class:`pyarrow.Table`, as for ``fit``.
        y : None
            Must be None, since labels are not stored.
        ids : array-like of shape (n_samples,), default=None
            Ids of the new rows, of the type of the stored ones and not in use; by default the integers after the
            largest id used since the dataset was read.

        Returns
        -------
        self : LanceNeighbors
            The searcher with the rows appended.

        Raises
        ------
        ImportError
            If Lance is not installed.
        ValueError
            As for :class:`~sklearn_hash.HammingNeighbors`; also if ids are not of the type of the stored ones, labels
            are given, or another process has written since the rows were read. Nothing is then appended.
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
            Ids of stored rows, without repetition.

        Returns
        -------
        self : LanceNeighbors
            The searcher without the rows.

        Raises
        ------
        ValueError
            If an id is unknown or repeats, or another process has written since the rows were read. Nothing is then
            removed.
        """
        check_is_fitted(self)
        positions = np.flatnonzero(self._rows.remaining(self._rows.find(ids)))
        if not len(positions):
            return self
        version = delete_rows(self.uri, positions, self.version_)
        super().remove(ids)
        return self._moved_to(version)

    def _table(self, packed, ids):
        """Return a table of rows whose codes are lists of uint8, which Lance can search."""
        pa = import_arrow()
        table = to_arrow(packed, ids, packed=True, n_bits=self.n_bits_, hasher=self.fingerprint_)
        codes = pa.FixedSizeListArray.from_arrays(pa.array(packed.ravel()), packed.shape[1])
        return table.set_column(1, pa.field("code", codes.type, nullable=False), codes)

    def _moved_to(self, version):
        """Set the version after a write, and read the rows again if another process wrote in between."""
        if version != self.version_ + 1:
            return self.checkout()
        self.version_ = version
        return self


def _refuse_labels(y):
    if y is not None:
        raise ValueError("y must be None: labels are not stored in a dataset. Use HammingNeighbors to score.")
