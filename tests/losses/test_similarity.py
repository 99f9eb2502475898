"""similarity_matrix against sets of labels in plain Python."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hash.losses import similarity_matrix

KINDS = ("share", "jaccard", "cosine")


def similarity_of_sets(a, b, kind):
    shared = len(a & b)
    if not shared:
        return 0.0
    if kind == "share":
        return 1.0
    return shared / (len(a | b) if kind == "jaccard" else math.sqrt(len(a) * len(b)))


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.sets(st.integers(0, 6)), min_size=1, max_size=9),
    kind=st.sampled_from(KINDS),
    dtype=st.sampled_from([torch.bool, torch.uint8, torch.int64, torch.float32, torch.float64]),
)
def test_indicator_is_read_as_sets_of_labels(rows, kind, dtype):
    indicator = torch.tensor([[label in row for label in range(7)] for row in rows]).to(dtype)
    expected = torch.tensor([[similarity_of_sets(a, b, kind) for b in rows] for a in rows])
    similarity = similarity_matrix(indicator, kind)
    assert similarity.dtype == torch.float32
    torch.testing.assert_close(similarity, expected, rtol=1e-6, atol=0)
    assert similarity.max() <= 1


@settings(deadline=None, max_examples=30)
@given(labels=st.lists(st.integers(-3, 3), min_size=1, max_size=12), kind=st.sampled_from(KINDS))
def test_labels_are_similar_when_equal(labels, kind):
    expected = torch.tensor([[float(a == b) for b in labels] for a in labels])
    for y in (labels, np.array(labels), torch.tensor(labels), torch.tensor(labels, dtype=torch.float64)):
        similarity = similarity_matrix(y, kind)
        assert similarity.dtype == torch.float32
        assert torch.equal(similarity, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_a_label_are_similar_to_nothing(kind):
    similarity = similarity_matrix([[0, 0], [1, 0], [0, 0]], kind)
    assert torch.equal(similarity, torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]))


def test_counts_above_one_are_still_one_label():
    assert torch.equal(similarity_matrix([[3, 0], [1, 2]], "jaccard"), torch.tensor([[1.0, 0.5], [0.5, 1.0]]))


@pytest.mark.parametrize("kind", KINDS)
def test_autocast_does_not_round_the_counts(kind):
    indicator = torch.ones(2, 1001)
    indicator[0, 1000] = 0  # 1000 and 1001 are one number in bfloat16
    with torch.autocast("cpu", dtype=torch.bfloat16):
        similarity = similarity_matrix(indicator, kind)
    assert similarity.dtype == torch.float32
    assert torch.equal(similarity, similarity_matrix(indicator, kind))
    assert kind == "share" or similarity[0, 1] < 1


def test_labels_are_left_unchanged():
    indicator = torch.eye(3)
    similarity_matrix(indicator).add_(1)
    assert torch.equal(indicator, torch.eye(3))


@pytest.mark.parametrize("y", [3, [[[1]]]])
def test_other_dimensions_are_refused(y):
    with pytest.raises(ValueError, match=r"y must be labels \(n,\) or an indicator \(n, n_labels\)"):
        similarity_matrix(y)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be 'share', 'jaccard' or 'cosine'; got 'dice'"):
        similarity_matrix([0, 1], kind="dice")
