"""Parquet and Arrow IPC files: what goes in comes out, in bounded memory, as a whole or not at all."""

import signal
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors, LSHHasher
from sklearn_hash.stores import fingerprint, iter_parquet, read_ipc, read_parquet, to_arrow, write_ipc, write_parquet

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

RNG = np.random.default_rng(0)
CODES = RNG.integers(0, 256, (1000, 4), dtype=np.uint8)
ROWS = RNG.normal(size=(50, 5))
HASHER = LSHHasher(n_bits=12, random_state=0).fit(ROWS)
BITS = HASHER.transform(ROWS)

FORMATS = {"parquet": (write_parquet, read_parquet), "ipc": (write_ipc, read_ipc)}


@pytest.fixture(params=FORMATS)
def formats(request):
    return FORMATS[request.param]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "codes"


def texts(n):
    return [f"{i:04}" for i in range(n)]


@pytest.mark.parametrize("ids", [None, RNG.permutation(1000), texts(1000)], ids=["rows", "int", "str"])
def test_a_file_holds_the_table_of_its_codes(formats, path, ids):
    write, read = formats
    write(path, CODES, ids, packed=True)
    assert read(path).equals(to_arrow(CODES, ids, packed=True), check_metadata=True)
    search, expected = HammingNeighbors(packed=True).fit(read(path)), HammingNeighbors(packed=True).fit(CODES, ids=ids)
    assert_array_equal(search.kneighbors(CODES[:9])[1], expected.kneighbors(CODES[:9])[1])


@pytest.mark.parametrize("output", ["bits", "packed"])
def test_a_hasher_encodes_into_a_file(formats, path, output):
    write, read = formats
    hasher = HASHER.set_params(output=output)
    packed = {"packed": True, "n_bits": 12} if output == "packed" else {}
    write(path, hasher.iter_transform(ROWS, batch_size=7), hasher=hasher, **packed)
    table = read(path, hasher=hasher)
    assert table.equals(to_arrow(BITS, hasher=hasher), check_metadata=True)
    assert read(path, hasher=fingerprint(hasher)).equals(table)


def test_ids_of_blocks_may_be_any(formats, path):
    write, read = formats
    names = np.array(texts(50), dtype=object)
    write(path, ((names[rows], codes) for rows, codes in HASHER.set_params(output="bits").iter_transform(ROWS)))
    assert read(path).equals(to_arrow(BITS, names))


def test_tables_are_written_as_they_are(formats, path):
    write, read = formats
    table = to_arrow(BITS, texts(50), hasher="a")
    write(path, pa.concat_tables([table.slice(0, 20), table.slice(20)]))
    assert read(path).equals(table, check_metadata=True)
    write(path, iter([table.slice(0, 20), table.slice(20)]))
    assert read(path).equals(table, check_metadata=True)
    write(path, to_arrow(BITS), hasher="b")
    assert read(path, hasher="b").num_rows == 50
    with pytest.raises(ValueError, match="another hasher"):
        write(path, table, hasher="b")
    write(path, table.slice(0, 0))
    assert read(path).equals(table.slice(0, 0))


def test_rows_without_ids_are_numbered_through(formats, path):
    write, read = formats
    bare = to_arrow(BITS).drop_columns(["id"])
    params = {"row_group_size": 20} if write is write_parquet else {}
    for codes in (bare, iter([bare.slice(0, 20), bare.slice(20)]), BITS, BITS.tolist()):
        write(path, codes, **params)
        assert read(path).equals(to_arrow(BITS), check_metadata=True)
    write(path, bare, range(100, 150), **params)
    assert read(path).equals(to_arrow(BITS, range(100, 150)))


def test_codes_of_another_hasher_are_refused(formats, path):
    write, read = formats
    write(path, BITS, hasher=HASHER)
    other = LSHHasher(n_bits=12, random_state=1).fit(ROWS)
    for opened in (read, *([lambda *a, **k: next(iter_parquet(*a, **k))] if read is read_parquet else [])):
        with pytest.raises(ValueError, match="another hasher"):
            opened(path, hasher=other)
    search = HammingNeighbors().fit(read(path))
    with pytest.raises(ValueError, match="another hasher"):
        search.kneighbors(to_arrow(other.transform(ROWS), hasher=other))
    write(path, BITS)  # of unknown origin
    assert read(path, hasher=other).num_rows == 50


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([], "at least one block"),
        ([(range(50), BITS), (range(50), BITS[:, :11])], "12 columns|n_bits.*12.*11"),
        ([(range(50), BITS), (texts(50), BITS)], "id int64.*id string"),
        ([(range(50), BITS), (range(49), BITS)], "50; got 49"),
        ([to_arrow(BITS, hasher="a"), to_arrow(BITS, hasher="b")], "fingerprint"),
    ],
    ids=["none", "width", "id type", "number of ids", "hasher"],
)
def test_blocks_that_do_not_match_leave_the_file(formats, path, blocks, message):
    write, read = formats
    write(path, BITS)
    with pytest.raises(ValueError, match=message):
        write(path, iter(blocks))
    assert read(path).equals(to_arrow(BITS))
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_an_iterator_has_its_ids_with_it(formats, path):
    with pytest.raises(ValueError, match="ids beside"):
        formats[0](path, iter([(range(50), BITS)]), range(50))


def test_row_groups_and_blocks(path):
    write_parquet(path, CODES, packed=True, row_group_size=300)
    metadata = parquet.ParquetFile(path).metadata
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [300, 300, 300, 100]
    blocks = list(iter_parquet(path, batch_size=250))
    assert [len(block) for block in blocks] == [250, 50, 250, 50, 250, 50, 100]
    assert pa.concat_tables(blocks).equals(to_arrow(CODES, packed=True))


