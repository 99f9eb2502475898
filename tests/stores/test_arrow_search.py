"""Searches over Arrow tables, whoever made them: ids, code length and origin, without copies."""

import uuid

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors

pa = pytest.importorskip("pyarrow")

RNG = np.random.default_rng(0)
CODES = RNG.integers(0, 256, (60, 3), dtype=np.uint8)
BITS = np.unpackbits(CODES, axis=1)


def table(codes=CODES, ids=None, **metadata):
    columns = {"code": pa.array([code.tobytes() for code in codes], pa.binary(codes.shape[1]))}
    if ids is not None:
        columns["id"] = ids
    return pa.table(columns).replace_schema_metadata({f"sklearn_hash.{key}": value for key, value in metadata.items()})


def lists(codes):
    return pa.FixedSizeListArray.from_arrays(pa.array(codes.ravel()), codes.shape[1])


@pytest.mark.parametrize("packed", [False, True])
def test_a_table_is_searched_as_its_codes(packed):
    queries = CODES[:7] if packed else BITS[:7]
    search = HammingNeighbors(packed=packed).fit(table())
    expected = HammingNeighbors().fit(BITS).kneighbors(BITS[:7])
    assert_array_equal(search.kneighbors(queries), expected)
    assert_array_equal(search.kneighbors(table(CODES[:7])), expected)
    assert (search.n_bits_, search.n_features_in_, search.fingerprint_) == (24, queries.shape[1], None)


@pytest.mark.parametrize(
    "ids",
    [
        RNG.permutation(10**6)[:60],
        [f"{i}.png" for i in range(60)],
        [uuid.UUID(int=i) for i in range(60)],
        [2**64 - i for i in range(1, 61)],
        [(i, 0) for i in range(60)],
    ],
    ids=["int64", "str", "uuid", "uint64", "tuple"],
)
def test_ids_come_with_the_table(ids):
    column = pa.array(ids, pa.uint64()) if ids[0] == 2**64 - 1 else pa.array(ids)
    search = HammingNeighbors(n_neighbors=1).fit(table(ids=column).slice(10))
    assert search.kneighbors(BITS[10:], return_distance=False).ravel().tolist() == list(ids[10:])
    search.partial_fit(table(ids=column).slice(0, 10))
    assert search.ids_.tolist() == [*ids[10:], *ids[:10]]
    with pytest.raises(ValueError, match="in use"):
        search.partial_fit(table(ids=column).slice(0, 1))


def test_given_ids_replace_those_of_the_table():
    assert_array_equal(HammingNeighbors().fit(table(ids=range(60)), ids=range(60, 120)).ids_, range(60, 120))


def test_other_forms_of_the_column_of_codes():
    expected = HammingNeighbors().fit(BITS).kneighbors(BITS[:5])
    nested = pa.table({"code": pa.chunked_array([lists(CODES[:20]), lists(CODES[20:])])})
    chunked = pa.concat_tables([table(CODES[:33]), table(CODES[33:])])
    batch = table().to_batches()[0]
    for each in (nested, chunked, batch):
        assert_array_equal(HammingNeighbors().fit(each).kneighbors(BITS[:5]), expected)
    for kind in (pa.binary(), pa.large_binary(), pa.binary_view()):
        loose = table().set_column(0, "code", table()["code"].combine_chunks().cast(kind)).slice(9)
        assert_array_equal(HammingNeighbors().fit(loose).packed_codes_, CODES[9:])
    sliced = HammingNeighbors().fit(nested.slice(25, 30))
    assert_array_equal(sliced.packed_codes_, CODES[25:55])


def test_the_code_length_is_that_of_the_metadata():
    codes = np.packbits(BITS[:, :21], axis=1)
    search = HammingNeighbors().fit(table(codes, n_bits="21", bit_order="big"))
    assert search.n_bits_ == 21
    assert_array_equal(search.kneighbors(BITS[:5, :21]), HammingNeighbors().fit(BITS[:, :21]).kneighbors(BITS[:5, :21]))
    for bad, message in [
        (table(CODES, n_bits="21"), "last 3 bits at zero"),
        (table(CODES, n_bits="25"), "4 bytes"),
        (table(CODES, bit_order="little"), "first bit highest"),
        (table(CODES[:, :2]), "n_bits=21"),
    ]:
        with pytest.raises(ValueError, match=message):
            search.kneighbors(bad)
    with pytest.raises(ValueError, match="n_bits=24; got a table of 21"):
        HammingNeighbors(n_bits=24).fit(table(codes, n_bits="21"))


