"""Errors for invalid input name the parameter and what is expected."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from sklearn_hash import HammingNeighbors

BITS = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=np.uint8)


def fitted(**parameters):
    return HammingNeighbors(n_neighbors=2, **parameters).fit(BITS, ids=[10, 11, 12, 13])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda s: s.kneighbors(BITS[:, :2]),
            "X has 2 features, but HammingNeighbors is expecting 3 features",
        ),
        (lambda s: s.kneighbors(BITS, 0), r"Expected n_neighbors > 0\. Got 0"),
        (
            lambda s: s.kneighbors(BITS, 5),
            "Expected n_neighbors <= n_samples_fit, but n_neighbors = 5, n_samples_fit = 4, n_samples = 4",
        ),
        (
            lambda s: s.kneighbors(n_neighbors=4),
            "Expected n_neighbors < n_samples_fit, but n_neighbors = 4, n_samples_fit = 4, n_samples = 4",
        ),
        (
            lambda s: s.kneighbors(BITS, where=[True, False, False, False]),
            "Expected n_neighbors <= rows allowed by where, but n_neighbors = 2, rows allowed by where = 1",
        ),
        (lambda s: s.set_params(n_neighbors=4).transform(BITS), "but n_neighbors = 5, n_samples_fit = 4"),
        (lambda s: s.radius_neighbors(BITS, -1), r"Expected radius >= 0\. Got -1"),
        (lambda s: s.radius_neighbors(BITS, np.nan), r"Expected radius >= 0\. Got nan"),
        (lambda s: s.kneighbors(BITS, where=[True] * 3), r"where must be a boolean mask of shape \(4,\)"),
        (lambda s: s.kneighbors(BITS, where=[1, 1, 1, 1]), "where must be a boolean mask .* got int64"),
        (lambda s: s.radius_neighbors(BITS, where=np.ones((4, 1), bool)), "where must be a boolean mask"),
        (lambda s: s.kneighbors_graph(BITS, mode="both"), 'mode must be "connectivity" or "distance"'),
        (lambda s: s.radius_neighbors_graph(BITS, mode=None), 'mode must be "connectivity" or "distance"'),
        (lambda s: s.remove([10, 99]), r"ids must be among the fitted ids .* unknown: \[99\]"),
        (lambda s: s.remove([10, 10]), r"ids must not repeat; given more than once: \[10\]"),
        (lambda s: s.remove([10]).remove([10]), r"unknown: \[10\]"),
        (lambda s: s.remove(["10"]), r"unknown: \['10'\]"),
        (
            lambda s: s.remove(10),
            r"ids must be a one-dimensional sequence of integers, strings.* got int64 of shape \(\)",
        ),
        (lambda s: s.remove("10"), "ids must be a one-dimensional sequence"),
        (lambda s: s.remove(np.arange(100, 110)), r"\[100, 101, 102, 103, 104\] and 5 more"),
        (lambda s: s.partial_fit(BITS[:2], ids=[1]), "ids must hold one id per row of X, 2; got 1"),
        (lambda s: s.partial_fit(BITS[:2], ids=[1, 1]), r"ids must not repeat; given more than once: \[1\]"),
        (lambda s: s.partial_fit(BITS[:2], ids=[1, 13]), r"ids must not be in use already; in use: \[13\]"),
        (lambda s: s.partial_fit(BITS[:1], ids=[1.5]), "ids must be integers, strings or other .* got float"),
        (lambda s: s.partial_fit(BITS[:1], ids=np.array([1.5])), "ids must be .* got float64 of shape"),
        (lambda s: s.partial_fit(BITS[:1], ids=[None]), "ids must be .* got NoneType"),
        (lambda s: s.partial_fit(BITS[:1], ids=[True]), "ids must be .* got bool"),
        (lambda s: s.partial_fit(BITS[:1], ids=[[1]]), "ids must be .* got list"),
        (lambda s: s.partial_fit(BITS[:1], ids=[(1, [2])]), "ids must be hashable: unhashable type: 'list'"),
        (lambda s: s.partial_fit(BITS[:2], ids=["a", "a"]), r"ids must not repeat; given more than once: \['a'\]"),
        (lambda s: s.partial_fit(BITS[:1], ids=["a"]).partial_fit(BITS[:1]), "ids must be given: earlier ids are not"),
        (lambda s: s.partial_fit(BITS[:1], ids=[2**63 - 1]).partial_fit(BITS[:1]), "no 64-bit integers follow"),
        (
            lambda s: s.partial_fit(BITS, y=[0, 1, 1, 0]),
            "y is given although it was missing for earlier rows",
        ),
        (lambda s: s.score(BITS, [0, 1, 1, 0]), "score needs the labels of the fitted rows: give y to fit"),
    ],
)
def test_bad_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call(fitted())


@pytest.mark.parametrize(
    ("parameters", "X", "message"),
    [
        ({"packed": True}, BITS.astype(float), r"X must be a uint8 array of shape \(n, n_bytes\)"),
        ({"packed": True}, BITS.tolist(), r"X must be a uint8 array of shape \(n, n_bytes\)"),
        ({"packed": True, "n_bits": 3}, BITS, "X must have 1 bytes a row for n_bits=3; got 3"),
        ({"packed": True, "n_bits": 21}, BITS, "X must have its last 3 bits at zero for n_bits=21"),
        ({"packed": True}, np.tile(BITS, (1, 3)), r"first rows hold only 0 and 1, .* packed=False .* n_bits=72"),
        ({"packed": True, "n_bits": 24}, np.tile(BITS, (1, 8)), "X must have 3 bytes a row for n_bits=24; got 24"),
        ({}, BITS * 7, r"X must hold bits of 0 and 1 .* got 7\. Pass packed=True"),
        ({"n_bits": 4}, BITS, "X must have n_bits=4 columns; got 3"),
        ({"n_bits": 0}, BITS, "The 'n_bits' parameter of HammingNeighbors must be"),
        ({"n_neighbors": 0}, BITS, "The 'n_neighbors' parameter of HammingNeighbors must be"),
        ({"radius": -1}, BITS, "The 'radius' parameter of HammingNeighbors must be"),
        ({"algorithm": "lsh"}, BITS, "The 'algorithm' parameter of HammingNeighbors must be"),
        ({}, BITS[:0], r"Found array with 0 sample\(s\)"),
        ({}, BITS[0], "Expected 2D array, got 1D array"),
    ],
)
def test_bad_fits(parameters, X, message):
    with pytest.raises(ValueError, match=message):
        HammingNeighbors(**parameters).fit(X)


@pytest.mark.parametrize(
    ("packed", "n_bits"),
    [
        (np.tile(BITS, (1, 3)), 72),  # said to be 8 bits a byte
        (np.zeros((4, 9), np.uint8), None),  # a hasher whose codes are all alike
        (np.eye(2, dtype=np.uint8), None),  # too short for codes that are not packed
    ],
)
def test_packed_bytes_of_0_and_1_that_may_be_meant(packed, n_bits):
    assert HammingNeighbors(packed=True, n_bits=n_bits).fit(packed).n_bits_ == 8 * packed.shape[1]


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (BITS, [0, 1], "y must have 4 rows, one for each of X; got 2"),
        (BITS, None, "y must be given with X"),
        (BITS, [0.5, 1, 1, 1], "y must hold class labels or an indicator"),
        (BITS, list("abcd"), "y and the y given to fit must hold labels of one kind; got names and numbers"),
        (BITS, np.eye(4, dtype=int), "got an indicator of 4 labels and numbers"),
        (BITS[:0], [], "X must hold at least one query"),
    ],
)
def test_errors_of_score_name_its_own_parameters(X, y, message):
    with pytest.raises(ValueError, match=message):
        HammingNeighbors().fit(BITS, [0, 1, 1, 0]).score(X, y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1], "y must hold one label per row of X, 4; got 2"),
        ([0.5, 1.5, 0, 0], "y must hold class labels or an indicator; got continuous values"),
        ([0, 1, np.nan, 0], "Input y contains NaN"),
        (np.array([0, 1, "a", "b"], dtype=object), r"y must have labels of one type.*got \['int', 'str'\]"),
        (3, "y must be single labels or a multi-label indicator; got 0 dimensions"),
    ],
)
def test_bad_labels(y, message):
    with pytest.raises(ValueError, match=message):
        HammingNeighbors().fit(BITS, y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "y is missing although it was given for earlier rows"),
        (["a", "b", "a", "b"], r"y must be int64 of shape \(n\), as given before; got <U1 of shape \(n\)"),
        (
            np.eye(4, dtype=int),
            r"y must be int64 of shape \(n\), as given before; got int64 of shape \(n, 4\)",
        ),
    ],
)
def test_labels_of_another_form_are_not_appended(y, message):
    with pytest.raises(ValueError, match=message):
        HammingNeighbors().fit(BITS, [0, 1, 1, 0]).partial_fit(BITS, y)


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.partial_fit(BITS[:2], ids=[1, 13]),
        lambda s: s.partial_fit(BITS[:2], y=[0, 1]),
        lambda s: s.partial_fit(BITS[:, :2]),
        lambda s: s.remove([10, 99]),
    ],
)
def test_a_refused_change_changes_nothing(call):
    search = fitted()
    before = search.kneighbors(BITS)
    with pytest.raises(ValueError, match=r"."):
        call(search)
    assert search.ids_.tolist() == [10, 11, 12, 13]
    np.testing.assert_array_equal(search.kneighbors(BITS), before)


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.fit(BITS[:, :2], y=[0, 1]),
        lambda s: s.fit(BITS[:, :2], ids=[1, 1, 2, 3]),
        lambda s: s.set_params(n_bits=5).fit(BITS[:, :2]),
        lambda s: s.set_params(packed=True, n_bits=16).fit(BITS[:, :2] * 255, y=[0]),
    ],
)
def test_a_refused_fit_leaves_the_fitted_searcher(call):
    search = fitted()
    before = search.kneighbors(BITS)
    with pytest.raises(ValueError, match=r"."):
        call(search)
    search.set_params(packed=False, n_bits=None)
    assert (search.n_features_in_, search.n_bits_, search.ids_.tolist()) == (3, 3, [10, 11, 12, 13])
    np.testing.assert_array_equal(search.kneighbors(BITS), before)


def test_a_refused_first_fit_leaves_it_unfitted():
    search = HammingNeighbors()
    with pytest.raises(ValueError, match="y must hold one label per row"):
        search.fit(BITS, y=[0])
    assert vars(search) == vars(HammingNeighbors())


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda s: s.kneighbors(BITS, 2.0), "n_neighbors"),
        (lambda s: s.kneighbors_graph(BITS, "2"), "n_neighbors"),
        (lambda s: s.radius_neighbors(BITS, "2"), "radius"),
    ],
)
def test_numbers_of_the_wrong_type(call, name):
    with pytest.raises(TypeError, match=f"{name} does not take"):
        call(fitted())


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.kneighbors(BITS),
        lambda s: s.radius_neighbors(BITS),
        lambda s: s.kneighbors_graph(BITS),
        lambda s: s.radius_neighbors_graph(BITS),
        lambda s: s.score(BITS, [0, 1, 1, 0]),
        lambda s: s.remove([0]),
        lambda s: s.algorithm_,
        lambda s: s.ids_,
        lambda s: s.n_samples_fit_,
    ],
)
def test_unfitted(call):
    with pytest.raises(NotFittedError):
        call(HammingNeighbors())
