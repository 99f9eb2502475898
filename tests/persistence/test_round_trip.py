"""What is loaded is what was saved: parameters, attributes and, to the bit, outputs; in this process and in another."""

import os
import subprocess
import sys
from copy import deepcopy

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Binarizer, FunctionTransformer, StandardScaler
from sklearn.utils.validation import check_is_fitted

import sklearn_hash
from sklearn_hash import DualHingeHasher, HammingNeighbors, ITQHasher, LSHHasher
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.stores import fingerprint
from tests.persistence.conftest import HASHERS, PIPELINES, SEARCHERS, make_hasher


def round_trip(estimator, path, **kwargs):
    sklearn_hash.save(estimator, path)
    return sklearn_hash.load(path, **kwargs)


def assert_equal(value, expected):
    """Equal values of equal types, whatever they hold."""
    if isinstance(expected, np.generic):
        expected = expected.item()
    assert type(value) is type(expected)
    if isinstance(expected, (list, tuple)):
        assert len(value) == len(expected)
        for each, other in zip(value, expected, strict=True):
            assert_equal(each, other)
    elif isinstance(expected, dict):
        assert set(value) == set(expected)
        for key in expected:
            assert_equal(value[key], expected[key])
    elif isinstance(expected, np.ndarray):
        assert value.dtype == expected.dtype
        if expected.dtype.kind in "biuf" and min(expected.shape, default=1) > 1:
            # Products of floats depend on whether rows or columns lie together.
            assert np.argsort(value.strides).tolist() == np.argsort(expected.strides).tolist()
        np.testing.assert_array_equal(value, expected)
    elif hasattr(expected, "__dict__") and type(expected).__module__.split(".")[0] in ("sklearn", "sklearn_hash"):
        assert_equal(vars(value), vars(expected))
    elif isinstance(expected, np.random.RandomState):
        assert_equal(value.get_state(), expected.get_state())
    else:
        np.testing.assert_equal(value, expected)


def test_the_list_of_hashers_is_the_list_of_methods():
    assert set(HASHERS) == set(METHODS.values())


@pytest.fixture(scope="module")
def saved(digits, tmp_path_factory):
    """Every hasher, fitted, and the folder in which each has a file of its name."""
    X, y = digits
    folder = tmp_path_factory.mktemp("saved")
    fitted = {name: clone(hasher).fit(X, y) for name, hasher in HASHERS.items()}
    for name, hasher in fitted.items():
        sklearn_hash.save(hasher, folder / f"{name}.safetensors")
    return fitted, folder


@pytest.mark.parametrize("name", HASHERS)
def test_hashers_keep_codes_parameters_and_attributes(name, saved, digits):
    fitted, folder = saved
    hasher, loaded = fitted[name], sklearn_hash.load(folder / f"{name}.safetensors")
    np.testing.assert_array_equal(loaded.decision_function(digits[0]), hasher.decision_function(digits[0]))
    assert_equal(loaded.get_params(), hasher.get_params())
    for attribute, value in vars(hasher).items():
        if attribute not in ("net_", "history_"):
            assert_equal(getattr(loaded, attribute), value)
    if hasattr(hasher, "history_"):
        assert loaded.history_[:, "train_loss"] == hasher.history_[:, "train_loss"]
    assert loaded.get_feature_names_out().tolist() == hasher.get_feature_names_out().tolist()
    assert fingerprint(loaded) == fingerprint(hasher)


@pytest.mark.parametrize("name", HASHERS)
def test_loaded_hashers_can_be_fitted_again(name, saved, digits):
    X, y = digits
    fitted, folder = saved
    loaded = sklearn_hash.load(folder / f"{name}.safetensors")
    if hasattr(loaded, "partial_fit"):
        assert loaded.partial_fit(X, y).n_iter_ == fitted[name].n_iter_ + 1
        assert not np.array_equal(loaded.decision_function(X), fitted[name].decision_function(X))
    np.testing.assert_array_equal(loaded.fit(X, y).transform(X), fitted[name].transform(X))


