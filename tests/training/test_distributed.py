"""A distributed fit has the gradient, the weights and the codes of one process."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest
from torch import distributed

from tests.training import distributed_worker as worker

WORKER = Path(worker.__file__)

pytestmark = pytest.mark.skipif(not distributed.is_gloo_available(), reason="torch is built without gloo")


def launch(task, folder, world_size, **environment):
    """Run a task in several processes, and return the exit statuses, messages and results of all."""
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "STORE": uuid.uuid4().hex, **environment}
    processes = [
        subprocess.Popen(
            [sys.executable, WORKER, task, folder, str(rank), str(world_size)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(world_size)
    ]
    messages = [process.communicate(timeout=240)[1] for process in processes]
    files = [folder / f"{rank}.npz" for rank in range(world_size)]
    results = [dict(np.load(file)) for file in files if file.exists()]
    return [process.returncode for process in processes], messages, results


def results_of(task, folder, world_size):
    statuses, messages, results = launch(task, folder, world_size)
    assert statuses == [0] * world_size, messages
    return results


@pytest.fixture(scope="module")
def single():
    return {**worker.gradients_of_all_losses(), **worker.train_three_epochs()}


@pytest.mark.parametrize("world_size", [2, 4])
def test_gradients_of_every_loss_and_weights_are_those_of_one_process(world_size, single, tmp_path):
    results = results_of("equality", tmp_path, world_size)
    for result in results:
        assert result.keys() == single.keys()
        for name, expected in single.items():
            if name not in ("weights", "history"):
                error = np.abs(result[name] - expected).max() / np.abs(expected).max()
                assert error < 1e-12, (name, error)
        np.testing.assert_allclose(result["weights"], single["weights"], rtol=0, atol=1e-10)
        np.testing.assert_allclose(result["history"], single["history"], rtol=1e-10)


def test_an_estimator_without_dropout_has_the_codes_of_one_process(tmp_path):
    expected = worker.fit_estimator(tmp_path, encoder="linear")
    for result in results_of("linear", tmp_path / "distributed", 2):
        np.testing.assert_allclose(result["codes"], expected["codes"], rtol=1e-3, atol=1e-4)


def test_all_processes_end_with_one_net_and_the_first_reports(tmp_path):
    first, second = results_of("estimator", tmp_path, 2)
    assert (first["weights"] == second["weights"]).all()
    assert (first["codes"] == second["codes"]).all()
    ranks = (tmp_path / "log.txt").read_text().split()
    assert ranks == ["0"] * len(ranks)
    assert ranks


def test_a_process_that_dies_ends_the_others_and_training_resumes_to_the_bit(tmp_path):
    expected = results_of("mortal", tmp_path / "whole", 2)[0]
    folder = tmp_path / "resumed"
    (statuses, messages, results) = launch("mortal", folder, 2, DIES="1")
    assert statuses[1] == 17
    assert statuses[0] != 0
    assert "RuntimeError" in messages[0]
    assert results == []
    assert (folder / "log.txt").read_text().split() == ["0", "0"]
    resumed = results_of("mortal", folder, 2)[0]
    assert (folder / "log.txt").read_text().split() == ["0", "0", "0", "0"]
    assert (resumed["weights"] == expected["weights"]).all()


def test_different_data_are_refused(tmp_path):
    statuses, messages, _ = launch("different", tmp_path, 2)
    assert statuses == [1, 1]
    assert all("must have the same number of rows of X" in message for message in messages)
