"""Curves of a training against the history they are read from."""

import numpy as np
import pytest

from sklearn_hash.plotting import TrainingHistoryDisplay

HISTORY = [
    {"epoch": 1, "train_loss": 3.0, "valid_loss": 4.0, "train_loss_best": True, "batches": []},
    {"epoch": 2, "train_loss": 2.0, "valid_loss": 3.0, "train_loss_best": True, "batches": []},
    {"epoch": 3, "train_loss": 1.0, "train_loss_best": True, "batches": []},
]


def test_losses_of_a_fit(fitted):
    hasher, *_ = fitted
    train, valid = TrainingHistoryDisplay.from_estimator(hasher).line_
    np.testing.assert_array_equal(train.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(train.get_ydata(), hasher.history_[:, "train_loss"])
    np.testing.assert_array_equal(valid.get_ydata(), hasher.history_[:, "valid_loss"])
    assert valid.get_label() == "HashNetHasher: validation loss"


def test_one_metric(fitted):
    hasher, *_ = fitted
    display = TrainingHistoryDisplay.from_estimator(hasher, metric="valid_map")
    np.testing.assert_array_equal(display.line_.get_ydata(), hasher.history_[:, "valid_map"])
    assert display.ax_.get_ylabel() == "Validation mAP"


def test_an_epoch_that_recorded_nothing():
    train, valid = TrainingHistoryDisplay.from_history(HISTORY).line_
    np.testing.assert_array_equal(train.get_ydata(), [3, 2, 1])
    np.testing.assert_array_equal(valid.get_ydata(), [4, 3, np.nan])


@pytest.mark.parametrize(
    ("metric", "ylabel"),
    [("train_loss", "Training loss"), (["train_loss", "valid_loss"], "Loss"), (["train_loss", "lr"], "Value")],
)
def test_axis_says_what_is_drawn(metric, ylabel):
    history = [{**epoch, "lr": 0.1} for epoch in HISTORY]
    assert TrainingHistoryDisplay.from_history(history, metric=metric).ax_.get_ylabel() == ylabel


@pytest.mark.parametrize("metric", ["valid_map", "batches", "train_loss_best", ["train_loss", "nothing"]])
def test_metric_that_no_epoch_recorded(metric):
    with pytest.raises(ValueError, match=r"as numbers, \['train_loss', 'valid_loss'\]; got"):
        TrainingHistoryDisplay.from_history(HISTORY, metric=metric)
