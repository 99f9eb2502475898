"""Errors of the commands: one line on stderr, a status, and nothing written; and their help."""

import numpy as np
import pytest

from sklearn_hash.__main__ import main
from tests.cli.command import run


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["encode", "nowhere.npy", "--model", "MODEL"], "nowhere.npy: no such file or folder"),
        (["encode", "rows.npy", "--model", "nowhere"], "nowhere"),
        (["encode", "rows.npy", "--model", "rows.npz"], "it is not a safetensors file"),
        (["encode", "kinds.txt", "--model", "MODEL"], "files of rows are .npy, .npz, .csv, .parquet, or a folder"),
        (["encode", "kinds.npy", "--model", "MODEL"], "rows are numbers"),
        (["encode", "rows.npy", "--model", "MODEL", "--out", "codes.txt"], "--out must be a .npy or .parquet file"),
        (["encode", "rows.csv", "--model", "MODEL"], "could not convert string"),
        (["encode", "rows.csv", "--model", "MODEL", "--labels", "sort"], "there is no column 'sort'"),
        (["encode", "rows.npz", "--model", "MODEL", "--ids", "sort"], "sort"),
        (["encode", "rows.npy", "--model", "MODEL", "--ids", "sort"], "a .npy file has no 'sort'"),
        (["evaluate", "rows.npy", "--model", "MODEL"], "name them by --labels"),
        (["fit", "rows.npy", "--out", "new", "--method", "csq"], "csq learns from labels"),
        (["fit", "rows.npz", "--out", "new", "--set", "nonsense=1"], "nonsense"),
        (["fit", "rows.npz", "--out", "new", "--set", "max_epochs=-1", "--method", "dhn"], "max_epochs"),
        (["fit", "rows.npz", "--out", "nowhere/new"], "--out: there is no folder"),
        (["search", "rows.npy", "--index", "MODEL"], "it holds no searcher but ITQHasher"),
        (["index", "rows.npy", "--out", "new"], "must be a uint8 array"),
        (["show", "rows.npy"], "it is not a safetensors file"),
        (["show", "nowhere"], "nowhere"),
        (["encode", ".", "--model", "MODEL"], "there are no images in this folder"),
    ],
)
def test_errors_are_one_line(capsys, argv, message, folder, tmp_path, monkeypatch):
    for name in ("rows.npy", "rows.npz", "rows.csv", "kinds.npy", "kinds.txt"):
        (tmp_path / name).symlink_to(folder / name)
    monkeypatch.chdir(tmp_path)
    argv = [str(folder / "itq.safetensors") if arg == "MODEL" else arg for arg in argv]
    assert message in run(capsys, *argv, status=2)
    assert not (tmp_path / "new").exists()


def test_errors_nobody_expected_are_one_line_too(capsys, folder, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError("by zero\nat last")

    monkeypatch.setattr("sklearn_hash._cli._encode.hash_rows", fail)
    argv = ["encode", folder / "rows.npy", "--model", folder / "itq.safetensors"]
    assert run(capsys, *argv, status=1) == "error: ZeroDivisionError: by zero at last\n"
    with pytest.raises(ZeroDivisionError):
        main([*map(str, argv), "--debug"])


def test_broken_images_and_files_are_named(capsys, photos, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG broken")
    assert "broken.png: this image cannot be read" in run(
        capsys, "fit", tmp_path, "--out", tmp_path / "new", "--quiet", status=2
    )
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n3\n")
    assert "rows.csv: " in run(capsys, "fit", tmp_path / "rows.csv", "--out", tmp_path / "new", status=2)
    (tmp_path / "rows.npy").write_bytes(b"")
    assert "rows.npy: " in run(capsys, "fit", tmp_path / "rows.npy", "--out", tmp_path / "new", status=2)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([b"ab"], "fixed_size_binary) or of numbers; there are code binary"),
        (["00ff"], "there are code string"),
        ([[0, 1], [1]], "the vectors of column 'code' differ in length"),
        ("null", "the codes of column 'code' must not have missing values"),
    ],
)
def test_columns_that_hold_no_rows_are_named(capsys, codes, message, tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    codes = pa.array([b"ab", None], pa.binary(2)) if codes == "null" else codes
    parquet.write_table(pa.table({"id": range(len(codes)), "code": codes}), tmp_path / "codes.parquet")
    assert message in run(capsys, "dedup", tmp_path / "codes.parquet", status=2)


def test_objects_in_files_are_not_unpickled(capsys, tmp_path):
    np.save(tmp_path / "rows.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert "Python objects in dtype" in run(capsys, "fit", tmp_path / "rows.npy", "--out", tmp_path / "new", status=2)


@pytest.mark.parametrize("command", ["fit", "encode", "index", "search", "dedup", "evaluate", "show"])
def test_help_of_every_command(capsys, command):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    out = capsys.readouterr().out
    assert stop.value.code == 0
    assert f"python -m sklearn_hash {command}" in out.split("\n\n", 1)[1]
    assert "--format {table,csv,json}" in out


def test_help_and_unknown_commands_name_the_commands(capsys):
    for argv, code in ((["--help"], 0), (["serve"], 2)):
        with pytest.raises(SystemExit) as stop:
            main(argv)
        assert stop.value.code == code
        captured = capsys.readouterr()
        assert all(name in captured.out + captured.err for name in ("fit", "encode", "dedup", "show"))


@pytest.mark.parametrize(
    "argv",
    [
        ["fit", "rows.npy"],
        ["fit", "rows.npy", "--out", "x", "--bits", "0"],
        ["fit", "rows.npy", "--out", "x", "--set", "epochs"],
        ["fit", "rows.npy", "--out", "x", "--method", "none"],
        ["search", "rows.npy", "--index", "x", "-k", "3", "--radius", "2"],
        ["dedup", "rows.npy", "--radius", "-1"],
        ["encode", "rows.npy", "--model", "x", "--format", "xml"],
    ],
)
def test_arguments_that_are_none(capsys, argv):
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    assert "error: " in capsys.readouterr().err
