"""Curves of a training, compared with its history."""

import numpy as np
import pytest

from sklearn_hash.plotting import TrainingHistoryDisplay

HISTORY = [
    {"epoch": 1, "train_loss": 3.0, "valid_loss": 4.0, "lr": 0.1, "train_loss_best": True, "batches": []},
    {"epoch": 2, "train_loss": 2.0, "valid_loss": 3.0, "lr": 0.1, "train_loss_best": True, "batches": []},
    {"epoch": 3, "train_loss": 1.0, "lr": 0.1, "train_loss_best": True, "batches": []},
]


def test_draws_the_losses_of_a_fit_by_default(fitted):
    hasher, *_ = fitted
    train, valid = TrainingHistoryDisplay.from_estimator(hasher).line_
    np.testing.assert_array_equal(train.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(train.get_ydata(), hasher.history_[:, "train_loss"])
    np.testing.assert_array_equal(valid.get_ydata(), hasher.history_[:, "valid_loss"])
    assert valid.get_label() == "HashNetHasher: validation loss"


def test_single_metric_is_labelled_by_the_name_of_the_class(fitted):
    hasher, *_ = fitted
    display = TrainingHistoryDisplay.from_estimator(hasher, metric="valid_map")
    np.testing.assert_array_equal(display.line_.get_ydata(), hasher.history_[:, "valid_map"])
    assert display.line_.get_label() == "HashNetHasher"
    assert display.ax_.get_ylabel() == "Validation mAP"


def test_epoch_without_the_metric_is_nan():
    train, valid = TrainingHistoryDisplay.from_history(HISTORY).line_
    np.testing.assert_array_equal(train.get_ydata(), [3, 2, 1])
    np.testing.assert_array_equal(valid.get_ydata(), [4, 3, np.nan])


@pytest.mark.parametrize(
    ("metric", "ylabel"),
    [("train_loss", "Training loss"), (["train_loss", "valid_loss"], "Loss"), (["train_loss", "lr"], "Value")],
)
def test_axis_is_labelled_by_what_the_metrics_have_in_common(metric, ylabel):
    assert TrainingHistoryDisplay.from_history(HISTORY, metric=metric).ax_.get_ylabel() == ylabel


@pytest.mark.parametrize("metric", ["valid_map", "batches", "train_loss_best", ["train_loss", "nothing"]])
def test_refuses_a_metric_that_no_epoch_recorded_as_a_number(metric):
    with pytest.raises(ValueError, match=r"in the history: 'train_loss', 'valid_loss', 'lr'; got"):
        TrainingHistoryDisplay.from_history(HISTORY, metric=metric)
