"""All checks that scikit-learn has for estimators, also those for its own only: none fails, none is left out."""

import pytest
import torch
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

import sklearn_hash
from sklearn_hash import BiHalfHasher, CSQHasher, DHNHasher, DualHingeHasher, HashNetHasher, ITQHasher
from sklearn_hash.hashers._methods import METHODS


def small(cls, **params):
    """A hasher that trains in no time."""
    little = {name: value for name, value in {"n_bits": 8, "max_epochs": 1}.items() if name in cls().get_params()}
    return cls(**{**little, **params})


HASHERS = [small(getattr(sklearn_hash, name)) for name in METHODS.values()]
# Values of the other parameters, several at a time.
OUTPUTS = [
    small(DualHingeHasher, output="signs", validation_fraction=0.2),
    small(DualHingeHasher, output="packed", net_params={"iterator_train__balanced": True}),
    small(DHNHasher, output="continuous", encoder=torch.nn.Flatten()),
    small(ITQHasher, output="packed"),
]
VARIANTS = [
    *OUTPUTS,
    small(DualHingeHasher, net_params={"encoder__hidden": 8, "optimizer__weight_decay": 0.0}),
    small(HashNetHasher, encoder="linear", validation_fraction=0.2),
    small(HashNetHasher, encoder="mlp", batch_size=2, net_params={"module__batch_norm": True}),
    small(HashNetHasher, encoder=torch.nn.Flatten),
    small(DHNHasher, similarity="cosine", net_params={"callbacks__lr_schedule": None, "optimizer": "SGD"}),
    small(CSQHasher, validation_fraction=0.2, net_params={"iterator_train__balanced": True}),
    small(CSQHasher, batch_size=2, net_params={"module__batch_norm": True}),
    small(BiHalfHasher, validation_fraction=0.2),
]

# The last hasher of each base class, which has the methods that the following checks are about.
OF_EACH_BASE = list({type(hasher).__mro__[1]: hasher for hasher in HASHERS}.values())

# scikit-learn runs these in its own test suite, outside check_estimator.
OWN_CHECKS = [
    "check_dataframe_column_names_consistency",
    "check_get_feature_names_out_error",
    "check_global_output_transform_pandas",
    "check_global_set_output_transform_polars",
    "check_inplace_ensure_writeable",
    "check_n_features_in_after_fitting",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
]


assert_allclose = estimator_checks.assert_allclose


def close_in_float32(actual, desired, atol, err_msg):
    """scikit-learn allows for 1e-7 around 0: in float32, the product of one row rounds otherwise than that of many."""
    assert_allclose(actual, desired, atol=max(atol, 1e-6), err_msg=err_msg)


@pytest.mark.filterwarnings("error::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(HASHERS + VARIANTS)
def test_estimator_checks(estimator, check, monkeypatch):
    if check.func.__name__ == "check_methods_subset_invariance":
        monkeypatch.setattr(estimator_checks, "assert_allclose", close_in_float32)
    check(estimator)


@pytest.mark.parametrize("estimator", HASHERS, ids=repr)
def test_parameters_are_validated(estimator):
    estimator_checks.check_param_validation(type(estimator).__name__, estimator)


@pytest.mark.parametrize("estimator", OF_EACH_BASE + OUTPUTS, ids=repr)
@pytest.mark.parametrize("check", OWN_CHECKS)
def test_checks_of_scikit_learns_own_estimators(estimator, check):
    getattr(estimator_checks, check)(type(estimator).__name__, estimator)


def test_no_check_is_left_out():
    results = estimator_checks.check_estimator(HASHERS[0], on_skip=None, on_fail=None)
    left_out = [result["check_name"] for result in results if result["status"] != "passed"]
    assert len(results) >= 47
    assert left_out == []
