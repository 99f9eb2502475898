"""A file is replaced as a whole: whenever its writer is killed, the old one or the new one is there."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

import sklearn_hash
from sklearn_hash import HammingNeighbors, _replacing
from sklearn_hash.persistence import _file

N_KILLS = 50

# Saves one of two searchers after the other, and tells before and after each that it did. It forks a child for every
# kill, so that nothing is imported again; the child ends as with kill -9.
WRITER = """
import os, signal, sys, time
import numpy as np
import sklearn_hash

path, n_kills = sys.argv[1], int(sys.argv[2])
codes = np.random.default_rng(0).integers(256, size=(20_000, 16), dtype=np.uint8)
searchers = [sklearn_hash.HammingNeighbors(packed=True, radius=i).fit(codes + np.uint8(i)) for i in (0, 1)]
start = time.perf_counter()
sklearn_hash.save(searchers[0], path)
lasted = time.perf_counter() - start
moments = np.random.default_rng(0).random(n_kills) * 3 * lasted
for moment in moments:
    child = os.fork()
    if child == 0:
        while True:
            for searcher in searchers:
                sklearn_hash.save(searcher, path)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    loaded = sklearn_hash.load(path)
    which = int(loaded.radius)
    assert (loaded.packed_codes_ == codes + np.uint8(which)).all()
    print(which, flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is to be killed while it writes")
def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path):
    path = tmp_path / "search.safetensors"
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(path), str(N_KILLS)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = done.stdout.split()
    assert len(found) == N_KILLS
    assert set(found) == {"0", "1"}
    # Kills in the midst of writing leave unfinished files behind, and nothing else.
    leftovers = [file.name for file in tmp_path.iterdir() if file != path]
    assert leftovers
    assert all(name.startswith((".search.safetensors.", ".tmp")) for name in leftovers)


@pytest.fixture
def searchers():
    return [HammingNeighbors().fit(np.eye(8, dtype=int)[:n]) for n in (4, 8)]


@pytest.mark.parametrize("step", ["save_file", "_sign", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_a_failure_at_any_step_leaves_the_old_file_and_no_other(step, error, searchers, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise error

    sklearn_hash.save(searchers[0], tmp_path / "file")
    before = (tmp_path / "file").read_bytes()
    monkeypatch.setattr(_file if hasattr(_file, step) else _replacing.os, step, fail)
    with pytest.raises(type(error)):
        sklearn_hash.save(searchers[1], tmp_path / "file")
    monkeypatch.undo()
    assert (tmp_path / "file").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_what_is_renamed_is_on_the_disk(searchers, tmp_path, monkeypatch):
    """The order that a power cut asks for: the file, then its name, then the folder that holds the name."""
    done = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: done.append(os.readlink(f"/proc/self/fd/{fd}")) or fsync(fd))
    monkeypatch.setattr(os, "replace", lambda *names: done.append("renamed") or replace(*names))
    sklearn_hash.save(searchers[0], tmp_path / "file")
    assert len(done) == 3
    assert done[0].endswith(".tmp")
    assert done[1:] == ["renamed", str(tmp_path)]


def test_a_link_keeps_pointing(searchers, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "file")
    for searcher in searchers:
        sklearn_hash.save(searcher, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert sklearn_hash.load(tmp_path / "folder" / "file").n_samples_fit_ == 8


def test_new_files_have_the_rights_of_any_other(searchers, tmp_path):
    before = os.umask(0o027)
    try:
        sklearn_hash.save(searchers[0], tmp_path / "file")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("name", "error"), [("", IsADirectoryError), ("nowhere/file", FileNotFoundError)])
def test_paths_that_cannot_be_written(name, error, searchers, tmp_path):
    with pytest.raises(error, match=r"path must name a file|There is no folder"):
        sklearn_hash.save(searchers[0], tmp_path / name)


def test_two_writers_at_once(searchers, tmp_path):
    from threading import Thread

    def write(searcher):
        for _ in range(20):
            sklearn_hash.save(searcher, tmp_path / "file")

    threads = [Thread(target=write, args=(searcher,)) for searcher in searchers]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if (tmp_path / "file").exists():
            assert sklearn_hash.load(tmp_path / "file").n_samples_fit_ in (4, 8)
        time.sleep(0.001)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
