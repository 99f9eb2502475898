"""LanceNeighbors against HammingNeighbors in memory, across processes, versions and kills."""

import pickle
import signal
import subprocess
import sys
import threading
import uuid

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sklearn_hash import HammingNeighbors, LSHHasher
from sklearn_hash.stores import LanceNeighbors, to_arrow

lance = pytest.importorskip("lance")
pa = pytest.importorskip("pyarrow")

RNG = np.random.default_rng(0)
BITS = RNG.integers(0, 2, (400, 21), dtype=np.uint8)


@pytest.fixture
def uri(tmp_path):
    return str(tmp_path / "codes.lance")


def assert_same(search, memory):
    assert_array_equal(search.ids_, memory.ids_)
    assert_array_equal(search.packed_codes_, memory.packed_codes_)
    if search.n_samples_fit_ > search.n_neighbors:
        assert_array_equal(search.kneighbors(BITS[:20]), memory.kneighbors(BITS[:20]))
        assert_array_equal(search.kneighbors_graph().toarray(), memory.kneighbors_graph().toarray())


STEPS = st.lists(
    st.tuples(st.sampled_from(["append", "remove", "reopen", "compact"]), st.integers(0, 2**30)), max_size=8
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_changes_is_that_of_memory(steps, tmp_path_factory):
    uri = tmp_path_factory.mktemp("lance") / "codes.lance"
    search, memory = LanceNeighbors(uri).fit(BITS[:20]), HammingNeighbors().fit(BITS[:20])
    versions = {search.version_: pickle.loads(pickle.dumps(memory))}
    start = 20
    for step, seed in steps:
        rng = np.random.default_rng(seed)
        if step == "append":
            n = rng.integers(1, 40)
            ids = np.arange(start, start + n)[:: rng.choice([-1, 1])]
            for each in (search, memory):
                each.partial_fit(BITS[start : start + n], ids=ids)
            start += n
        elif step == "remove":
            ids = rng.permutation(memory.ids_)[: rng.integers(0, memory.n_samples_fit_ + 1)]
            for each in (search, memory):
                each.remove(ids)
        elif step == "compact":
            lance.dataset(uri).optimize.compact_files()
            search.checkout()
        else:
            search = LanceNeighbors(uri).checkout()
        versions[search.version_] = pickle.loads(pickle.dumps(memory))
        assert_same(search, memory)
    for version, memory in versions.items():
        assert_same(LanceNeighbors(uri).checkout(version), memory)


@pytest.mark.parametrize(
    "ids",
    [
        [f"it's {i}" for i in range(50)],
        [uuid.UUID(int=i) for i in range(50)],
        [bytes([i]) for i in range(50)],
        [(i, i) for i in range(50)],
        [2**64 - 1 - i for i in range(50)],
    ],
    ids=["str", "uuid", "bytes", "tuple", "uint64"],
)
def test_ids_of_any_type(uri, ids):
    search = LanceNeighbors(uri).fit(BITS[:30], ids=ids[:30])
    search.partial_fit(BITS[30:50], ids=ids[30:]).remove(ids[5:25])
    expected = HammingNeighbors().fit(BITS[:50], ids=ids).remove(ids[5:25])
    assert_same(search, expected)
    assert_same(LanceNeighbors(uri).checkout(), expected)


def test_ids_go_on_in_another_process(uri):
    LanceNeighbors(uri).partial_fit(BITS[:3]).partial_fit(BITS[3:5])
    assert_array_equal(LanceNeighbors(uri).partial_fit(BITS[5:7]).ids_, range(7))


def test_codes_as_bits_bytes_or_tables(uri):
    packed = np.packbits(BITS, axis=1)
    LanceNeighbors(uri).fit(BITS[:100])
    search = LanceNeighbors(uri, packed=True, n_bits=21).partial_fit(packed[100:200])
    search.partial_fit(to_arrow(BITS[200:300], ids=range(200, 300)))
    expected = HammingNeighbors().fit(BITS[:300]).kneighbors(BITS[:9])
    assert_array_equal(search.kneighbors(packed[:9]), expected)
    assert_array_equal(LanceNeighbors(uri).checkout().kneighbors(BITS[:9]), expected)
    with pytest.raises(ValueError, match="n_bits=20"):
        LanceNeighbors(uri, n_bits=20).checkout()


def test_the_dataset_knows_its_hasher(uri):
    rows = RNG.normal(size=(30, 4))
    hasher, other = (LSHHasher(n_bits=21, random_state=seed).fit(rows) for seed in (0, 1))
    LanceNeighbors(uri).fit(to_arrow(hasher.transform(rows), hasher=hasher))
    search = LanceNeighbors(uri).checkout(hasher=hasher).partial_fit(hasher.transform(rows))
    foreign = to_arrow(other.transform(rows), ids=range(100, 130), hasher=other)
    for refused in (search.partial_fit, search.kneighbors):
        with pytest.raises(ValueError, match="another hasher"):
            refused(foreign)
    with pytest.raises(ValueError, match="another hasher"):
        LanceNeighbors(uri).checkout(hasher=other)
    assert lance.dataset(uri).count_rows() == 60


def test_lance_searches_the_dataset_itself(uri):
    codes = np.random.default_rng(1).integers(0, 256, (2000, 8), dtype=np.uint8)
    search = LanceNeighbors(uri, n_neighbors=7, packed=True).fit(codes[:1500]).partial_fit(codes[1500:]).remove([3])
    distances, ids = search.kneighbors(codes[:5] ^ np.uint8(1))
    for query, expected, nearest in zip(codes[:5] ^ np.uint8(1), distances, ids, strict=True):
        options = {"column": "code", "q": query, "k": 7, "metric": "hamming"}
        found = lance.dataset(uri).to_table(columns=["id"], nearest=options)
        assert_array_equal(found["_distance"], expected)
        inner = expected < expected[-1]  # Lance may cut ties elsewhere
        assert set(found["id"].to_numpy()[inner]) == set(nearest[inner])


def test_fit_keeps_earlier_versions(uri):
    search = LanceNeighbors(uri).fit(BITS[:10])
    search.fit(BITS[:10, :8], ids=list("abcdefghij"))
    assert search.version_ == 2
    assert LanceNeighbors(uri).checkout().n_bits_ == 8
    assert_array_equal(LanceNeighbors(uri).checkout(1).packed_codes_, np.packbits(BITS[:10], axis=1))


def test_a_writer_that_is_behind_is_refused(uri):
    search = LanceNeighbors(uri).fit(BITS[:10])
    LanceNeighbors(uri).partial_fit(BITS[10:12])
    for refused in (lambda: search.partial_fit(BITS[:1]), lambda: search.remove([0])):
        with pytest.raises(ValueError, match=r"at version 2, .* version 1.*checkout\(\)"):
            refused()
    assert search.n_samples_fit_ == 10
    assert_array_equal(search.checkout().partial_fit(BITS[12:13]).remove([0]).ids_, range(1, 13))
    with pytest.raises(ValueError, match="another version was checked out"):
        search.checkout(1).partial_fit(BITS[:1])


def test_a_write_in_between_is_read_too(uri, monkeypatch):
    search = LanceNeighbors(uri).fit(BITS[:10])
    write = lance.write_dataset

    def later(*args, **kwargs):
        monkeypatch.undo()
        LanceNeighbors(uri).partial_fit(BITS[10:12], ids=[50, 51])
        return write(*args, **kwargs)

    monkeypatch.setattr(lance, "write_dataset", later)
    search.partial_fit(BITS[12:13], ids=[60])
    assert_same(search, HammingNeighbors().fit(BITS[:13], ids=[*range(10), 50, 51, 60]))
    search.remove([50])


def test_ids_that_two_writers_repeat_are_noticed_and_taken_back(uri):
    search = LanceNeighbors(uri).fit(BITS[:10])
    lance.write_dataset(search._table(search.packed_codes_[:2], search.ids_[:2]), uri, mode="append")
    with pytest.raises(ValueError, match=r"given more than once: \[0, 1\]"):
        search.checkout()
    assert search.version_ == 1
    lance.dataset(uri, version=1).restore()
    assert_same(search.checkout().partial_fit(BITS[10:11]), HammingNeighbors().fit(BITS[:11]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda search: search.partial_fit(BITS[:1], ids=[3]), "in use"),
        (lambda search: search.partial_fit(BITS[:1], ids=["a"]), "type of the stored ones, int64; got string"),
        (lambda search: search.partial_fit(BITS[:1, :20]), "20 features"),
        (lambda search: search.partial_fit(BITS[:1], y=[1]), "labels are not stored"),
        (lambda search: search.fit(BITS, y=np.ones(400)), "labels are not stored"),
        (lambda search: search.fit(BITS[:2], ids=[1, "a"]), "one type that Arrow can store"),
        (lambda search: search.remove([0, 77]), "unknown: \\[77\\]"),
    ],
)
def test_what_is_refused_changes_nothing(uri, change, message):
    search = LanceNeighbors(uri).fit(BITS[:10])
    with pytest.raises(ValueError, match=message):
        change(search)
    assert_same(search, HammingNeighbors().fit(BITS[:10]))
    assert lance.dataset(uri).version == 1
    search.partial_fit(BITS[10:11])


