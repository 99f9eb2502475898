"""Atomic replacement of a file: a process that is killed meanwhile leaves either the old file or the new one."""

import os
import secrets
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replacing"]


@contextmanager
def replacing(path):
    """Create a temporary file that replaces another file when the ``with`` block ends.

    The temporary file is flushed to disk before it is renamed, and its folder is flushed after that. If the block
    raises an exception, the temporary file is removed and the file at ``path`` is left unchanged.

    Parameters
    ----------
    path : str or Path

    Yields
    ------
    unfinished : Path
        Path of the temporary file, empty and in the same folder. It remains there if the process is killed.
    """
    path = Path(os.path.realpath(path))
    if path.is_dir():
        raise IsADirectoryError(f"path must name a file; {path} is a folder.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent} to save into. Create it first.")
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    rights = unfinished.stat().st_mode & 0o777
    try:
        yield unfinished
        os.chmod(unfinished, rights)  # a library may have replaced the file by a new one
        _write_out(unfinished, os.O_RDWR)
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # other systems cannot open a folder
        _write_out(path.parent, os.O_RDONLY)


def _write_out(path, flags):
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
