"""Balanced orders: every row once, similar rows side by side."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from sklearn_hash.training import BatchIterator, HashingDataset, balanced_order, make_rows, make_targets

N = 600
RNG = np.random.default_rng(0)
CLASSES = RNG.permutation(np.arange(N) % 150)  # four rows each
COMMON = np.column_stack([np.eye(150, dtype=np.uint8)[CLASSES], RNG.random(N) < 0.5])
SIMILAR = CLASSES[:, None] == CLASSES
STORED = sparse.csr_array(SIMILAR.astype(np.float32))
KINDS = {
    "classes": (CLASSES, "share"),
    "indicator": (np.eye(150, dtype=np.uint8)[CLASSES], "share"),
    "sparse indicator": (sparse.csr_array(np.eye(150, dtype=np.uint8)[CLASSES]), "cosine"),
    "a rare label and a common one": (COMMON, "jaccard"),
    "precomputed": (np.where(SIMILAR, 0.5, np.nan), "precomputed"),
    "sparse": (STORED, "precomputed"),
    "row ids": (np.arange(N), STORED),
    "callable": (np.arange(N), lambda ids, others: (CLASSES[ids, None] == CLASSES[others]).astype(float)),
}


def order_of(kind, batch_size=32, seed=0):
    y, similarity = KINDS[kind]
    torch.manual_seed(seed)
    return balanced_order(make_targets(y, similarity, N)[0], batch_size)


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_once_and_next_to_similar_ones(kind):
    order = order_of(kind)
    assert order.dtype == torch.int64
    np.testing.assert_array_equal(np.sort(order), np.arange(N))
    # Three of four neighbours are similar; by odds of 4 to 300 a row of two labels goes by the common one.
    together = np.diff(CLASSES[order]) == 0
    assert together.mean() > (0.7 if "common" in kind else 0.74)
    assert 0.3 < (np.diff(CLASSES[order])[~together] > 0).mean() < 0.7


@pytest.mark.parametrize("kind", KINDS)
def test_orders_are_drawn_from_torchs_generator(kind):
    assert torch.equal(order_of(kind), order_of(kind))
    assert not torch.equal(order_of(kind), order_of(kind, seed=1))
    first = order_of(kind)
    y, similarity = KINDS[kind]
    assert not torch.equal(balanced_order(make_targets(y, similarity, N)[0], 32), first)


@settings(max_examples=60, deadline=None)
@given(y=hnp.arrays(np.int64, st.integers(2, 80), elements=st.integers(0, 9)), size=st.integers(2, 90))
def test_no_row_of_a_class_is_left_alone_that_need_not_be(y, size):
    torch.manual_seed(0)
    order = balanced_order(make_targets(y, "share", len(y))[0], size).numpy()
    np.testing.assert_array_equal(np.sort(order), np.arange(len(y)))
    runs = np.split(y[order], np.flatnonzero(np.diff(y[order])) + 1)
    lengths = [len(run) for run in runs if np.sum(y == run[0]) % min(4, max(size // 4, 2)) != 1]
    assert min(lengths, default=2) >= 2


@settings(max_examples=60, deadline=None)
@given(Y=hnp.arrays(np.uint8, st.tuples(st.integers(2, 40), st.integers(2, 6)), elements=st.integers(0, 1)))
def test_indicators_with_and_without_labels(Y):
    order = balanced_order(make_targets(Y, "share", len(Y))[0], 16)
    np.testing.assert_array_equal(np.sort(order), np.arange(len(Y)))


@pytest.mark.parametrize(("n_classes", "size", "similar"), [(150, 40, 3), (10, 40, 3), (2, 24, 11), (150, 8, 1)])
def test_rows_have_similar_ones_in_their_batch(n_classes, size, similar):
    """As many as groups of four have, of two in small batches, and of equal classes as many of each."""
    y = np.arange(N) % n_classes
    torch.manual_seed(0)
    order = balanced_order(make_targets(y, "share", N)[0], size)
    counts = [(batch[:, None] == batch).sum(axis=1).mean() - 1 for batch in y[order].reshape(-1, size)]
    assert np.mean(counts) == pytest.approx(similar, abs=0.2)
    assert all(len(set(batch)) > 1 for batch in y[order].reshape(-1, size))


def test_a_group_is_at_most_four_of_many_similar_rows():
    """With a matrix that makes all rows similar to half of all others, batches still mix."""
    half = np.arange(N) % 2
    S = (half[:, None] == half).astype(float)
    order = balanced_order(make_targets(S, "precomputed", N)[0], 32)
    mixed = [len(set(batch)) for batch in half[order[: N // 32 * 32]].reshape(-1, 32)]
    assert np.mean(mixed) > 1.9


def test_unknown_pairs_are_no_partners():
    S = np.full((N, N), np.nan)
    S[SIMILAR] = 0
    S[np.ix_([0, 1], [0, 1])] = 1
    order = balanced_order(make_targets(S, "precomputed", N)[0], 32).tolist()
    assert abs(order.index(0) - order.index(1)) == 1


def test_the_iterator_takes_balanced_orders():
    rows = make_rows(np.arange(N, dtype=np.float32)[:, None])
    dataset = HashingDataset(rows, make_targets(CLASSES, "share", N)[0])
    torch.manual_seed(0)
    batches = list(BatchIterator(dataset, 32, shuffle=True, balanced=True))
    taken = torch.cat([batch[:, 0].int() for batch, _ in batches]).numpy()
    torch.manual_seed(0)
    np.testing.assert_array_equal(taken, balanced_order(dataset.targets, 32))
    for batch, similarity in batches:
        classes = CLASSES[batch[:, 0].int()]
        np.testing.assert_array_equal(similarity, classes[:, None] == classes)
        assert similarity.sum() > 3 * len(batch)
