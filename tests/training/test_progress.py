"""What a training prints."""

import time

import numpy as np
import pytest
from skorch.callbacks import Callback

from sklearn_hash import DHNHasher


@pytest.fixture(scope="module")
def data():
    return np.random.default_rng(0).standard_normal((90, 12)).astype(np.float32), np.arange(90) % 5


def make(**params):
    return DHNHasher(8, encoder="linear", batch_size=20, **{"max_epochs": 4, **params})


class Slow(Callback):
    """Gives the progress bar, which is drawn ten times a second at most, time to be drawn."""

    def on_epoch_begin(self, net, **kwargs):
        time.sleep(0.15)


def test_verbose_shows_progress(data, capsys):
    params = {"validation_fraction": 0.2, "max_epochs": 2, "net_params": {"callbacks": [Slow()]}}
    make(verbose=0, **params).fit(*data)
    assert capsys.readouterr() == ("", "")
    make(verbose=1, **params).fit(*data)
    bar = capsys.readouterr().err
    assert "2/2" in bar
    assert "loss=" in bar
    assert "valid mAP=" in bar
    make(verbose=2).fit(*data)
    table = capsys.readouterr().out.strip().splitlines()
    assert len(table) == 2 + 4
    assert "train_loss" in table[0]


def test_progress_of_partial_fit_is_one_epoch(data, capsys):
    hasher = make(verbose=1, net_params={"callbacks": [Slow()]})
    for _ in range(2):
        hasher.partial_fit(*data)
        bar = capsys.readouterr().err
        assert "1/1" in bar
        assert "/4" not in bar
