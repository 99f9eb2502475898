"""Estimator checks of scikit-learn, including those for its own estimators."""

import pytest
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_get_feature_names_out_error,
    check_global_output_transform_pandas,
    check_global_set_output_transform_polars,
    check_param_validation,
    check_set_output_transform,
    check_set_output_transform_pandas,
    check_set_output_transform_polars,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
    parametrize_with_checks,
)

from sklearn_hash import HammingNeighbors

VARIANTS = [
    HammingNeighbors(),
    HammingNeighbors(n_neighbors=1, algorithm="flat", n_jobs=2),
    HammingNeighbors(n_neighbors=3, algorithm="pruned"),
    HammingNeighbors(radius=0.5, algorithm="multi_index"),
]

OWN_CHECKS = [
    check_get_feature_names_out_error,
    check_global_output_transform_pandas,
    check_global_set_output_transform_polars,
    check_param_validation,
    check_set_output_transform,
    check_set_output_transform_pandas,
    check_set_output_transform_polars,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
]


@parametrize_with_checks(VARIANTS)
def test_estimator_checks(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize("check", OWN_CHECKS, ids=lambda check: check.__name__)
def test_checks_of_scikit_learns_own_estimators(check):
    check("HammingNeighbors", HammingNeighbors())


@pytest.mark.filterwarnings("error:.*was fitted without feature names")
def test_column_names():
    check_dataframe_column_names_consistency("HammingNeighbors", HammingNeighbors())


def test_one_output_feature_per_fitted_row():
    search = HammingNeighbors().fit([[0, 1], [1, 1], [1, 0]])
    assert search.get_feature_names_out().tolist() == [f"hammingneighbors{row}" for row in range(3)]
    search.partial_fit([[0, 0]]).remove([1])
    assert len(search.get_feature_names_out()) == search.n_samples_fit_ == 3
