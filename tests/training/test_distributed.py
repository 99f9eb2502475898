"""A distributed fit has the gradient, the weights and the codes of one process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from torch import distributed

from tests.training import distributed_worker as worker

WORKER = Path(worker.__file__)

pytestmark = pytest.mark.skipif(not distributed.is_gloo_available(), reason="torch is built without gloo")


def launch(*runs):
    """Carry out runs one after another; return the exit statuses of the processes of each.

    A run is its tasks, a folder, a number of processes, and optionally environment variables as a dict.
    """
    arguments = [
        json.dumps([tasks, str(folder), world_size, *(environment or [{}])])
        for tasks, folder, world_size, *environment in runs
    ]
    command = [sys.executable, WORKER, *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout)


def results_of(tasks, folder, world_size):
    """Return by task the results of all processes that ended it."""
    files = {task: [folder / task / f"{rank}.npz" for rank in range(world_size)] for task in tasks}
    return {task: [dict(np.load(file)) for file in each if file.exists()] for task, each in files.items()}


def log_of(folder, world_size):
    return [(folder / f"{rank}.txt").read_text() for rank in range(world_size)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("distributed")


@pytest.fixture(scope="module")
def results(folder):
    """Of three processes, between which neither 11 rows nor batches of 8 divide evenly."""
    # Up to torch 2.6, a process group that is destroyed right after an exchange of objects, the task "different", can
    # wait forever for a thread of its own.
    tasks = ["different", "linear", "estimator"]
    assert launch((tasks, folder, 3)) == [[0] * 3], log_of(folder, 3)
    return results_of(tasks, folder, 3)


def test_gradients_of_every_loss_and_weights_are_those_of_one_process(tmp_path):
    single = {**worker.gradients_of_all_losses(), **worker.train_three_epochs()}
    folders = {world_size: tmp_path / str(world_size) for world_size in (2, 4)}
    statuses = launch(*((["equality"], folder, world_size) for world_size, folder in folders.items()))
    assert statuses == [[0] * 2, [0] * 4], [log_of(folder, world_size) for world_size, folder in folders.items()]
    for world_size, folder in folders.items():
        for result in results_of(["equality"], folder, world_size)["equality"]:
            assert result.keys() == single.keys()
            for name, expected in single.items():
                if name not in ("weights", "history"):
                    error = np.abs(result[name] - expected).max() / np.abs(expected).max()
                    assert error < 1e-12, (world_size, name, error)
            np.testing.assert_allclose(result["weights"], single["weights"], rtol=0, atol=1e-10)
            np.testing.assert_allclose(result["history"], single["history"], rtol=1e-10)


def test_an_estimator_without_dropout_has_the_codes_of_one_process(results, tmp_path):
    expected = worker.fit_estimator(tmp_path, encoder="linear")
    for result in results["linear"]:
        np.testing.assert_allclose(result["codes"], expected["codes"], rtol=1e-3, atol=1e-4)


def test_all_processes_end_with_one_net_and_the_first_reports(results, folder):
    first, *others = results["estimator"]
    for other in others:
        assert (first["weights"] == other["weights"]).all()
        assert (first["codes"] == other["codes"]).all()
    ranks = (folder / "estimator" / "log.txt").read_text().split()
    assert ranks == ["0"] * len(ranks)
    assert ranks


def test_a_process_that_dies_ends_the_others_and_training_resumes_to_the_bit(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    statuses = launch((["mortal"], whole, 2), (["mortal"], killed, 2, {"DIES": "1"}))
    assert statuses[0] == [0, 0], log_of(whole, 2)
    assert statuses[1][1] == 17
    assert statuses[1][0] != 0
    assert "RuntimeError" in (killed / "0.txt").read_text()
    assert results_of(["mortal"], killed, 2)["mortal"] == []
    log = killed / "mortal" / "log.txt"
    assert log.read_text().split() == ["0", "0"]
    assert launch((["mortal"], killed, 2)) == [[0, 0]], log_of(killed, 2)
    assert log.read_text().split() == ["0", "0", "0", "0"]
    resumed, expected = (results_of(["mortal"], folder, 2)["mortal"][0] for folder in (killed, whole))
    assert (resumed["weights"] == expected["weights"]).all()


def test_different_data_are_refused(results):
    for result in results["different"]:
        assert "must have the same number of rows of X" in str(result["message"])
