"""Expected precision among the first k against the chance of each row to be among them."""

import numpy as np
import pytest

from sklearn_hash.plotting import PrecisionAtKDisplay


def expected_precision(query, y_query, database, y_database, k):
    scores = []
    for code, label in zip(query, y_query, strict=True):
        distances = (code != database).sum(axis=1)
        nearer = (distances < distances[:, None]).sum(axis=1)
        tied = (distances == distances[:, None]).sum(axis=1)
        chance = np.clip((k - nearer) / tied, 0, 1)
        scores.append(chance[y_database == label].sum() / k)
    return np.mean(scores)


def test_curve_is_the_expectation_over_ties(noisy):
    line = PrecisionAtKDisplay.from_codes(*noisy, k=[1, 5, 33, 60]).line_
    expected = [expected_precision(*noisy, k) for k in (1, 5, 33, 60)]
    assert list(line.get_xdata()) == [1, 5, 33, 60]
    np.testing.assert_allclose(line.get_ydata(), expected, atol=1e-12)


def test_ties_by_index(noisy):
    query, y_query, database, y_database = noisy
    order = np.argsort((query[:, None] != database).sum(axis=2), axis=1, kind="stable")[:, :5]
    display = PrecisionAtKDisplay.from_codes(*noisy, k=[5], ties="index")
    np.testing.assert_allclose(display.precision, (y_database[order] == y_query[:, None]).mean())


@pytest.mark.parametrize(("n_rows", "last"), [(60, 60), (None, 19)])
def test_k_reaches_to_the_whole_database_unless_given(noisy, n_rows, last):
    k = PrecisionAtKDisplay.from_codes(*(noisy if n_rows else noisy[:2])).k
    assert (k[0], k[-1]) == (1, last)
    assert (np.diff(k) > 0).all()


def test_k_stops_at_a_thousand():
    codes = np.random.default_rng(0).integers(0, 2, (1500, 4))
    assert PrecisionAtKDisplay.from_codes(codes, codes[:, 0]).k[-1] == 1000


def test_bad_k(noisy):
    with pytest.raises(ValueError, match="'k' parameter"):
        PrecisionAtKDisplay.from_codes(*noisy, k=[0])


def test_one_k_is_a_curve_of_one_point(noisy):
    display = PrecisionAtKDisplay.from_codes(*noisy, k=5)
    np.testing.assert_array_equal(display.k, [5])
    assert display.precision == PrecisionAtKDisplay.from_codes(*noisy, k=[5]).precision


def test_a_query_needs_something_to_find():
    with pytest.raises(ValueError, match=r"query_codes must hold two codes or more.*got 1"):
        PrecisionAtKDisplay.from_codes([[0, 1]], [0])
    with pytest.raises(ValueError, match=r"database_codes must hold one.*got 0"):
        PrecisionAtKDisplay.from_codes([[0, 1]], [0], np.empty((0, 2)), [])
