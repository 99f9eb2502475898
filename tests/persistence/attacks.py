"""Making of harmful files, and a check that they are refused and nothing else happens."""

import json
import resource
import struct
import sys

import pytest
from safetensors.numpy import load_file, save_file

import sklearn_hash
from sklearn_hash.persistence._file import _digest

# What a refusal may take beside the file: far less than any of the sizes that the files below claim.
MOST_MEMORY = 400 << 20


class Watch:
    """Notes what Python does while it is on, as its own audit events tell: they cannot be taken back."""

    FORBIDDEN = (
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.fork",
        "subprocess",
        "pickle",
        "socket",
        "ctypes",
        "shutil",
    )

    def __init__(self):
        self.events = None
        sys.addaudithook(self.note)

    def note(self, event, arguments):
        if self.events is not None and (event == "open" or event.startswith(self.FORBIDDEN)):
            self.events.append((event, arguments))

    def __enter__(self):
        self.events = []

    def __exit__(self, *exception):
        events, self.events = self.events, None
        # Modules of torch and scikit-learn load when first used.
        assert [event for event, arguments in events if event != "open"] == []
        self.opened = {str(arguments[0]) for event, arguments in events}


WATCH = Watch()


def refused(path, message=None):
    """The file is refused, in little memory."""
    # What stands allocated now and a little: what a malicious size would take beyond fails, as a MemoryError does.
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MEMORY, limits[1]))
    try:
        with WATCH, pytest.raises(ValueError, match=message) as caught:
            sklearn_hash.load(path)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
    others = {name for name in WATCH.opened if not name.endswith((".py", ".pyc", ".so", ".toml"))}
    assert others <= {str(path)}
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 1500
    assert "\n" not in str(caught.value)
    # No claim came so far that memory had to be asked for it.
    cause = caught.value.__cause__
    while cause is not None:
        assert not isinstance(cause, MemoryError)
        cause = cause.__cause__


def parts(path):
    """Header and data of a file."""
    content = path.read_bytes()
    n = struct.unpack("<Q", content[:8])[0]
    return content[8 : 8 + n], content[8 + n :]


def signed(path, document, arrays=None, source=None):
    """Write a file with a valid checksum, as an attacker can."""
    text = json.dumps({**document, "sha256": "0" * 64}, separators=(",", ":"))
    save_file(load_file(source) if arrays is None else arrays, path, metadata={"sklearn_hash": text})
    sign(path)


def sign(path):
    header, _ = parts(path)
    with open(path, "rb") as file:
        digest = _digest(file, file.read(8 + len(header)))
    path.write_bytes(path.read_bytes().replace(b"0" * 64, digest.encode(), 1))


def document_of(path):
    return json.loads(json.loads(parts(path)[0])["__metadata__"]["sklearn_hash"])
