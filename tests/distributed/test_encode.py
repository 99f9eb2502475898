"""Codes of blocks on Dask are those of the whole in memory."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hash import DHNHasher, ITQHasher
from sklearn_hash.distributed import ShardedHammingNeighbors, encode, read_parts, write_parts

da = pytest.importorskip("dask.array")
pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

X, Y = load_digits(return_X_y=True)
X = X[:700].astype(np.float32)


@pytest.fixture(scope="module")
def hasher():
    return ITQHasher(n_bits=20, random_state=0).fit(X)


@pytest.fixture(scope="module")
def expected(hasher):
    return np.packbits(hasher.transform(X) > 0, axis=1)


@pytest.mark.parametrize("chunks", [(700, 64), (100, 64), ((1, 0, 699), 64), ((300, 7, 393), (30, 34))])
def test_arrays(hasher, expected, chunks):
    codes = encode(hasher, da.from_array(X, chunks=chunks))
    assert codes.shape == (700, 3)
    assert codes.dtype == np.uint8
    assert codes.chunks[0] == tuple(size for size in da.core.normalize_chunks(chunks, X.shape)[0] if size)
    np.testing.assert_array_equal(codes.compute(), expected)


def test_slices_of_lazy_codes_have_the_right_shape(hasher, expected):
    codes = encode(hasher, da.from_array(X, chunks=(100, -1)))
    np.testing.assert_array_equal(codes[95:205, 1].compute(), expected[95:205, 1])


@pytest.mark.parametrize("rows_per_block", [50, 1000])
def test_folder_of_npy_files(hasher, expected, tmp_path, rows_per_block):
    for name, part in {"a": X[:120], "b": X[120:121], "c": X[121:]}.items():
        np.save(tmp_path / f"{name}.npy", part)
    codes = encode(hasher, tmp_path, rows_per_block=rows_per_block)
    assert max(codes.chunks[0]) <= rows_per_block
    np.testing.assert_array_equal(codes.compute(), expected)
    np.testing.assert_array_equal(encode(hasher, tmp_path / "a.npy").compute(), expected[:120])


def test_parquet_columns_and_lists(hasher, expected, tmp_path):
    pd.DataFrame(X, columns=[f"x{i}" for i in range(64)]).to_parquet(tmp_path / "wide.parquet", row_group_size=90)
    np.testing.assert_array_equal(encode(hasher, tmp_path / "wide.parquet", rows_per_block=77).compute(), expected)
    pd.DataFrame({"vector": list(X)}).to_parquet(tmp_path / "lists.parquet", row_group_size=90)
    np.testing.assert_array_equal(encode(hasher, tmp_path / "lists.parquet", rows_per_block=77).compute(), expected)


def test_data_frames(expected, hasher):
    dd = pytest.importorskip("dask.dataframe")
    codes = encode(hasher, dd.from_pandas(pd.DataFrame(X), npartitions=3))
    assert codes.shape == (700, 3)
    np.testing.assert_array_equal(codes.compute(), expected)


@pytest.mark.parametrize("output", ["bits", "signs", "packed"])
def test_pipelines_and_networks_whatever_their_output(output):
    network = DHNHasher(n_bits=16, max_epochs=1, encoder="linear", output=output, random_state=0, device="cpu")
    pipeline = make_pipeline(StandardScaler(), network).fit(X, Y[:700])
    signs = pipeline[-1].decision_function(pipeline[:-1].transform(X)) > 0
    codes = encode(pipeline, da.from_array(X, chunks=(250, -1)))
    np.testing.assert_array_equal(codes.compute(), np.packbits(signs, axis=1))
    assert network.output == output


def test_parts_are_written_and_read(hasher, expected, tmp_path):
    codes = encode(hasher, da.from_array(X, chunks=(300, -1)))
    files = write_parts(codes, tmp_path / "codes", hasher=hasher)
    tables = [parquet.read_table(file) for file in files]
    assert [len(table) for table in tables] == [300, 300, 100]
    assert np.concatenate([table.column("id").to_numpy() for table in tables]).tolist() == list(range(700))
    assert tables[0].schema.metadata[b"sklearn_hash.n_bits"] == b"20"
    again = read_parts(tmp_path / "codes", hasher=hasher)
    assert again.chunks == codes.chunks
    np.testing.assert_array_equal(again.compute(), expected)
    assert len(write_parts(codes, tmp_path / "codes", hasher=hasher)) == 3  # the same files once more
    other = ITQHasher(n_bits=20, random_state=1).fit(X)
    with pytest.raises(ValueError, match="hasher"):
        read_parts(tmp_path / "codes", hasher=other)
    with pytest.raises(ValueError, match=r"must not have other Parquet files, such as .*part-00001"):
        write_parts(codes.rechunk((700, -1)), tmp_path / "codes")


def codes_of_type(kind, codes):
    values = codes.tolist() if pa.types.is_fixed_size_list(kind) else [code.tobytes() for code in codes]
    return pa.table({"code": pa.array(values, kind)})


@pytest.mark.parametrize(
    "kind",
    [pa.binary(), pa.large_binary(), pa.binary(3), pa.list_(pa.uint8(), 3)],
    ids=["binary", "large", "fixed", "list"],
)
def test_parts_of_other_tools(kind, expected, tmp_path):
    for name, rows in {"a": slice(0, 0), "b": slice(0, 200), "c": slice(200, 700)}.items():
        parquet.write_table(codes_of_type(kind, expected[rows]), tmp_path / f"{name}.parquet")
    codes = read_parts(tmp_path)
    assert codes.shape == (700, 3)
    np.testing.assert_array_equal(codes.compute(), expected)
    np.testing.assert_array_equal(ShardedHammingNeighbors(n_neighbors=1).fit(tmp_path).kneighbors(expected[:9])[0], 0)
    parquet.write_table(codes_of_type(pa.binary(), expected[:, :2]), tmp_path / "d.parquet")
    with pytest.raises(ValueError, match=r"codes of one length, 3 bytes; got 2 in .*d\.parquet"):
        read_parts(tmp_path).compute()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"code": ["00ff"]}, '"code" must be of type binary .*; got string. Convert .*to_arrow'),
        ({"code": [1]}, '"code" must be of type binary .*; got int64'),
        ({"hash": [b"ab"]}, r"""a column "code"; got the columns \['hash'\]"""),
        ({"code": pa.array([], pa.binary())}, "at least one code"),
    ],
    ids=["text", "number", "name", "empty"],
)
def test_parts_without_codes(columns, message, tmp_path):
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    for read in (read_parts, ShardedHammingNeighbors().fit):
        with pytest.raises(ValueError, match=message):
            read(tmp_path)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": [1.0], "name": ["a"]}, "got the column 'name' of type string in .*a.parquet. Remove"),
        ({"id": [1], "vector": [[1.0, 2.0]]}, "got the column 'vector' of type list<.*: double>"),
        ({"code": [b"ab"]}, "got the column 'code' of type binary"),
        ({"vector": [[1.0], [1.0, 2.0, 3.0]]}, "lists of equal length in the column 'vector'"),
        ({"vector": [[1.0, 2.0], None]}, "lists of equal length in the column 'vector'"),
    ],
    ids=["text", "ids", "codes", "lengths", "missing"],
)
def test_rows_that_are_no_vectors(hasher, columns, message, tmp_path):
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    with pytest.raises(ValueError, match=message):
        encode(hasher, tmp_path).compute()


def test_bad_input(hasher, tmp_path):
    with pytest.raises(TypeError, match=r"X must be a dask array or DataFrame.*got ndarray"):
        encode(hasher, X)
    with pytest.raises(ValueError, match=r"must be a hasher, or a Pipeline .* got StandardScaler\(\)"):
        encode(StandardScaler(), da.from_array(X))
    with pytest.raises(NotFittedError):
        encode(ITQHasher(), da.from_array(X))
    with pytest.raises(ValueError, match=r"X must be a \.npy or Parquet file"):
        encode(hasher, tmp_path)
    with pytest.raises(ValueError, match="folder must hold Parquet files"):
        read_parts(tmp_path)


def test_parts_of_a_pipeline_have_the_code_length_of_its_hasher(tmp_path):
    pipeline = make_pipeline(StandardScaler(), ITQHasher(n_bits=20, random_state=0)).fit(X)
    write_parts(encode(pipeline, da.from_array(X)), tmp_path, hasher=pipeline)
    metadata = parquet.read_schema(tmp_path / "part-00000.parquet").metadata
    assert metadata[b"sklearn_hash.n_bits"] == b"20"
