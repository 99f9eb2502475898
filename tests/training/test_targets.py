"""Similarities of a batch, against sets and matrices written out."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.training import check_can_teach, make_targets, map_against

N = 30
RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 4, N)
INDICATOR = (RNG.random((N, 5)) < 0.3).astype(int)
INDICATOR[:2] = 0
GRADED = RNG.random((N, N)).round(2)
GRADED = np.where(RNG.random((N, N)) < 0.4, 0, GRADED)
GRADED = np.triu(GRADED) + np.triu(GRADED, 1).T
UNKNOWN = np.where(np.triu(RNG.random((N, N)) < 0.2, 1), np.nan, GRADED)
UNKNOWN = np.triu(UNKNOWN) + np.triu(UNKNOWN, 1).T
IDS = RNG.integers(0, N, N)


def by_sets(Y, kind):
    sets = [set(np.flatnonzero(row)) for row in Y]
    out = np.zeros((len(Y), len(Y)))
    for i, a in enumerate(sets):
        for j, b in enumerate(sets):
            common = len(a & b)
            below = {"share": common, "jaccard": len(a | b), "cosine": np.sqrt(len(a) * len(b))}[kind]
            out[i, j] = common / below if common else 0
    return out


def explicit_zeros(S):
    """The stored pairs of a matrix, zeros among them, in CSR form."""
    rows, columns = np.nonzero(STORED)
    return sparse.csr_array((S[rows, columns], (rows, columns)), shape=S.shape)


ONE_HOT = np.eye(4, dtype=int)[CLASSES]
STORED = np.random.default_rng(5).random((N, N)) < 0.4
STORED |= STORED.T
STORED_IDS = np.where(STORED, GRADED, 0)[np.ix_(IDS, IDS)]
CASES = {
    **{f"classes {kind}": (CLASSES, kind, by_sets(ONE_HOT, kind)) for kind in ("share", "jaccard", "cosine")},
    **{f"indicator {kind}": (INDICATOR, kind, by_sets(INDICATOR, kind)) for kind in ("share", "jaccard", "cosine")},
    **{
        f"csr {kind}": (sparse.csr_array(INDICATOR), kind, by_sets(INDICATOR, kind))
        for kind in ("share", "jaccard", "cosine")
    },
    "precomputed": (UNKNOWN, "precomputed", UNKNOWN),
    "precomputed csr": (sparse.csr_array(GRADED), "precomputed", GRADED),
    "matrix": (IDS, UNKNOWN, UNKNOWN[np.ix_(IDS, IDS)]),
    "matrix csr": (IDS, sparse.csr_array(UNKNOWN), UNKNOWN[np.ix_(IDS, IDS)]),
    "csr with explicit zeros": (explicit_zeros(UNKNOWN), "precomputed", np.where(STORED, UNKNOWN, 0)),
    "sparse callable": (IDS, lambda ids, others: explicit_zeros(GRADED)[ids][:, others], STORED_IDS),
    "callable": (IDS, lambda ids, others: GRADED[np.ix_(ids, others)], GRADED[np.ix_(IDS, IDS)]),
}


@pytest.fixture(params=CASES)
def case(request):
    y, similarity, expected = CASES[request.param]
    return make_targets(y, similarity, N)[0], expected


@pytest.mark.parametrize(
    "index", [slice(0, N), slice(7, 19), torch.tensor([4, 29, 0, 11])], ids=["all", "slice", "index"]
)
def test_similarity_of_a_batch(case, index):
    targets, expected = case
    assert len(targets) == N
    rows = np.arange(N)[index if isinstance(index, slice) else index.numpy()]
    similarity = targets.similarity_of(index)
    assert similarity.dtype == torch.float32
    np.testing.assert_allclose(similarity.numpy(), expected[np.ix_(rows, rows)], atol=1e-6)


def test_select(case):
    targets, expected = case
    queries = np.array([3, 17, 1])
    np.testing.assert_allclose(
        targets.select(queries).similarity_of(slice(0, 3)).numpy(), expected[np.ix_(queries, queries)], atol=1e-6
    )


def test_map_of_queries_against_a_database(case):
    """Against the mean over random orders of ties, for targets of every kind."""
    targets, expected = case
    codes = np.random.default_rng(2).standard_normal((N, 6))
    bits, queries, database = codes > 0, np.arange(10), np.arange(10, N)
    with np.errstate(invalid="ignore"):
        relevant = expected > 0
    brute = [expected_ap((bits[i] != bits[database]).sum(axis=1), relevant[i, database]) for i in queries]
    found = map_against(codes[queries], targets.select(queries), codes[database], targets.select(database))
    assert found == pytest.approx(np.mean(brute), abs=5e-3)


def expected_ap(distances, relevant, n_orders=400):
    """Mean average precision over random orders of ties."""
    rng, values = np.random.default_rng(0), []
    for _ in range(n_orders):
        found = relevant[np.lexsort((rng.random(len(distances)), distances))]
        precision = np.cumsum(found) / np.arange(1, len(found) + 1)
        values.append((found * precision).sum() / max(found.sum(), 1))
    return np.mean(values)


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(np.int64, 12, elements=st.integers(0, 3)),
    hnp.arrays(np.float64, (12, 4), elements=st.sampled_from([-1.0, 1.0])),
)
def test_leave_one_out_map_by_matrix_equals_that_by_labels(y, codes):
    matrix = make_targets((y[:, None] == y).astype(float), "precomputed", 12)[0]
    assert map_against(codes, matrix) == pytest.approx(mean_average_precision(codes, y), abs=1e-12)


def test_classes_are_numbered_in_order():
    targets, classes = make_targets(np.array(["b", "c", "a", "b"]), "share", 4)
    assert classes.tolist() == ["a", "b", "c"]
    assert targets.labels.tolist() == [1, 2, 0, 1]
    assert make_targets(INDICATOR, "share", N)[1].tolist() == [0, 1, 2, 3, 4]
    assert make_targets(GRADED, "precomputed", N)[1] is None


def test_the_indicator_is_never_dense_as_a_whole():
    tall = sparse.csr_array((3_000_000, 100_000), dtype=np.uint8)
    tall = sparse.vstack([sparse.csr_array(np.ones((1, 100_000), np.uint8)), tall], format="csr")
    targets, _ = make_targets(tall, "share", tall.shape[0])
    check_can_teach(targets, None)
    assert targets.similarity_of(slice(0, 2)).tolist() == [[1, 0], [0, 0]]


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.int64, (5, 3), elements=st.integers(0, 1)))
def test_indicators_that_can_teach_are_those_with_pairs_that_differ(Y):
    """Refused are only those without a similar pair for want of labels, or in which all rows share a label."""
    targets, classes = make_targets(Y, "share", 5)
    hopeless = not Y.any() or Y.all(axis=0).any()
    if hopeless:
        with pytest.raises(ValueError, match="teach a code"):
            check_can_teach(targets, classes)
    else:
        check_can_teach(targets, classes)


def test_unknown_pairs_alone_do_not_make_pairs_differ():
    similarity = np.ones((4, 4))
    similarity[0, 1] = similarity[1, 0] = np.nan
    for matrix in (similarity, sparse.csr_array(similarity)):
        with pytest.raises(ValueError, match="all known pairs have similarity 1"):
            check_can_teach(*make_targets(matrix, "precomputed", 4))
    similarity[2, 3] = similarity[3, 2] = 0
    for matrix in (similarity, sparse.csr_array(similarity)):
        check_can_teach(*make_targets(matrix, "precomputed", 4))


def test_only_the_rows_in_use_decide_what_a_matrix_can_teach():
    similarity = np.eye(6)
    similarity[:3, :3] = 1
    for matrix in (similarity, sparse.csr_array(similarity)):
        with pytest.raises(ValueError, match="similarity 1"):
            check_can_teach(*make_targets(np.array([0, 1, 2]), matrix, 3))
        with pytest.raises(ValueError, match="similarity 0"):
            check_can_teach(*make_targets(np.array([2, 3, 4]), matrix, 3))
        check_can_teach(*make_targets(np.array([0, 1, 3]), matrix, 3))


def test_partners_are_the_similar_rows(case):
    targets, expected = case
    if hasattr(targets, "partners"):
        with np.errstate(invalid="ignore"):
            similar = expected > 0
        partners = targets.partners()
        for row in range(N):
            assert sorted(partners(row)) == list(np.flatnonzero(similar[row]))