def test_codes_are_equal_in_another_process_with_more_threads(saved, digits, tmp_path):
    fitted, folder = saved
    np.save(tmp_path / "X.npy", digits[0])
    code = (
        "import sys, numpy as np, torch, sklearn_hash\n"
        "torch.set_num_threads(2)\n"
        f"names, X = {list(fitted)}, np.load(sys.argv[1] + '/X.npy')\n"
        "codes = {name: sklearn_hash.load(f'{sys.argv[2]}/{name}.safetensors').transform(X) for name in names}\n"
        "np.savez(sys.argv[1] + '/codes.npz', **codes)\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path), str(folder)], check=True, env=environment)
    codes = np.load(tmp_path / "codes.npz")
    for name, hasher in fitted.items():
        np.testing.assert_array_equal(codes[name], hasher.transform(digits[0]), err_msg=name)


def test_shallow_hashers_and_searchers_load_without_torch(saved, tmp_path):
    _, folder = saved
    sklearn_hash.save(HammingNeighbors().fit(np.eye(4, dtype=int)), folder / "search.safetensors")
    code = (
        "import sys, sklearn_hash\n"
        "for name in ('LSHHasher', 'SDHHasher', 'search'):\n"
        "    estimator = sklearn_hash.load(f'{sys.argv[1]}/{name}.safetensors')\n"
        "    sklearn_hash.save(estimator, f'{sys.argv[1]}/again')\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines(name, digits, tmp_path):
    X = digits[0].copy()
    if name in ("SimpleImputer", "ColumnTransformer"):
        X[::7, :20] = np.nan
    pipeline = clone(PIPELINES[name]).fit(X)
    loaded = round_trip(pipeline, tmp_path / "file")
    assert_equal(loaded.get_params(deep=False)["steps"], pipeline.get_params(deep=False)["steps"])
    np.testing.assert_array_equal(loaded.decision_function(X), pipeline.decision_function(X))
    np.testing.assert_array_equal(clone(loaded).fit(X).transform(X), pipeline.transform(X))


def test_pipelines_of_named_columns_and_data_frames(digits, tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(digits[0][:, :8], columns=list("abcdefgh"))
    columns = PIPELINES["ColumnTransformer"].steps[0][1]
    columns = clone(columns).set_params(
        transformers=[("one", columns.transformers[0][1], ["a", "c"]), ("two", "passthrough", ["b"])], remainder="drop"
    )
    columns.set_output(transform="pandas").fit(frame[["a", "b", "c"]])
    loaded = round_trip(columns, tmp_path / "file")
    pandas.testing.assert_frame_equal(loaded.transform(frame), columns.transform(frame))
    assert loaded.feature_names_in_.tolist() == ["a", "b", "c"]


@pytest.mark.parametrize("name", SEARCHERS)
def test_searchers_behind_a_hasher(name, digits, tmp_path):
    X, y = digits
    pipeline = clone(SEARCHERS[name]).fit(X, y)
    loaded = round_trip(pipeline, tmp_path / "file")
    assert_equal(loaded[0].transform(X), pipeline[0].transform(X))
    if name == "NearDuplicates":
        assert_equal(vars(loaded[1]), vars(pipeline[1]))
    else:
        codes = pipeline[0].transform(X)
        assert_equal(loaded[1].kneighbors(codes), pipeline[1].kneighbors(codes))
        assert loaded.score(X, y) == pipeline.score(X, y)


def test_unknown_steps_are_refused_by_name(digits, tmp_path):
    X = digits[0]
    unknown = make_pipeline(Binarizer(), LSHHasher(8)).set_params(lshhasher__random_state=0).fit(X)
    with pytest.raises(
        ValueError, match=r"steps\.binarizer is an object of sklearn\.preprocessing.*Binarizer, which is not"
    ):
        sklearn_hash.save(unknown, tmp_path / "file")
    columns = ColumnTransformer([("a", "drop", [0]), ("some", make_pipeline(Binarizer()), slice(1, 9))])
    with pytest.raises(ValueError, match=r"columntransformer\.transformers\.some\.steps\.binarizer is an object"):
        sklearn_hash.save(make_pipeline(columns, LSHHasher(8)).fit(X), tmp_path / "file")
    by_function = ColumnTransformer([("some", StandardScaler(), lambda X: [0, 1])])
    with pytest.raises(ValueError, match=r"transformers\.some is the function <lambda>"):
        sklearn_hash.save(make_pipeline(by_function, LSHHasher(8)).fit(X), tmp_path / "file")
    for step in (FunctionTransformer(np.abs), Pipeline([("lsh", LSHHasher(8))], memory=str(tmp_path / "cache"))):
        with pytest.raises(ValueError, match=r"cannot be saved with (func|memory): pass None"):
            sklearn_hash.save(make_pipeline(StandardScaler(), step).fit(X), tmp_path / "file")

    class Own(LSHHasher):
        pass

    with pytest.raises(ValueError, match=r"estimator is an object of .*Own, which is not among"):
        sklearn_hash.save(Own(8).fit(X), tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_arrays_have_the_names_of_their_steps(digits, tmp_path):
    load_file = pytest.importorskip("safetensors.numpy").load_file
    pipeline = make_pipeline(StandardScaler(), ITQHasher(8, random_state=0)).fit(digits[0])
    sklearn_hash.save(pipeline, tmp_path / "file")
    arrays = load_file(tmp_path / "file")
    np.testing.assert_array_equal(arrays["steps.itqhasher.rotation_"], pipeline[1].rotation_)
    np.testing.assert_array_equal(arrays["steps.standardscaler.mean_"], pipeline[0].mean_)


def test_a_hasher_that_is_not_fitted_is_refused(tmp_path):
    from sklearn.exceptions import NotFittedError

    for name in ("DHNHasher", "LSHHasher"):
        with pytest.raises(NotFittedError):
            sklearn_hash.save(make_hasher(name), tmp_path / "file")
    with pytest.raises(NotFittedError):
        sklearn_hash.save(HammingNeighbors(), tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_the_same_estimator_has_the_same_bytes(digits, tmp_path):
    hasher = ITQHasher(8, random_state=0).fit(digits[0])
    sklearn_hash.save(hasher, tmp_path / "one")
    sklearn_hash.save(sklearn_hash.load(tmp_path / "one"), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_saving_changes_nothing(digits, tmp_path):
    hasher = make_hasher("CSQHasher").fit(*digits)
    before, state = deepcopy(hasher), torch.get_rng_state()
    sklearn_hash.save(hasher, tmp_path / "file")
    sklearn_hash.load(tmp_path / "file")
    np.testing.assert_array_equal(torch.get_rng_state(), state)
    assert_equal(hasher.get_params(), before.get_params())
    np.testing.assert_array_equal(hasher.decision_function(digits[0]), before.decision_function(digits[0]))


def test_the_fitted_code_length_counts_not_the_parameter(digits, tmp_path):
    for hasher in (LSHHasher(8, random_state=0).fit(digits[0]), make_hasher("DHNHasher").fit(*digits)):
        n_bits = hasher.n_bits_
        hasher.set_params(n_bits=64, output="packed")
        loaded = round_trip(hasher, tmp_path / "file")
        assert loaded.n_bits == 64
        assert loaded.n_bits_ == n_bits
        np.testing.assert_array_equal(loaded.transform(digits[0]), hasher.transform(digits[0]))


def test_other_tools_read_the_weights(digits, tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    hasher = make_hasher("DualHingeHasher").fit(*digits)
    sklearn_hash.save(hasher, tmp_path / "file")
    tensors = safetensors.load_file(tmp_path / "file")
    weight = hasher.net_.module_.hash_layer.weight.detach()
    assert torch.equal(tensors["module.hash_layer.weight"], weight)


def test_hashers_of_one_class_stay_apart(digits, tmp_path):
    """Two files, not one state: loading twice gives two estimators that train on their own."""
    X, y = digits
    sklearn_hash.save(make_hasher("DualHingeHasher").fit(X, y), tmp_path / "file")
    one, two = sklearn_hash.load(tmp_path / "file"), sklearn_hash.load(tmp_path / "file")
    z = two.decision_function(X)
    one.partial_fit(X, y)
    np.testing.assert_array_equal(two.decision_function(X), z)
    check_is_fitted(one)
    assert isinstance(one, DualHingeHasher)
