"""Precision and recall within each radius, compared with boolean masks in numpy."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from sklearn_hash.codes import pack_codes
from sklearn_hash.plotting import HammingPrecisionRecallDisplay


@pytest.mark.parametrize("packed", [False, True])
def test_curve_is_precision_against_recall(noisy, packed):
    query, y_query, database, y_database = noisy
    within = (query[:, None] != database).sum(axis=2) <= np.arange(12)[:, None, None]
    found, relevant = within.sum(axis=2), y_query[:, None] == y_database
    hits = (within & relevant).sum(axis=2)
    codes = (pack_codes(query), pack_codes(database)) if packed else (query, database)
    line = HammingPrecisionRecallDisplay.from_codes(
        codes[0], y_query, codes[1], y_database, packed=packed, n_bits=11
    ).line_
    np.testing.assert_allclose(line.get_xdata(), (hits / relevant.sum(axis=1)).mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(line.get_ydata(), (hits / np.maximum(found, 1)).mean(axis=1), atol=1e-12)


@pytest.mark.parametrize(("name", "label"), [("codes", "codes (mAP = {:.3f})"), (None, "mAP = {:.3f}")])
def test_legend_shows_the_mean_average_precision(name, label):
    # A database without ties.
    codes, y = np.array([[0, 0], [0, 1], [1, 1]]), np.array([1, 0, 1])
    queries, y_queries = np.array([[0, 0], [1, 1]]), np.array([1, 0])
    scores = [
        average_precision_score(y == label, -(codes != query).sum(axis=1))
        for query, label in zip(queries, y_queries, strict=True)
    ]
    display = HammingPrecisionRecallDisplay.from_codes(queries, y_queries, codes, y, name=name)
    assert display.line_.get_label() == label.format(np.mean(scores))


def test_chance_level_is_the_share_of_relevant_rows(noisy):
    _, y_query, _, y_database = noisy
    display = HammingPrecisionRecallDisplay.from_codes(
        *noisy, plot_chance_level=True, chance_level_kwargs={"ls": "-", "label": "random"}
    )
    chance = (y_query[:, None] == y_database).mean()
    assert display.chance_level_.get_ydata() == pytest.approx([chance, chance])
    assert display.chance_level_.get_linestyle() == "-"
    assert display.ax_.get_legend_handles_labels()[1][-1] == "random"
    assert HammingPrecisionRecallDisplay.from_codes(*noisy).chance_level_ is None


def test_chance_level_does_not_count_as_a_curve(noisy):
    _, ax = plt.subplots()
    displays = [HammingPrecisionRecallDisplay.from_codes(*noisy, plot_chance_level=True, ax=ax) for _ in range(2)]
    assert [display.line_.get_color() for display in displays] == ["C0", "C1"]
