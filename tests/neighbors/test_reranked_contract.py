"""Estimator checks of scikit-learn for RerankedNeighbors."""

import pytest
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_get_feature_names_out_error,
    check_param_validation,
    check_set_output_transform,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
    parametrize_with_checks,
)

from sklearn_hash import LSHHasher, RerankedNeighbors

HASHER = LSHHasher(8, random_state=0)
VARIANTS = [
    RerankedNeighbors(HASHER, 3),
    RerankedNeighbors(HASHER, 2, oversample=1, asymmetric_oversample=1, metric="euclidean", vectors="int8", n_jobs=2),
    RerankedNeighbors(HASHER, 1, metric="inner_product", vectors="float16", asymmetric_oversample=3, subsample=5),
    RerankedNeighbors(HASHER, 3, oversample=2, vectors=None),
]


@parametrize_with_checks(VARIANTS)
def test_estimator_checks(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize(
    "check",
    [
        check_get_feature_names_out_error,
        check_param_validation,
        check_set_output_transform,
        check_transformer_get_feature_names_out,
        check_transformer_get_feature_names_out_pandas,
    ],
    ids=lambda check: check.__name__,
)
def test_checks_of_scikit_learns_own_estimators(check):
    check("RerankedNeighbors", RerankedNeighbors(HASHER, 3))


@pytest.mark.filterwarnings("error:.*was fitted without feature names")
def test_column_names():
    check_dataframe_column_names_consistency("RerankedNeighbors", RerankedNeighbors(HASHER, 3))
