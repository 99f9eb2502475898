"""The main job: its table, its JSON, its errors."""

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import make_multilabel_classification

from sklearn_hash.__main__ import main


@pytest.fixture
def data_home(tmp_path):
    """A folder with one small multi-label set of images, as users keep them."""
    X, Y = make_multilabel_classification(300, 16, n_classes=4, random_state=0)
    rows = np.arange(300)
    parts = {"query": rows[:50], "train": rows[50:200], "database": rows[50:]}
    np.savez(tmp_path / "scenes.npz", X=X.reshape(300, 4, 4).astype(np.uint8), Y=Y.astype(np.uint8), **parts)
    np.savez(tmp_path / "labels_only.npz", Y=Y, **parts)
    return tmp_path


def run(capsys, *argv):
    status = main([str(arg) for arg in argv])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_digits_table_has_every_method_and_length(capsys):
    status, out, _ = run(capsys, "--bits", 8, 16)
    table = [line.split() for line in out.splitlines()[-6:]]
    assert status == 0
    assert [(row[0], row[1]) for row in table] == [
        (method, bits) for method in ("dual_hinge", "hashnet", "dhn") for bits in ("8", "16")
    ]
    # Random codes find a tenth of the ten classes.
    assert all(0.6 < float(row[2]) <= 1 for row in table)
    assert "1000 training rows, 300 queries, 1497 database rows" in out
    assert "k = all" in out
    assert "ties: expected" in out


def test_columns_are_aligned(capsys):
    _, out, _ = run(capsys, "--methods", "dhn", "--bits", 8, 16, "--seeds", 2)
    lines = out.splitlines()[-3:]
    assert len({len(line) for line in lines}) == 1
    assert "+-" in lines[0]


def test_multilabel_set_from_a_folder_with_json(capsys, data_home):
    file = data_home / "out.json"
    sizes = ["--queries", 50, "--train", 100, "--database", 200]
    status, out, _ = run(
        capsys, "--data", "scenes", "--data-home", data_home, "--bits", 8, "--seeds", 2, "--json", file, *sizes
    )
    stored = json.loads(file.read_text())
    assert status == 0
    assert "scenes, 2 seeds" in out
    assert [(row["method"], row["seed"]) for row in stored["rows"]] == [
        (method, seed) for method in ("dual_hinge", "hashnet", "dhn") for seed in (0, 1)
    ]
    for mean in stored["means"]:
        scores = [row["map"] for row in stored["rows"] if row["method"] == mean["method"]]
        assert mean["map"] == pytest.approx(sum(scores) / 2)
        assert mean["deviation"] == pytest.approx(abs(scores[0] - scores[1]) / 2**0.5)


def test_a_set_smaller_than_the_default_sizes_is_used_whole(capsys, data_home):
    status, out, _ = run(capsys, "--data", "scenes", "--data-home", data_home, "--methods", "dhn", "--bits", 8)
    assert status == 0
    assert "150 training rows, 50 queries, 250 database rows" in out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--data", "scene", "--data-home", "HOME"], "'scene'"),
        (["--data", "scenes", "--data-home", "HOME/nowhere"], "nowhere"),
        (["--data", "labels_only", "--data-home", "HOME"], "labels only"),
        (["--data", "scenes", "--data-home", "HOME", "--queries", "51"], "--queries must be at most 50"),
        (["--data", "scenes", "--data-home", "HOME", "--train", "151"], "--train must be at most 150"),
        (["--json", "HOME/nowhere/out.json"], "nowhere"),
        (["--json", "HOME"], "is a folder"),
    ],
)
def test_what_is_not_there_gets_one_line(capsys, data_home, argv, message):
    status, out, err = run(capsys, *(arg.replace("HOME", str(data_home)) for arg in argv))
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "called"),
    [
        ([], "_demo.load_split"),
        (["--methods", "lsh"], "_demo.evaluate_all"),
        (["show", "x"], "_show.run"),
        (["show", "x", "--debug"], "_show.run"),
    ],
)
def test_an_interruption_is_status_130(capsys, monkeypatch, argv, called):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"sklearn_hash._cli.{called}", interrupt)
    assert run(capsys, *argv) == (130, "", "error: interrupted\n")


def test_unknown_method_names_the_known_ones(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--methods", "hashnot"])
    assert stop.value.code == 2
    assert "dual_hinge" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--bits", "--seeds", "--jobs", "--queries"])
@pytest.mark.parametrize("value", ["0", "-1", "8.5", "x"])
def test_numbers_are_whole_and_positive(capsys, option, value):
    with pytest.raises(SystemExit) as stop:
        main([option, value])
    assert stop.value.code == 2
    assert f"{option}: must be a whole number of at least 1; got '{value}'" in capsys.readouterr().err


def test_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "sklearn_hash", "--methods", "dhn", "--bits", "8"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split()[:2] == ["dhn", "8"]
    assert "fit" in done.stderr  # the progress bar
