"""The commands: what they print and write against the library, for every kind of input."""

import csv
import io
import subprocess
import sys

import numpy as np
import pytest

import sklearn_hash
from sklearn_hash import HammingNeighbors, ITQHasher
from sklearn_hash.__main__ import main
from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.neighbors import near_duplicates
from tests.cli.command import run
from tests.cli.conftest import N


def test_fit_saves_what_the_library_fits(capsys, folder, digits, tmp_path):
    X, y = digits
    options = ["--method", "csq", "--bits", 12, "--seed", 3, "--set", "max_epochs=2", "--set", 'encoder="linear"']
    options += ["--set", "optimizer__weight_decay=0.5", "--card", "source=scans", "--card", "year=1998"]
    out = tmp_path / "csq.safetensors"
    (row,) = run(capsys, "fit", folder / "rows.npz", "--out", out, *options, "--format", "json")
    assert {**row, "seconds": 0} == {"file": str(out), "method": "csq", "bits": 12, "rows": N, "seconds": 0}
    loaded = sklearn_hash.load(out)
    hasher = sklearn_hash.CSQHasher(12, random_state=3, max_epochs=2, encoder="linear")
    hasher.set_params(optimizer__weight_decay=0.5).fit(X, y)
    np.testing.assert_array_equal(loaded.transform(X), hasher.transform(X))
    card = sklearn_hash.persistence.read_card(out)
    assert card["given"] == {"data": "rows.npz", "n_rows": N, "source": "scans", "year": 1998}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("rows.npz", []),
        ("rows.npy", ["--labels", "kinds.npy"]),
        ("rows.npy", ["--labels", "kinds.txt"]),
        ("rows.csv", ["--labels", "kind", "--ids", "name"]),
        ("vectors.parquet", ["--labels", "kind"]),
        ("columns.parquet", ["--labels", "kind", "--ids", "id"]),
    ],
)
def test_every_kind_of_file_gives_the_same_codes_and_scores(capsys, name, options, folder, digits, request):
    if name.endswith(".parquet"):
        request.getfixturevalue("parquet")
    X, y = digits
    options = [folder / option if option.startswith("kinds") else option for option in options]
    shared = ["--model", folder / "itq.safetensors", "--format", "json", *options]
    codes = np.packbits(sklearn_hash.load(folder / "itq.safetensors").transform(X), axis=1)
    rows = run(capsys, "encode", folder / name, *shared)
    assert [row["code"] for row in rows] == [code.tobytes().hex() for code in codes]
    (scores,) = run(capsys, "evaluate", folder / name, *shared)
    assert scores["mAP"] == pytest.approx(mean_average_precision(codes, y, packed=True))
    assert (scores["queries"], scores["database"]) == (N, N - 1)
    if "--ids" in options or name == "rows.npz":
        assert rows[7]["id"] in ("row 7", 'row "7", #1')


def test_evaluate_against_a_database(capsys, folder, digits, tmp_path):
    X, y = digits
    np.savez(tmp_path / "queries.npz", X=X[:20], y=y[:20])
    np.savez(tmp_path / "database.npz", X=X[20:], y=y[20:])
    argv = ["evaluate", tmp_path / "queries.npz", "--database", tmp_path / "database.npz", "--radius", 3, "-k", 10]
    (scores,) = run(capsys, *argv, "--model", folder / "itq.safetensors", "--format", "json")
    z = sklearn_hash.load(folder / "itq.safetensors").transform(X)
    assert scores["mAP"] == pytest.approx(mean_average_precision(z[:20], y[:20], z[20:], y[20:], k=10))
    assert (scores["queries"], scores["database"]) == (20, N - 20)
    assert scores["codes"] == len(np.unique(z[20:], axis=0))
    assert 0 <= scores["P@r<=3"] <= 1


