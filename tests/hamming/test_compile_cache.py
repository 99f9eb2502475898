"""Tests that cached kernels are compiled again after a change in any of their sources.

Numba keeps compiled kernels on disk and compiles them again when their own file changes, but not when a file changes
whose functions were compiled into them. Each file with cached kernels therefore has a line with the digest of those
other files. After a change in one of them, update the lines:

    python tests/hamming/test_compile_cache.py
"""

import ast
import hashlib
import re
from pathlib import Path

import pytest

import sklearn_hash

HAMMING = Path(sklearn_hash.__file__).parent / "_hamming"
STAMP = re.compile(r"^# Compiled into this file, unseen by Numba's cache: sources (\w+)\n\n", re.MULTILINE)


def compiled_imports(name):
    """Return the files of ``_hamming`` with compiled functions that a file imports, directly or not."""
    found = set()
    for node in ast.walk(ast.parse((HAMMING / f"{name}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sklearn_hash._hamming"):
            below = node.module.removeprefix("sklearn_hash._hamming").lstrip(".")
            names = [below] if below else [alias.name for alias in node.names]
            for other in names:
                if "numba" in (HAMMING / f"{other}.py").read_text():
                    found |= {other, *compiled_imports(other)}
    return found


def digest(name):
    """Return the digest of the compiled imports without their own stamps."""
    sources = [STAMP.sub("", (HAMMING / f"{other}.py").read_text()) for other in sorted(compiled_imports(name))]
    return hashlib.sha256("".join(sources).encode()).hexdigest()[:16]


CACHED = sorted(
    path.stem for path in HAMMING.glob("*.py") if "cache=True" in path.read_text() and compiled_imports(path.stem)
)


def test_there_are_cached_kernels_that_import_compiled_functions():
    assert "_simd" in compiled_imports("_scan")
    assert "_scan" in CACHED


@pytest.mark.parametrize("name", CACHED)
def test_stamp_is_of_the_present_sources(name):
    stamps = STAMP.findall((HAMMING / f"{name}.py").read_text())
    assert stamps == [digest(name)], f"run python {Path(__file__).name}"


def write_stamps():
    """Replace the stamp of every file, or add one below its docstring."""
    for name in CACHED:
        path = HAMMING / f"{name}.py"
        line = f"# Compiled into this file, unseen by Numba's cache: sources {digest(name)}\n\n"
        text = path.read_text()
        if STAMP.search(text):
            text = STAMP.sub(line, text)
        else:
            head, quotes, rest = text.partition('"""\n\n')
            text = f"{head}{quotes}{line}{rest}"
        path.write_text(text)


if __name__ == "__main__":
    write_stamps()