def test_codes_of_another_hasher_are_refused():
    search = HammingNeighbors().fit(table(fingerprint="a"))
    assert search.fingerprint_ == "a"
    for refused in (search.kneighbors, search.radius_neighbors, search.partial_fit, search.kneighbors_graph):
        with pytest.raises(ValueError, match="another hasher"):
            refused(table(fingerprint="b"))
    assert search.n_samples_fit_ == 60
    expected = HammingNeighbors().fit(BITS).kneighbors(BITS[:5])
    for known in (table(CODES[:5], fingerprint="a"), table(CODES[:5]), BITS[:5]):
        assert_array_equal(search.kneighbors(known), expected)
    assert search.fit(BITS).fingerprint_ is None
    search.kneighbors(table(fingerprint="b"))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (pa.table({"id": [1]}), '"code"'),
        (pa.table({"code": ["ab"]}), "code. must be of type binary .*; got string. Convert"),
        (pa.table({"code": [[1, 2]]}), r"must be of type binary .*; got list<item: int64>"),
        (pa.table({"code": [b"ab", b"a"]}), "code. must all have the same number of bytes"),
        (pa.table({"code": pa.array([], pa.binary())}), "at least one code"),
        (pa.table({"code": pa.array([[1, None]], pa.list_(pa.uint8(), 2))}), "1 are null"),
        (pa.table({"code": pa.array([b"a", None], pa.binary(1))}), "1 are null"),
        (table(ids=[None, *range(59)]), "1 are null"),
        (table(ids=np.linspace(0, 1, 60)), "hashable"),
        (table(ids=[1] * 60), "repeat"),
        (table().slice(0, 0), "at least one code"),
    ],
    ids=[
        "no code",
        "text",
        "list",
        "lengths",
        "no width",
        "null byte",
        "null",
        "null id",
        "float id",
        "repeated",
        "empty",
    ],
)
def test_a_table_that_is_refused_leaves_the_searcher(bad, message):
    search = HammingNeighbors().fit(BITS)
    with pytest.raises(ValueError, match=message):
        search.fit(bad)
    assert_array_equal(search.packed_codes_, CODES)
    assert search.fingerprint_ is None


def test_names_of_columns_are_forgotten():
    pandas = pytest.importorskip("pandas")
    search = HammingNeighbors().fit(pandas.DataFrame(BITS, columns=[f"b{i}" for i in range(24)])).fit(table())
    assert not hasattr(search, "feature_names_in_")
    search.kneighbors(BITS[:2])


def test_a_mapped_file_is_searched_in_place(tmp_path):
    whole = table(ids=np.arange(60) * 3)
    with pa.ipc.new_file(tmp_path / "codes.arrow", whole.schema) as writer:
        writer.write_table(whole)
    mapped = pa.ipc.open_file(pa.memory_map(str(tmp_path / "codes.arrow"))).read_all()
    search = HammingNeighbors(algorithm="flat").fit(mapped)
    for held, column in [(search.packed_codes_, "code"), (search.ids_, "id")]:
        buffer = mapped[column].chunk(0).buffers()[1]
        assert held.__array_interface__["data"][0] == buffer.address
    assert_array_equal(search.kneighbors(BITS[:5], return_distance=False)[:, 0], np.arange(5) * 3)
    search.partial_fit(BITS[:1])
    assert search.ids_[-1] == 59 * 3 + 1


def test_given_ids_may_be_changed_afterwards():
    ids = np.arange(60)[::-1].copy()
    search = HammingNeighbors().fit(BITS, ids=ids)
    ids[:] = 0
    assert_array_equal(search.ids_, np.arange(60)[::-1])