@pytest.mark.parametrize("with_model", [True, False])
def test_index_and_search(capsys, with_model, folder, digits, tmp_path):
    X, _ = digits
    codes = np.packbits(sklearn_hash.load(folder / "itq.safetensors").transform(X), axis=1)
    np.save(tmp_path / "codes.npy", codes)
    if with_model:
        run(capsys, "index", folder / "rows.npz", "--model", folder / "itq.safetensors", "--out", tmp_path / "index")
    else:
        (tmp_path / "ids.txt").write_text("".join(f"row {i}\n" for i in range(N)))
        run(capsys, "index", tmp_path / "codes.npy", "--ids", tmp_path / "ids.txt", "--out", tmp_path / "index")
    queries = folder / "rows.npy" if with_model else tmp_path / "codes.npy"
    search = HammingNeighbors(packed=True).fit(codes, ids=[f"row {i}" for i in range(N)])
    rows = run(capsys, "search", queries, "--index", tmp_path / "index", "-k", 4, "--format", "json")
    distances, ids = search.kneighbors(codes, 4)
    assert [row["id"] for row in rows] == ids.ravel().tolist()
    assert [row["distance"] for row in rows] == distances.ravel().tolist()
    assert [row["rank"] for row in rows] == [1, 2, 3, 4] * N
    assert [row["query"] for row in rows[::4]] == list(range(N))
    rows = run(capsys, "search", queries, "--index", tmp_path / "index", "--radius", 1, "--format", "json")
    _, ids = search.radius_neighbors(codes, 1)
    assert [row["id"] for row in rows] == np.concatenate(ids).tolist()


def test_more_neighbours_than_rows_are_all_of_them(capsys, folder, tmp_path):
    run(capsys, "index", folder / "rows.npy", "--model", folder / "itq.safetensors", "--out", tmp_path / "index")
    rows = run(capsys, "search", folder / "rows.npy", "--index", tmp_path / "index", "-k", 1000, "--format", "json")
    assert len(rows) == N * N


@pytest.mark.parametrize("groups", ["components", "leader"])
def test_dedup(capsys, groups, folder, digits, tmp_path):
    X, _ = digits
    codes = np.packbits(sklearn_hash.load(folder / "itq.safetensors").transform(X), axis=1)
    np.save(tmp_path / "codes.npy", codes)
    labels, kept = near_duplicates(codes, 2, method=groups, packed=True)
    expected = [{"id": i, "kept": int(kept[labels[i]])} for i in range(N) if kept[labels[i]] != i]
    options = ["--radius", 2, "--groups", groups, "--format", "json"]
    assert expected
    assert run(capsys, "dedup", tmp_path / "codes.npy", *options) == expected
    assert run(capsys, "dedup", folder / "rows.npy", "--model", folder / "itq.safetensors", *options) == expected