def test_a_write_that_fails_changes_nothing(uri, monkeypatch):
    search = LanceNeighbors(uri).fit(BITS[:10])

    def full(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(lance, "write_dataset", full)
    for change in (search.fit, search.partial_fit):
        with pytest.raises(OSError, match="No space"):
            change(BITS[:3], ids=[20, 21, 22])
    monkeypatch.undo()
    assert_same(search.partial_fit(BITS[10:11]), HammingNeighbors().fit(BITS[:11]))


def test_missing_datasets(uri):
    with pytest.raises(FileNotFoundError, match="no dataset at"):
        LanceNeighbors(uri).checkout()
    with pytest.raises(NotFittedError):
        LanceNeighbors(uri).remove([0])
    search = LanceNeighbors(uri).fit(BITS[:9])
    with pytest.raises(FileNotFoundError, match="no version 7"):
        search.checkout(7)
    assert search.version_ == 1
    assert clone(search).uri == uri


WRITER = """
import os, sys
import numpy as np
from sklearn_hash.stores import LanceNeighbors

search = LanceNeighbors(sys.argv[1], packed=True)
step = int(sys.argv[2])
while True:
    ids = np.arange(step * 100, step * 100 + 100)
    codes = (ids[:, None] * np.arange(1, 9) % 251).astype(np.uint8)
    search.partial_fit(codes, ids=ids)
    os.write(1, b"added %d\\n" % step)
    if step % 3 == 2:
        search.remove(ids[:50])
        os.write(1, b"removed %d\\n" % step)
    step += 1
"""


def written_until_killed(uri, step, seconds):
    """The lines that a writer printed before it was killed."""
    with subprocess.Popen([sys.executable, "-c", WRITER, uri, str(step)], stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline()]
        threading.Timer(seconds, process.send_signal, [signal.SIGKILL]).start()
        lines += process.stdout
    assert process.returncode == -signal.SIGKILL
    return [line.split() for line in lines]


def test_nothing_acknowledged_is_lost_when_a_writer_is_killed(uri):
    added, removed, step = set(), set(), 0
    for seconds in (0.2, 0.5):
        for what, number in written_until_killed(uri, step, seconds):
            (added if what == "added" else removed).add(int(number))
        search = LanceNeighbors(uri, packed=True).checkout()
        by_step = {number: search.ids_[search.ids_ // 100 == number] for number in set(search.ids_ // 100)}
        # What was acknowledged, and perhaps the one change under way, as a whole.
        assert added <= by_step.keys() <= added | {max(added) + 1}
        for number, ids in by_step.items():
            whole = np.arange(number * 100, number * 100 + 100)
            assert ids.tolist() in (
                [whole[50:].tolist()] if number in removed else [whole.tolist(), whole[50:].tolist()]
            )
            assert len(ids) == 100 or number % 3 == 2
        assert_array_equal(search.packed_codes_, search.ids_[:, None] * np.arange(1, 9) % 251)
        step = max(by_step) + 1
        added, removed = set(by_step), {number for number, ids in by_step.items() if len(ids) == 50}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": [1], "code": ["00ff"]}, '"code" must be of type binary .*; got string. Convert .*to_arrow'),
        ({"id": [1], "vector": [b"ab"]}, r"""a column "code"; got the columns \['id', 'vector'\]"""),
        ({"code": [b"ab"]}, r"""a column "id"; got the columns \['code'\]"""),
    ],
    ids=["text", "name", "ids"],
)
def test_datasets_without_codes_are_refused(uri, columns, message):
    lance.write_dataset(pa.table(columns), uri)
    with pytest.raises(ValueError, match=message):
        LanceNeighbors(uri).checkout()
