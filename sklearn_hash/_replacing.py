"""Replacement of a file as a whole: a process that is killed meanwhile leaves the old file or the new one."""

import os
import secrets
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replacing"]


@contextmanager
def replacing(path):
    """Give the path of an empty file that takes the place of another when the block ends.

    It is written out to the disk before it is renamed, and the folder after that. If the block raises, it is removed
    and the file at ``path`` is what it was.

    Parameters
    ----------
    path : str or Path

    Yields
    ------
    unfinished : Path
        In the same folder. A process that is killed leaves it behind.
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
        os.chmod(unfinished, rights)  # where a library has replaced it by a file of its own
        _write_out(unfinished, os.O_RDWR)
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # elsewhere a folder cannot be opened
        _write_out(path.parent, os.O_RDONLY)


def _write_out(path, flags):
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