def test_codes_of_a_length_that_is_no_multiple_of_8(capsys, digits, tmp_path):
    X, _ = digits
    hasher = ITQHasher(13, random_state=0, output="packed").fit(X)
    sklearn_hash.save(hasher, tmp_path / "itq")
    np.save(tmp_path / "rows.npy", X)
    run(capsys, "encode", tmp_path / "rows.npy", "--model", tmp_path / "itq", "--out", tmp_path / "codes.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "codes.npy"), hasher.transform(X))
    run(capsys, "index", tmp_path / "codes.npy", "--bits", 13, "--out", tmp_path / "index")
    assert sklearn_hash.load(tmp_path / "index").n_bits_ == 13


def test_codes_in_parquet_belong_to_their_hasher(capsys, parquet, digits, tmp_path):
    stores = pytest.importorskip("sklearn_hash.stores")
    model = parquet / "itq.safetensors"
    run(capsys, "encode", parquet / "vectors.parquet", "--model", model, "--out", tmp_path / "codes.parquet")
    table = stores.read_parquet(tmp_path / "codes.parquet", hasher=sklearn_hash.load(model))
    assert table["id"].to_pylist() == [f"row {i}" for i in range(N)]
    rows = run(capsys, "dedup", tmp_path / "codes.parquet", "--radius", 2, "--format", "json")
    assert rows == run(capsys, "dedup", parquet / "vectors.parquet", "--model", model, "--format", "json")


@pytest.mark.parametrize("method", ["dual_hinge", "itq"])
def test_a_folder_of_images(capsys, method, photos, tmp_path):
    """Folders are labels, paths are ids, and later commands bring images to the size of the first."""
    options = ["--method", method, "--image-size", 8, "--bits", 16]
    options += ["--set", "max_epochs=2"] if method == "dual_hinge" else []
    (row,) = run(capsys, "fit", photos, "--out", tmp_path / "model", *options, "--format", "json")
    assert row["rows"] == 25
    rows = run(capsys, "encode", photos, "--model", tmp_path / "model", "--format", "json")
    assert rows[0]["id"] == "dark/0.png"
    assert len(rows[0]["code"]) == 4
    rows = run(capsys, "dedup", photos, "--model", tmp_path / "model", "--radius", 0, "--format", "json")
    kept = {row["id"]: row["kept"] for row in rows}
    assert kept["dark/copy.png"] == kept.get("dark/3.png", "dark/3.png")
    run(capsys, "index", photos, "--model", tmp_path / "model", "--out", tmp_path / "index")
    rows = run(capsys, "search", photos / "dark", "--index", tmp_path / "index", "-k", 2, "--format", "json")
    nearest = {row["query"]: row for row in rows if row["rank"] == 1}
    assert nearest["3.png"]["distance"] == 0
    (scores,) = run(capsys, "evaluate", photos, "--model", tmp_path / "model", "--format", "json")
    assert 0 < scores["mAP"] <= 1


def test_grey_images(capsys, photos, tmp_path):
    run(capsys, "fit", photos, "--out", tmp_path / "model", "--method", "lsh", "--image-size", 6, "--grey")
    assert sklearn_hash.load(tmp_path / "model").n_features_in_ == 36


def test_show(capsys, folder, tmp_path):
    rows = run(capsys, "show", folder / "itq.safetensors", "--format", "json")
    told = {(row["part"], row["name"]): row["value"] for row in rows}
    assert told["file", "format"] == 1
    assert told["estimator", "class"] == "ITQHasher"
    assert told["estimator", "n_iter"] == "50"
    assert told["known", "n_bits"] == 16
    assert told["versions", "sklearn_hash"] == sklearn_hash.__version__
    assert told["array", "mean_"] == "float32 64, 256 bytes"
    run(capsys, "index", folder / "rows.npz", "--model", folder / "itq.safetensors", "--out", tmp_path / "index")
    rows = run(capsys, "show", tmp_path / "index", "--format", "json")
    told = {(row["part"], row["name"]): row["value"] for row in rows}
    assert told["estimator", "class"] == "Pipeline"
    assert told["estimator.ITQHasher", "output"] == "'packed'"
    assert told["known", "search.n_samples_fit"] == N


def test_show_imports_neither_torch_nor_scikit_learn(folder):
    code = (
        "import sys; from sklearn_hash.__main__ import main; main(sys.argv[1:]);"
        "print('torch' in sys.modules or 'sklearn' in sys.modules)"
    )
    argv = [sys.executable, "-c", code, "show", str(folder / "itq.safetensors")]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_what_a_stranger_wrote_does_not_reach_the_terminal_raw(capsys, digits, tmp_path):
    hasher = ITQHasher(8, random_state=0).fit(digits[0])
    sklearn_hash.save(hasher, tmp_path / "file", card={"note": "\x1b[2J\rgone", "\x1b]0;title\x07": 1})
    out = run(capsys, "show", tmp_path / "file")
    assert "gone" in out
    assert all(each.isprintable() or each == "\n" for each in out)


def test_forms_of_the_result(capsys, folder):
    argv = ["encode", folder / "rows.npz", "--model", folder / "itq.safetensors", "--format"]
    as_json = run(capsys, *argv, "json")
    as_csv = list(csv.DictReader(io.StringIO(run(capsys, *argv, "csv"))))
    as_table = [line.split("  ") for line in run(capsys, *argv, "table").splitlines()]
    assert as_csv == as_json
    assert [as_table[0][0].strip(), as_table[0][-1].strip()] == ["id", "code"]
    assert [line[-1].strip() for line in as_table[1:]] == [row["code"] for row in as_json]


def test_results_on_stdout_progress_on_stderr(folder, tmp_path):
    argv = [sys.executable, "-m", "sklearn_hash", "fit", str(folder / "rows.npz"), "--out", str(tmp_path / "model")]
    argv += ["--method", "dhn", "--set", "max_epochs=2", "--bits", "8", "--format", "csv"]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "file,method,bits,rows,seconds"
    assert len(done.stdout.splitlines()) == 2
    assert "epoch" in done.stderr


def test_quiet(capsys, folder, tmp_path):
    argv = [
        "fit",
        folder / "rows.npz",
        "--out",
        tmp_path / "model",
        "--method",
        "dhn",
        "--set",
        "max_epochs=1",
        "--quiet",
    ]
    assert main([str(arg) for arg in argv]) == 0
    assert capsys.readouterr().err == ""
    argv = ["encode", folder / "rows.npy", "--model", tmp_path / "model", "--quiet"]
    assert main([str(arg) for arg in argv]) == 0
    assert capsys.readouterr().err == ""


def test_a_reader_that_has_had_enough(folder, tmp_path):
    command = f"{sys.executable} -m sklearn_hash encode {folder}/rows.npy --model {folder}/itq.safetensors --quiet"
    done = subprocess.run(["bash", "-c", f"{command} | head -n 1"], capture_output=True, text=True)
    assert done.stdout.split() == ["id", "code"]
    assert done.stderr == ""
