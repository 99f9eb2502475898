"""Fingerprints of hashers: equal where the codes are, different where they may differ."""

import pickle
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, StandardScaler

import sklearn_hash
from sklearn_hash import DualHingeHasher, LSHHasher, SDHHasher
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.stores import fingerprint

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 8)).astype(np.float32)
Y = np.arange(40) % 3


def build(name, **params):
    hasher = getattr(sklearn_hash, name)(n_bits=8, random_state=0, **params)
    return hasher.set_params(max_epochs=1) if "max_epochs" in hasher.get_params() else hasher


@pytest.mark.parametrize("name", METHODS.values())
def test_what_is_not_in_the_codes_does_not_count(name):
    hasher = build(name).fit(X, Y)
    expected = fingerprint(hasher)
    assert len(expected) == 32
    assert int(expected, 16) >= 0
    assert fingerprint(pickle.loads(pickle.dumps(hasher))) == expected
    assert fingerprint(hasher.set_params(output="packed", random_state=7)) == expected
    assert fingerprint(build(name).fit(X, Y)) == expected


@pytest.mark.parametrize("name", METHODS.values())
def test_every_fitted_array_counts(name):
    """Codes of hashers that differ in any one number may not be compared."""
    hasher = build(name).fit(X, Y)
    expected, n_changed = fingerprint(hasher), 0
    if hasattr(hasher, "net_"):
        arrays = [tensor.numpy() for tensor in hasher.net_.module_.state_dict().values()]
    else:
        fitted = {key: value for key, value in vars(hasher).items() if key.endswith("_") and key != "classes_"}
        arrays = [value for value in fitted.values() if isinstance(value, np.ndarray)]
    for array in arrays:
        before = array.flat[-1]
        array.flat[-1] += 1
        assert fingerprint(hasher) != expected
        array.flat[-1] = before
        n_changed += 1
    assert fingerprint(hasher) == expected
    assert n_changed >= 2


def test_it_is_the_same_in_every_process_and_release():
    """Pinned: files written with it must stay readable. Random normal numbers of a seed are fixed by numpy."""
    hasher = LSHHasher(n_bits=8, random_state=0).fit(np.arange(12.0).reshape(4, 3))
    assert fingerprint(hasher) == "5e812986ce9576d815655a83d39e15d6"
    code = (
        "import numpy as np, sklearn_hash, sys; from sklearn_hash.stores import fingerprint; "
        "print(fingerprint(sklearn_hash.LSHHasher(n_bits=8, random_state=0).fit(np.arange(12.0).reshape(4, 3))));"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fingerprint(hasher)


def test_more_training_is_another_hasher():
    hasher = DualHingeHasher(n_bits=8, max_epochs=1, random_state=0).fit(X, Y)
    before = fingerprint(hasher)
    assert fingerprint(hasher.partial_fit(X, Y)) != before


def test_the_order_of_memory_and_the_format_of_sparse_anchors_do_not_count():
    hasher = LSHHasher(n_bits=8, random_state=0).fit(X)
    expected = fingerprint(hasher)
    hasher.components_ = np.asfortranarray(hasher.components_)
    assert fingerprint(hasher) == expected
    hasher = SDHHasher(n_bits=8, n_anchors=10, random_state=0).fit(sparse.csr_array(X), Y)
    expected = fingerprint(hasher)
    hasher.anchors_ = sparse.csc_array(hasher.anchors_)
    assert fingerprint(hasher) == expected
    hasher.anchors_ = hasher.anchors_ * 2
    assert fingerprint(hasher) != expected


def pipelines():
    columns = ColumnTransformer([("a", StandardScaler(), slice(0, 4)), ("b", MinMaxScaler(), [4, 5])])
    return {
        "scaled": make_pipeline(StandardScaler(), LSHHasher(n_bits=8, random_state=0)),
        "nested": make_pipeline(make_pipeline(PCA(4, random_state=0), Normalizer()), LSHHasher(n_bits=8)),
        "columns": make_pipeline(columns, LSHHasher(n_bits=8, random_state=0)),
        "function": make_pipeline(FunctionTransformer(np.tanh), LSHHasher(n_bits=8, random_state=0)),
    }


@pytest.mark.parametrize("kind", pipelines())
def test_steps_of_a_pipeline_count(kind):
    pipeline = pipelines()[kind].set_params(lshhasher__random_state=0).fit(X)
    bare = LSHHasher(n_bits=8, random_state=0).fit(pipeline[:-1].transform(X))
    assert_array_equal(bare.components_, pipeline[-1].components_)
    expected = fingerprint(pipeline)
    assert expected not in (fingerprint(pipeline[-1]), fingerprint(bare))
    assert fingerprint(clone(pipeline).fit(X)) == expected
    assert fingerprint(pickle.loads(pickle.dumps(pipeline))) == expected


def test_parameters_of_other_steps_count():
    def of(**params):
        return fingerprint(make_pipeline(Normalizer(**params), LSHHasher(n_bits=8, random_state=0)).fit(X))

    assert of(norm="l1") != of(norm="l2")
    assert of(copy=True) == of(copy=False)

    def scale(x, by):
        return x * by

    def scaled(by):
        steps = FunctionTransformer(partial(scale, by=by)), LSHHasher(n_bits=8, random_state=0)
        return fingerprint(make_pipeline(*steps).fit(X))

    assert scaled(1) != scaled(2)
    assert scaled(2) == scaled(2)


def test_names_of_steps_and_of_columns_do_not_count():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcdefgh"))
    named = Pipeline([("x", StandardScaler()), ("y", "passthrough"), ("z", LSHHasher(n_bits=8, random_state=0))])
    plain = make_pipeline(StandardScaler(), LSHHasher(n_bits=8, random_state=0))
    assert fingerprint(named.fit(frame)) == fingerprint(plain.fit(frame.to_numpy()))


def test_refusals():
    with pytest.raises(NotFittedError):
        fingerprint(LSHHasher())
    strange = make_pipeline(FunctionTransformer(np.tanh, kw_args={"where": object()}), LSHHasher(n_bits=8))
    strange[-1].fit(X)
    with pytest.raises(TypeError, match="type object has no fingerprint"):
        fingerprint(strange)


@pytest.mark.parametrize("name", METHODS.values())
def test_it_survives_saving_and_loading(name, tmp_path):
    pipeline = make_pipeline(StandardScaler(), build(name)).fit(X, Y)
    sklearn_hash.save(pipeline, tmp_path / "pipeline")
    assert fingerprint(sklearn_hash.load(tmp_path / "pipeline", device="cpu")) == fingerprint(pipeline)
