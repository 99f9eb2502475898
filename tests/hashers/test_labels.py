"""What y may be, and that the same similarities give the same codes however they are written."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.model_selection import KFold, cross_val_score

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher

HASHERS = [DualHingeHasher, HashNetHasher]


def codes(digits, y, cls=DHNHasher, **params):
    X = digits[0]
    hasher = cls(n_bits=8, max_epochs=2, random_state=0, output="continuous", **params)
    return hasher.fit(X, y).transform(X), hasher


def share(y):
    return (y[:, None] == y[None, :]).astype(float)


@pytest.fixture(scope="module", params=HASHERS, ids=lambda cls: cls.__name__)
def cls(request):
    return request.param


@pytest.mark.parametrize(
    "rename",
    [
        lambda y: np.array(list("abcdefghij"))[y],
        lambda y: np.array(list("abcdefghij"), dtype=object)[y],
        lambda y: 1000 * y - 3,
        lambda y: y.astype(float),
        lambda y: y.astype(np.uint8),
        lambda y: list(y),
        lambda y: pd.Series(y, dtype="int64"),
        lambda y: pd.Series(np.array(list("abcdefghij"))[y]).astype("category"),
        lambda y: pd.Series(np.array(list("abcdefghij"))[y], dtype="string"),
    ],
    ids=["str", "object", "int", "float", "uint8", "list", "series", "category", "string"],
)
def test_names_of_classes_do_not_matter(digits, rename):
    y = digits[1]
    expected, _ = codes(digits, y)
    renamed = rename(y)
    z, hasher = codes(digits, renamed)
    np.testing.assert_array_equal(z, expected)
    assert list(hasher.classes_) == sorted(set(renamed))


def test_booleans(digits):
    z, hasher = codes(digits, digits[1] > 4)
    np.testing.assert_array_equal(z, codes(digits, (digits[1] > 4).astype(int))[0])
    assert hasher.classes_.tolist() == [False, True]


def test_one_hot_indicator_equals_class_labels(digits, cls):
    y = digits[1]
    z, hasher = codes(digits, np.eye(10, dtype=int)[y], cls)
    np.testing.assert_array_equal(z, codes(digits, y, cls)[0])
    assert hasher.classes_.tolist() == list(range(10))


@pytest.mark.parametrize("similarity", ["share", "jaccard", "cosine"])
@pytest.mark.parametrize("container", [sparse.csr_matrix, sparse.csr_array, sparse.csc_array])
def test_sparse_indicator_equals_dense(digits, indicator, similarity, container):
    dense, hasher = codes(digits, indicator, DualHingeHasher, similarity=similarity)
    z, _ = codes(digits, container(indicator), DualHingeHasher, similarity=similarity)
    np.testing.assert_array_equal(z, dense)
    score = hasher.score(digits[0], indicator)
    assert score == pytest.approx(hasher.score(digits[0], container(indicator)), abs=1e-12)


def pairwise(Y, kind):
    """Similarities of label sets, by definition."""
    sets = [frozenset(np.flatnonzero(row)) for row in Y]
    grade = {
        "share": lambda a, b: float(bool(a & b)),
        "jaccard": lambda a, b: len(a & b) / max(len(a | b), 1),
        "cosine": lambda a, b: len(a & b) / max((len(a) * len(b)) ** 0.5, 1),
    }[kind]
    return np.array([[grade(a, b) for b in sets] for a in sets])


@pytest.mark.parametrize("kind", ["share", "jaccard", "cosine"])
def test_indicator_means_the_similarity_that_its_name_says(digits, indicator, kind):
    z, _ = codes(digits, indicator, DualHingeHasher, similarity=kind)
    given, _ = codes(digits, pairwise(indicator, kind), DualHingeHasher, similarity="precomputed")
    np.testing.assert_allclose(z, given, rtol=0, atol=1e-4)


def test_graded_similarities_differ_where_sets_overlap_in_part(digits, indicator):
    z = {kind: codes(digits, indicator, DualHingeHasher, similarity=kind)[0] for kind in ("share", "jaccard", "cosine")}
    assert not np.allclose(z["share"], z["jaccard"])
    assert not np.allclose(z["cosine"], z["jaccard"])


@pytest.mark.parametrize(
    "container", [np.asarray, sparse.csr_array, lambda S: S.tolist()], ids=["dense", "csr", "list"]
)
def test_precomputed_equals_share(digits, cls, container):
    y = digits[1]
    z, hasher = codes(digits, container(share(y)), cls, similarity="precomputed")
    np.testing.assert_array_equal(z, codes(digits, y, cls, similarity="share")[0])
    assert hasher.classes_ is None
    assert hasher.score(digits[0], share(y)) == pytest.approx(
        hasher.set_params(similarity="share").score(digits[0], y), abs=1e-12
    )


SHUFFLED = np.random.default_rng(1).permutation(400)


@pytest.mark.parametrize(
    "similarity",
    [
        lambda S: S,
        lambda S: sparse.csr_array(S),
        lambda S: lambda ids, others: S[np.ix_(ids, others)],
    ],
    ids=["dense", "csr", "callable"],
)
def test_row_ids_reach_into_a_matrix_or_callable(digits, similarity):
    X, y = digits
    expected = codes((X[SHUFFLED], None), y[SHUFFLED])[0]
    z, _ = codes((X[SHUFFLED], None), SHUFFLED, similarity=similarity(share(y)))
    np.testing.assert_array_equal(z, expected)


@pytest.mark.parametrize("kind", ["dense", "csr", "callable"])
def test_cross_validation_slices_row_ids(digits, kind):
    X, y = digits
    S = share(y)
    similarity = {"dense": S, "csr": sparse.csr_array(S), "callable": lambda ids, others: S[np.ix_(ids, others)]}[kind]
    folds = KFold(2, shuffle=True, random_state=0)
    by_labels = cross_val_score(DHNHasher(8, max_epochs=1, random_state=0), X, y, cv=folds)
    hasher = DHNHasher(8, max_epochs=1, random_state=0, similarity=similarity)
    np.testing.assert_allclose(cross_val_score(hasher, X, np.arange(400), cv=folds), by_labels, atol=1e-12)


def test_unknown_pairs_teach_nothing(digits):
    """Rows of unknown similarity to all others may be any rows: the weights end up the same."""
    X, y = digits
    S = share(y)
    S[300:], S[:, 300:] = np.nan, np.nan
    other = np.concatenate([X[:300], X[300:][::-1]])  # with the same mean and deviation
    # In one batch and without dropout, rows do not meet through their order or the random stream either.
    hasher = HashNetHasher(8, similarity="precomputed", max_epochs=3, batch_size=400, random_state=0)
    hasher.set_params(encoder__dropout=0.0)
    z = hasher.fit(X, S).decision_function(X[:300])
    np.testing.assert_allclose(hasher.fit(other, S).decision_function(X[:300]), z, rtol=0, atol=1e-3)
    S[np.isnan(S)] = 0
    assert np.abs(hasher.fit(other, S).decision_function(X[:300]) - z).max() > 0.01


def test_unknown_pairs_are_not_relevant_in_the_score(digits):
    X, y = digits
    S = share(y)
    hasher = DHNHasher(8, similarity="precomputed", max_epochs=1, random_state=0).fit(X, S)
    unknown = np.where(S == 0, np.nan, S)
    assert hasher.score(X, unknown) == pytest.approx(hasher.score(X, S), abs=1e-12)


def test_rows_without_a_label_are_similar_to_nothing(digits, indicator):
    X = digits[0]
    Y = np.array(indicator)
    Y[:200] = 0
    hasher = DHNHasher(8, max_epochs=1, random_state=0).fit(X, Y)
    S = pairwise(Y, "share")
    np.testing.assert_array_equal(S[:200], 0)
    given = DHNHasher(8, max_epochs=1, random_state=0, similarity="precomputed").fit(X, S)
    np.testing.assert_array_equal(hasher.transform(X), given.transform(X))
    # As queries they count 0; the others' mean is the same without them only in the number of queries.
    assert 0 < hasher.score(X, Y) < 0.5


def test_score_is_tie_aware_leave_one_out_map(digits):
    """Against the mean over many random orders of tied rows, ranked by numpy."""
    X, y = digits[0][:60], digits[1][:60]
    hasher = DHNHasher(4, max_epochs=2, random_state=0).fit(*digits)
    bits = hasher.transform(X).astype(int)
    distances = (bits[:, None] != bits[None, :]).sum(axis=2)
    rng = np.random.default_rng(0)
    values = []
    for _ in range(200):
        for i in range(60):
            others = np.delete(np.arange(60), i)
            order = others[np.lexsort((rng.random(59), distances[i, others]))]
            relevant = y[order] == y[i]
            ranks = np.arange(1, 60)
            values.append((relevant * np.cumsum(relevant) / ranks).sum() / max(relevant.sum(), 1))
    assert hasher.score(X, y) == pytest.approx(np.mean(values), abs=5e-3)


def test_cross_validation_of_a_precomputed_matrix_names_the_way(digits):
    X, y = digits
    S = share(y)
    with pytest.raises(ValueError, match=r"got shape \(200, \d+\).*the whole matrix as similarity= and row ids as y"):
        cross_val_score(DHNHasher(8, similarity="precomputed", max_epochs=1), X, S, cv=2, error_score="raise")
    # The way that it names.
    hasher = DHNHasher(8, similarity=S, max_epochs=1, random_state=0)
    assert np.isfinite(cross_val_score(hasher, X, np.arange(len(X)), cv=2, error_score="raise")).all()