def test_what_polars_and_duckdb_read_is_searched(path):
    polars, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    write_parquet(path, CODES, packed=True)
    expected = HammingNeighbors(packed=True).fit(CODES[:500]).kneighbors(CODES[:9])
    chosen = duckdb.sql(f"SELECT * FROM read_parquet('{path}') WHERE id < 500 ORDER BY id").to_arrow_table()
    for table in (chosen, polars.read_parquet(path).filter(polars.col("id") < 500).to_arrow()):
        assert_array_equal(HammingNeighbors(packed=True).fit(table).kneighbors(CODES[:9]), expected)


def test_a_folder_is_read_in_the_order_of_names(path):
    path.mkdir()
    for part in (2, 0, 1):
        rows = np.arange(part * 300, part * 300 + 300)
        write_parquet(path / f"part-{part}.parquet", CODES[rows], rows, packed=True)
    assert read_parquet(path).equals(to_arrow(CODES[:900], packed=True))
    assert pa.concat_tables(iter_parquet(path)).equals(to_arrow(CODES[:900], packed=True))
    write_parquet(path / "part-3.parquet", CODES[:, :3], packed=True)
    with pytest.raises(ValueError, match=r"part-3.parquet differs"):
        read_parquet(path)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"code": ["00ff"]}, '"code" must be of type binary .*; got string. Convert .*to_arrow'),
        ({"code": [[0, 255]]}, r'"code" must be of type binary .*; got list<.*: int64>'),
        ({"hash": [b"ab"]}, r"""a column "code"; got the columns \['hash'\]"""),
    ],
    ids=["text", "list", "name"],
)
def test_files_without_codes_are_refused(path, columns, message):
    table = pa.table(columns)
    parquet.write_table(table, path)
    for read in (read_parquet, lambda path: next(iter_parquet(path))):
        with pytest.raises(ValueError, match=message):
            read(path)
    with pa.ipc.new_file(str(path), table.schema) as file:
        file.write_table(table)
    with pytest.raises(ValueError, match=message):
        read_ipc(path)


def test_missing_files(formats, path):
    with pytest.raises(FileNotFoundError):
        formats[1](path)
    path.mkdir()
    with pytest.raises(FileNotFoundError, match=r"no \*.parquet file"):
        read_parquet(path)


@pytest.mark.parametrize("size", [0, 1.5, True])
def test_sizes_of_blocks(path, size):
    with pytest.raises(ValueError, match="row_group_size must be an integer"):
        write_parquet(path, BITS, row_group_size=size)
    with pytest.raises(ValueError, match="batch_size must be an integer"):
        next(iter_parquet(path, batch_size=size))


def blocks(n, size=50_000):
    for start in range(0, n, size):
        yield np.arange(start, start + size), np.full((size, 8), start % 251, np.uint8) | 2


def mapped(path, n):
    """The same codes in a memory map, which Parquet takes in row groups."""
    codes = np.lib.format.open_memmap(path.with_suffix(".npy"), "w+", np.uint8, (n, 8))
    codes[:] = 2
    return codes


@pytest.mark.parametrize(
    ("write", "form", "params"),
    [
        (write_parquet, blocks, {"row_group_size": 50_000}),
        (write_parquet, mapped, {"row_group_size": 50_000}),
        (write_ipc, blocks, {}),
    ],
)
def test_memory_is_that_of_a_block(path, peak_memory, write, form, params):
    n = 1_000_000  # 16 MB of codes and ids
    codes = form(path, n) if form is mapped else form(n)
    with peak_memory() as written:
        write(path, codes, packed=True, **params)
    assert written.n_bytes < 6e6


def test_memory_of_reading_is_that_of_a_block(path, peak_memory):
    n = 1_000_000
    write_parquet(path, blocks(n), packed=True, row_group_size=50_000)
    with peak_memory() as seen:
        assert sum(len(block) for block in iter_parquet(path)) == n
    assert seen.n_bytes < 6e6


@pytest.mark.parametrize("ids", ["rows", "increasing", None])
def test_a_mapped_file_stays_on_disk(path, peak_memory, ids):
    n, queries = 1_000_000, np.full((3, 8), 2, np.uint8)  # 8 MB of codes, and of ids
    step = 3 if ids == "increasing" else 1
    write_ipc(path, ((step * rows, codes) for rows, codes in blocks(n)), packed=True)
    search = HammingNeighbors(packed=True, n_bits=64, algorithm="flat").fit(read_ipc(path))
    expected = search.kneighbors(queries)  # compiles, for which memory is taken too
    np.save(path.with_suffix(".npy"), search.packed_codes_)
    with peak_memory() as taken:
        search.fit(np.load(path.with_suffix(".npy"), mmap_mode="r") if ids is None else read_ipc(path))
        assert_array_equal(search.kneighbors(queries), expected)
    assert taken.n_bytes < 4e6


WRITER = """
import sys
import numpy as np
from sklearn_hash.stores import write_parquet

def endless():
    for start in range(0, 10**9, 1000):
        print("block", flush=True)
        yield np.arange(start, start + 1000), np.full((1000, 4), 9, np.uint8)

write_parquet(sys.argv[1], endless(), packed=True)
"""


def test_a_writer_that_is_killed_leaves_the_old_file(path):
    write_parquet(path, CODES, packed=True)
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE) as process:
        for _ in range(20):
            assert process.stdout.readline() == b"block\n"
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
    assert process.returncode == -signal.SIGKILL
    assert read_parquet(path).equals(to_arrow(CODES, packed=True))
