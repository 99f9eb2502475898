"""Docstring text that the readers and writers of codes share."""

from sklearn_hash._docstrings import documenter

__all__ = ["document"]

_TEXTS = {
    "form of codes": """\
        packed : bool, default=False
            Whether codes are packed bytes, uint8 in the bit order of :func:`numpy.packbits`.
        n_bits : int, default=None
            Code length; needed for packed codes whose length is not a multiple of 8.
        hasher : estimator or str, default=None
            The fitted hasher that made the codes, or its :func:`fingerprint`, which is stored with the codes. A search
            among codes with a fingerprint raises an error for queries with another one.
        """,
    "hasher": """\
        hasher : estimator or str, default=None
            The hasher that must have made the codes, or its :func:`fingerprint`. Codes without a fingerprint are
            accepted.
        """,
    "files": """\
        path : str or Path
            Path of a file, or of a folder of ``*.parquet`` files, which are read in the order of their names.
        """,
    "table": """\
        Returns
        -------
        table : pyarrow.Table
            Table for ``HammingNeighbors.fit``. Columns and metadata are those of :func:`to_arrow`.
        """,
    "errors of writing": """\
        Raises
        ------
        ImportError
            If Arrow is not installed.
        ValueError
            If codes or ids are not valid, or of different types in different blocks. Nothing is then written.

        See Also
        --------
        to_arrow : Columns and metadata of the file.
        """,
}
document = documenter(_TEXTS)
