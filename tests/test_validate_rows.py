"""Quick validation of few rows: it accepts nothing that scikit-learn refuses, and changes what scikit-learn changes."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from sklearn_hash._validate_rows import is_valid_array, validate_rows

X = np.random.default_rng(0).standard_normal((3, 4))
FLOATS = [np.float64, np.float32]


def with_value(value, dtype=np.float64):
    rows = X.astype(dtype)
    rows[1, 2] = value
    return rows


CASES = {
    "float64": X,
    "float32": X.astype(np.float32),
    "float16": X.astype(np.float16),
    "big endian": X.astype(">f4"),
    "longdouble": X.astype(np.longdouble),
    "uint8": X.astype(np.uint8),
    "bool": X > 0,
    "object": X.astype(object),
    "strings": X.astype(str),
    "complex": X.astype(complex),
    "dates": X.astype(int).astype("datetime64[s]"),
    "list": X.tolist(),
    "matrix": sparse.csr_matrix(X),
    "frame": pd.DataFrame(X),
    "named frame": pd.DataFrame(X, columns=list("abcd")),
    "NaN": with_value(np.nan),
    "infinity": with_value(-np.inf, np.float32),
    "squares overflow": with_value(1e30, np.float32),
    "float16 squares overflow": with_value(6e4, np.float16),
    "Fortran order": np.asfortranarray(X),
    "reversed": X[::-1, ::-1],
    "read-only": np.broadcast_to(X[0], (3, 4)),
    "masked": np.ma.masked_array(X, mask=X > 0),
    "no row": X[:0],
    "one row": X[:1],
    "no column": X[:, :0],
    "another width": X[:, :3],
    "one dimension": X[0],
    "three dimensions": X[:, :, None],
    "many": np.ones((1 << 13, 4)),
    "many with NaN": np.full((1 << 13, 4), np.nan),
}


def outcome(function, *args, **kwargs):
    """The result, or the error, and the warnings of a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*args, **kwargs)
        except (ValueError, TypeError) as error:
            result = type(error), str(error)
    return result, [str(warning.message) for warning in caught]


def assert_same(found, expected):
    assert found[1] == expected[1]
    if isinstance(expected[0], tuple):
        assert found[0] == expected[0]
        return
    assert type(found[0]) is type(expected[0])
    assert found[0].dtype == expected[0].dtype
    dense = (part.toarray() if sparse.issparse(part) else part for part in (found[0], expected[0]))
    np.testing.assert_array_equal(*dense)


@pytest.mark.parametrize("names", [None, "abcd"])
@pytest.mark.parametrize("checks", [{}, {"dtype": FLOATS, "allow_nd": True, "ensure_min_samples": 2}, {"dtype": None}])
@pytest.mark.parametrize("case", CASES)
def test_rows_are_those_of_validate_data(case, checks, names):
    estimator = BaseEstimator()
    validate_data(estimator, X if names is None else pd.DataFrame(X, columns=list(names)))
    checks = {"dtype": "numeric", "ensure_min_samples": 0, "accept_sparse": "csr", **checks}
    expected = outcome(validate_data, estimator, CASES[case], reset=False, **checks)
    assert_same(outcome(validate_rows, estimator, CASES[case], **checks), expected)


@pytest.mark.parametrize("dtype", ["numeric", FLOATS, None])
@pytest.mark.parametrize("allow_nd", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_an_array_is_only_called_valid_where_check_array_returns_it(case, dtype, allow_nd):
    if is_valid_array(CASES[case], dtype, allow_nd):
        assert check_array(CASES[case], dtype=dtype, allow_nd=allow_nd) is CASES[case]


@pytest.mark.parametrize("case", ["float64", "float32", "Fortran order", "one row"])
def test_common_rows_are_called_valid(case):
    assert is_valid_array(CASES[case], FLOATS)


def test_fit_records_what_it_saw():
    estimator = BaseEstimator()
    validate_rows(estimator, X, reset=True)
    assert estimator.n_features_in_ == 4
