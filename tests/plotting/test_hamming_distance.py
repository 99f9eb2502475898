"""Distributions of Hamming distances, compared with all pairs in numpy."""

import numpy as np
import pytest

from sklearn_hash.plotting import HammingDistanceDisplay


@pytest.mark.parametrize("leave_one_out", [False, True])
def test_curves_are_the_shares_of_the_pairs(noisy, leave_one_out):
    query, y_query, database, y_database = (*noisy[:2], *noisy[:2]) if leave_one_out else noisy
    distances, similar = (query[:, None] != database).sum(axis=2), y_query[:, None] == y_database
    counted = ~np.eye(len(query), dtype=bool) if leave_one_out else np.ones_like(similar)
    lines = HammingDistanceDisplay.from_codes(*noisy[: 2 if leave_one_out else 4]).line_
    for line, pairs in zip(lines, (counted & similar, counted & ~similar), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(12))
        np.testing.assert_allclose(line.get_ydata(), np.bincount(distances[pairs], minlength=12) / pairs.sum())
    assert [line.get_label() for line in lines] == ["similar pairs", "dissimilar pairs"]


def test_multilabel_rows_are_similar_if_they_share_a_label():
    codes, Y = np.array([[0, 0], [0, 1], [1, 1]]), np.array([[1, 1], [0, 1], [1, 0]])
    display = HammingDistanceDisplay.from_codes(codes, Y)
    np.testing.assert_array_equal(display.similar, [0, 0.5, 0.5])  # rows 0 and 1, rows 0 and 2
    np.testing.assert_array_equal(display.dissimilar, [0, 1, 0])


@pytest.mark.parametrize(
    ("y", "problem"), [([1, 1, 1], "all pairs share a label"), ([1, 2, 3], "no two rows share a label")]
)
def test_refuses_labels_without_similar_or_dissimilar_pairs(y, problem):
    with pytest.raises(ValueError, match=f"y_query must make both similar and dissimilar pairs; {problem}"):
        HammingDistanceDisplay.from_codes([[0, 1], [1, 1], [0, 0]], y)
