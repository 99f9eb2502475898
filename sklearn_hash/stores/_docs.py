"""Parts of docstrings that the readers and writers of codes share."""

from sklearn_hash._docstrings import documenter

__all__ = ["document"]

_TEXTS = {
    "form of codes": """\
        packed : bool, default=False
            Whether codes are packed bytes, in the bit order of :func:`numpy.packbits`.
        n_bits : int, default=None
            The code length; needed for packed codes whose length is no multiple of 8.
        hasher : estimator or str, default=None
            The fitted hasher that made the codes, or its :func:`fingerprint`. Searches refuse to compare codes of two
            known hashers.
        """,
    "hasher": """\
        hasher : estimator or str, default=None
            The hasher whose codes they must be, or its :func:`fingerprint`.
        """,
    "files": """\
        path : str or Path
            A file, or a folder of ``*.parquet`` files, which are read in the order of their names.
        """,
    "table": """\
        Returns
        -------
        table : pyarrow.Table
            For ``HammingNeighbors.fit``. Columns and metadata are those of :func:`to_arrow`.
        """,
    "errors of writing": """\
        Raises
        ------
        ImportError
            If Arrow is missing.
        ValueError
            If codes or ids are not valid, or of different types in different blocks. Nothing is written then.

        See Also
        --------
        to_arrow : The columns and metadata of the file.
        """,
}
document = documenter(_TEXTS)
