"""Precision among the first k rows, compared with the probability of each row to be among them."""

import numpy as np
import pytest

from sklearn_hash.plotting import PrecisionAtKDisplay


def expected_precision(query, y_query, database, y_database, k):
    scores = []
    for code, label in zip(query, y_query, strict=True):
        distances = (code != database).sum(axis=1)
        nearer = (distances < distances[:, None]).sum(axis=1)
        tied = (distances == distances[:, None]).sum(axis=1)
        probability = np.clip((k - nearer) / tied, 0, 1)
        scores.append(probability[y_database == label].sum() / k)
    return np.mean(scores)


@pytest.mark.parametrize("k", [[1, 5, 33, 60], 5])
def test_curve_is_the_expectation_over_the_orders_of_tied_rows(noisy, k):
    line = PrecisionAtKDisplay.from_codes(*noisy, k=k).line_
    np.testing.assert_array_equal(line.get_xdata(), np.atleast_1d(k))
    expected = [expected_precision(*noisy, n_first) for n_first in np.atleast_1d(k)]
    np.testing.assert_allclose(line.get_ydata(), expected, atol=1e-12)


def test_ties_by_index_follow_a_stable_sort(noisy):
    query, y_query, database, y_database = noisy
    order = np.argsort((query[:, None] != database).sum(axis=2), axis=1, kind="stable")[:, :5]
    display = PrecisionAtKDisplay.from_codes(*noisy, k=[5], ties="index")
    np.testing.assert_allclose(display.precision, (y_database[order] == y_query[:, None]).mean())


@pytest.mark.parametrize(("n_queries", "n_database", "largest"), [(20, 60, 60), (20, None, 19), (1500, None, 1000)])
def test_default_k_ends_at_the_size_of_the_database_or_1000(n_queries, n_database, largest):
    data = [
        part for n in (n_queries, n_database) if n for part in (np.arange(4 * n).reshape(n, 4) % 3, np.arange(n) % 2)
    ]
    k = PrecisionAtKDisplay.from_codes(*data).k
    assert (k[0], k[-1]) == (1, largest)
    assert (np.diff(k) > 0).all()


@pytest.mark.parametrize(
    ("database", "k", "message"),
    [
        (([[0, 1]], [0]), [0], "'k' parameter"),
        ((), None, "query_codes must hold at least 2 codes without database_codes; got 1"),
        ((np.empty((0, 2)), []), None, "database_codes must hold at least one code"),
    ],
)
def test_refuses_k_below_1_and_an_empty_database(database, k, message):
    with pytest.raises(ValueError, match=message):
        PrecisionAtKDisplay.from_codes([[0, 1]], [0], *database, k=k)
