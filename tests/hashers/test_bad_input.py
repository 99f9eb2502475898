"""Bad rows, labels and similarities get a clear error, and cost nothing that was there before."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from sklearn_hash import DHNHasher, DualHingeHasher, ImageInput, ITQHasher


def test_one_row(hasher, digits):
    X, y = digits
    with pytest.raises(ValueError, match=r"1 sample\(s\).*minimum of 2 is required"):
        hasher.fit(X[:1], y[:1])


@pytest.mark.parametrize(("value", "shown"), [(3, "3"), ("cat", "'cat'"), (True, "True")])
def test_one_class_is_named(hasher, digits, value, shown):
    with pytest.raises(ValueError, match=f"one class only, {shown}: every pair is similar"):
        hasher.fit(digits[0], np.full(400, value))


def test_one_class_left_to_train_on():
    """The one row of a class may fall to the validation rows: then, and only then, nothing can be taught."""
    X, y = np.arange(8.0).reshape(4, 2), np.array(["cat", "cat", "cat", "dog"])
    messages = []
    for seed in range(12):
        try:
            DHNHasher(8, max_epochs=1, validation_fraction=0.25, random_state=seed).fit(X, y)
        except ValueError as error:
            messages.append(str(error))
    assert 0 < len(messages) < 12
    assert all("y, less its validation rows, has one class only, 'cat'" in message for message in messages)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array], ids=["dense", "csr"])
def test_indicators_that_teach_nothing(hasher, digits, container):
    X = digits[0]
    everywhere = np.zeros((400, 3), dtype=int)
    everywhere[:, 1] = 1
    with pytest.raises(ValueError, match="label 1 in every row: every pair is similar"):
        hasher.fit(X, container(everywhere))
    with pytest.raises(ValueError, match="y is all zeros: no row has a label"):
        hasher.fit(X, container(np.zeros((400, 3), dtype=int)))


def test_a_label_in_every_row_teaches_where_others_differ(digits, indicator):
    Y = np.column_stack([indicator, np.ones(400, dtype=int)])
    with pytest.raises(ValueError, match="label 5 in every row"):
        DHNHasher(8, max_epochs=1).fit(digits[0], Y)
    assert DualHingeHasher(8, max_epochs=1).fit(digits[0], Y).n_iter_ == 1


@pytest.mark.parametrize("value", [0.0, 1.0, 0.5])
def test_matrices_in_which_all_pairs_are_alike(hasher, digits, value):
    with pytest.raises(ValueError, match=f"all known pairs have similarity {value:g}"):
        hasher.set_params(similarity="precomputed").fit(digits[0], np.full((400, 400), value))


def test_sparse_matrices_in_which_all_pairs_are_alike(hasher, digits):
    for empty in (sparse.csr_array((400, 400)), sparse.eye_array(400, format="csr")):
        with pytest.raises(ValueError, match="all known pairs have similarity 0"):
            hasher.set_params(similarity="precomputed").fit(digits[0], empty)
    with pytest.raises(ValueError, match="all known pairs have similarity 1"):
        hasher.fit(digits[0], sparse.csr_array(np.ones((400, 400))))


def test_a_matrix_that_knows_nothing(hasher, digits):
    for unknown in (np.full((400, 400), np.nan), sparse.csr_array(np.full((400, 400), np.nan))):
        with pytest.raises(ValueError, match=r"every pair is unknown \(NaN\)"):
            hasher.set_params(similarity="precomputed").fit(digits[0], unknown)


def test_y_missing(hasher, digits):
    with pytest.raises(ValueError, match="requires y to be passed"):
        hasher.fit(digits[0], None)
    with pytest.raises(ValueError, match="requires y to be passed"):
        hasher.set_params(similarity="precomputed").fit(digits[0], None)
    with pytest.raises(TypeError, match="'y'"):
        hasher.fit(digits[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: y + 0.5, "Unknown label type: continuous"),
        (lambda y: y[:-1], "inconsistent numbers of samples"),
        (lambda y: np.append(y, 1), "inconsistent numbers of samples"),
        (lambda y: np.where(y == 0, np.nan, y), "y contains NaN"),
        (lambda y: np.where(y == 0, np.inf, y), "y contains infinity"),
        (lambda y: y + 1j, "Complex data not supported"),
        (lambda y: np.column_stack([y, y]), "should be a 1d array|multiclass-multioutput"),
        (lambda y: np.where(np.eye(10)[y] > 0, 1, -1), r"indicator of 0 and 1; got the values \[-1, 1\]"),
        (lambda y: 2 * np.eye(10, dtype=int)[y], r"indicator of 0 and 1; got the values \[0, 2\]"),
        (lambda y: np.where(y > 4, y.astype(object), "a"), r"labels of one type.*got \['int', 'str'\]"),
        (lambda y: np.where(y > 4, None, "a"), r"labels of one type.*got \['NoneType', 'str'\]"),
        (lambda y: sparse.csr_array(2 * np.eye(10, dtype=int)[y]), r"indicator of 0 and 1; got the values \[2\]"),
    ],
)
def test_labels(hasher, digits, change, message):
    with pytest.raises(ValueError, match=message):
        hasher.fit(digits[0], change(digits[1]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: np.where(X == 16, np.nan, X), "X contains NaN"),
        (lambda X: np.where(X == 16, np.inf, X), "X contains infinity"),
        (lambda X: X.astype(np.float64) * 1e300, "X contains infinity or a value too large"),
        (lambda X: X + 1j, "Complex data not supported"),
        (lambda X: np.array([["a"] * 64] * 400, dtype=object), "could not convert string to float"),
        (lambda X: np.array([[{}] * 64] * 400, dtype=object), "float|argument must be"),
        (lambda X: X[:, 0], "Expected 2D array, got 1D array"),
        (
            lambda X: X.reshape(400, 8, 8),
            r"images of shape \(n, channels, height, width\); got .*\(400, 8, 8\)|8 features",
        ),
        (lambda X: X[:, :0], r"0 feature\(s\)"),
        (lambda X: sparse.csr_array(np.where(X == 16, np.nan, X)), "X contains NaN"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_rows(hasher, digits, change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        hasher.fit(change(digits[0]), digits[1])
    with pytest.raises((ValueError, TypeError), match=message):
        hasher.partial_fit(change(digits[0]), digits[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda S: S[:, :300], r"square matrix of pairs; got shape \(400, 300\)"),
        (lambda S: S[:300, :300], "for each of the 400 rows of X"),
        (lambda S: np.where(np.tri(400, k=-1), 0, S), "must be symmetric"),
        (lambda S: np.where(np.tri(400, k=-1), np.nan, S), "must be symmetric"),
        (lambda S: S - 0.1, r"lie in \[0, 1\].*got -0.1"),
        (lambda S: 2 * S, r"lie in \[0, 1\].*got 2"),
        (lambda S: np.where(S == 1, np.inf, S), "infinity"),
    ],
)
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array], ids=["dense", "csr"])
def test_precomputed_similarities(hasher, digits, change, message, container):
    if container is sparse.csr_array and message.endswith("-0.1"):
        message = r"lie in \[0, 1\]"
    S = (digits[1][:, None] == digits[1]).astype(float)
    with pytest.raises(ValueError, match=message):
        hasher.set_params(similarity="precomputed").fit(digits[0], container(change(S)))


def test_precomputed_similarities_of_other_shapes(hasher, digits):
    hasher.set_params(similarity="precomputed")
    with pytest.raises(
        ValueError, match=r"the \(400, 400\) similarity matrix .*; got 1 dimension.*use similarity='share'"
    ):
        hasher.fit(*digits)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (np.arange(400) - 1, "integers from 0 to 399; got int64 from -1 to 398"),
        (np.arange(400) + 1, "integers from 0 to 399; got int64 from 1 to 400"),
        (np.arange(400) / 2, "integers from 0 to 399; got float64"),
        (np.arange(300), "one row id of 'similarity' for each of the 400 rows"),
        (np.zeros((400, 2), dtype=int), "should be a 1d array"),
        (None, "requires y to be passed"),
    ],
)
def test_row_ids(hasher, digits, ids, message):
    S = (digits[1][:, None] == digits[1]).astype(float)
    with pytest.raises(ValueError, match=message):
        hasher.set_params(similarity=S).fit(digits[0], ids)
    hasher.set_params(similarity="share")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            lambda ids, others: np.zeros(3),
            r"shape \(len\(ids\), len\(others\)\); for 128 and 128 ids it returned \(3,\)",
        ),
        (lambda ids, others: np.full((len(ids), len(others)), 5), r"values in \[0, 1\].*got 5"),
    ],
)
def test_callable_similarities(hasher, digits, values, message):
    with pytest.raises(ValueError, match=message):
        hasher.set_params(similarity=values).fit(digits[0], np.arange(400))


@pytest.mark.parametrize(
    ("loader", "message"),
    [
        (lambda i: np.ones(64 - (i == 7)), r"one shape; for 7 it is \(63,\), for the first row \(64,\)"),
        (lambda i: "a.png", "arrays or tensors of numbers; for 0 there is one of <U5"),
        (lambda i: np.full(64, np.nan), "X contains NaN, infinity"),
    ],
)
def test_rows_of_a_loader(hasher, digits, loader, message):
    with pytest.raises(ValueError, match=message):
        hasher.set_params(images=ImageInput(loader=loader)).fit(np.arange(400), digits[1])
    hasher.set_params(images=None)


def test_items_of_a_loader(digits):
    with pytest.raises(ValueError, match=r"X must be a 1-D array of paths or row ids with a loader; got .*\(400, 64\)"):
        DHNHasher(8, images=ImageInput(loader=np.asarray)).fit(*digits)


def test_rows_of_a_loader_that_turn_nan_after_fit(digits):
    """Nothing checks what a loader gives but the codes."""
    X, y = digits[0].copy(), digits[1]
    hasher = DHNHasher(8, max_epochs=1, images=ImageInput(loader=lambda i: X[i])).fit(np.arange(400), y)
    X[5, 3] = np.nan
    with pytest.raises(ValueError, match="output is NaN for row 5 of X"):
        hasher.transform(np.arange(400))


@pytest.mark.parametrize("method", ["transform", "decision_function"])
def test_rows_to_transform(digits, method):
    X, y = digits
    hasher = DHNHasher(8, max_epochs=1).fit(X, y)
    for changed, message in [
        (X[:, :60], "X has 60 features, but .* is expecting 64 features"),
        (X.reshape(400, 1, 8, 8), "features|rows of shape"),
        (np.where(X == 16, np.nan, X), "X contains NaN"),
        (X[:0], r"0 sample\(s\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            getattr(hasher, method)(changed)


def test_images_to_transform(digits):
    X, y = digits
    hasher = DHNHasher(8, max_epochs=1).fit(X.reshape(400, 1, 8, 8), y)
    with pytest.raises(ValueError, match=r"rows of shape \(1, 4, 16\), but fit saw rows of shape \(1, 8, 8\)"):
        hasher.transform(X.reshape(400, 1, 4, 16))
    with pytest.raises(ValueError, match=r"rows of shape \(64,\), but fit saw rows of shape \(1, 8, 8\)"):
        hasher.transform(X)
    with pytest.raises(ValueError, match=r"rows of shape \(3, 8, 8\), but fit saw"):
        hasher.transform(np.repeat(X.reshape(400, 1, 8, 8), 3, axis=1))


def test_score_checks_y(digits):
    X, y = digits
    hasher = DHNHasher(8, max_epochs=1).fit(X, y)
    for bad, message in [(None, "requires y"), (y[:-1], "inconsistent"), (y + 0.5, "continuous")]:
        with pytest.raises(ValueError, match=message):
            hasher.score(X, bad)


@pytest.mark.parametrize("column", [["a.jpg", "b.jpg"], np.array(["a.jpg", "b.jpg"]), [Path("a.jpg"), Path("b.jpg")]])
@pytest.mark.parametrize("estimator", [DHNHasher(8), ITQHasher(8)])
def test_paths_without_a_loader_name_the_remedy(estimator, column):
    with pytest.raises(ValueError, match=r"X holds texts, such as 'a.jpg'.*ImageInput\(loader=.*vectorizer"):
        estimator.fit(column, [0, 1])
