"""Precision and recall within each radius against plain masks."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from sklearn_hash.codes import pack_codes
from sklearn_hash.plotting import HammingPrecisionRecallDisplay


def by_masks(query, y_query, database, y_database):
    distances = (query[:, None] != database).sum(axis=2)
    relevant = y_query[:, None] == y_database
    points = []
    for radius in range(query.shape[1] + 1):
        within = distances <= radius
        found = within.sum(axis=1)
        precision = np.where(found > 0, (within & relevant).sum(axis=1) / np.maximum(found, 1), 0)
        points.append((precision.mean(), ((within & relevant).sum(axis=1) / relevant.sum(axis=1)).mean()))
    return np.array(points).T


def test_curve_is_precision_against_recall(noisy):
    precision, recall = by_masks(*noisy)
    line = HammingPrecisionRecallDisplay.from_codes(*noisy).line_
    np.testing.assert_allclose(line.get_xdata(), recall, atol=1e-12)
    np.testing.assert_allclose(line.get_ydata(), precision, atol=1e-12)


def test_packed_codes(noisy):
    query, y_query, database, y_database = noisy
    packed = pack_codes(query), y_query, pack_codes(database), y_database
    display = HammingPrecisionRecallDisplay.from_codes(*packed, packed=True, n_bits=11)
    np.testing.assert_allclose(display.precision, by_masks(*noisy)[0], atol=1e-12)


def test_legend_shows_the_average_precision():
    # One relevant row, at the distances 0 or 1 of a database without ties.
    codes, y = np.array([[0, 0], [0, 1], [1, 1]]), np.array([1, 0, 1])
    queries, y_queries = np.array([[0, 0], [1, 1]]), np.array([1, 0])
    scores = [
        average_precision_score(y == label, -(codes != query).sum(axis=1))
        for query, label in zip(queries, y_queries, strict=True)
    ]
    display = HammingPrecisionRecallDisplay.from_codes(queries, y_queries, codes, y, name="codes")
    assert display.line_.get_label() == f"codes (mAP = {np.mean(scores):.3f})"
    assert HammingPrecisionRecallDisplay.from_codes(queries, y_queries, codes, y).line_.get_label().startswith("mAP")


def test_chance_level_is_the_share_of_relevant_rows(noisy):
    _, y_query, _, y_database = noisy
    display = HammingPrecisionRecallDisplay.from_codes(
        *noisy, plot_chance_level=True, chance_level_kwargs={"ls": "-", "label": "luck"}
    )
    chance = (y_query[:, None] == y_database).mean()
    assert display.chance_level_.get_ydata() == pytest.approx([chance, chance])
    assert display.chance_level_.get_linestyle() == "-"
    assert display.ax_.get_legend_handles_labels()[1][-1] == "luck"
    assert HammingPrecisionRecallDisplay.from_codes(*noisy).chance_level_ is None


def test_chance_level_takes_no_look_from_the_curves(noisy):
    _, ax = plt.subplots()
    with_level = HammingPrecisionRecallDisplay.from_codes(*noisy, plot_chance_level=True, ax=ax)
    second = HammingPrecisionRecallDisplay.from_codes(*noisy, ax=ax)
    assert with_level.line_.get_color() == "C0"
    assert second.line_.get_color() == "C1"
