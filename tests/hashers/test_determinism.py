"""Same seed, same codes, everywhere; and nobody else's random numbers are used up."""

import hashlib
import pickle
import subprocess
import sys
from copy import deepcopy

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher


def make(cls, **params):
    return cls(**{"n_bits": 8, "max_epochs": 2, "random_state": 0, "output": "continuous", **params})


HASHERS = [
    make(DualHingeHasher),
    make(HashNetHasher),
    make(DHNHasher),
    make(HashNetHasher, validation_fraction=0.2),
    make(DualHingeHasher, encoder=torch.nn.Sequential(torch.nn.Linear(64, 16), torch.nn.Dropout(0.5))),
]


@pytest.fixture(params=HASHERS, ids=repr)
def hasher(request):
    return clone(request.param)


def test_refit_clone_and_copies_give_the_same_codes(hasher, digits, tmp_path):
    X, y = digits
    z = hasher.fit(X, y).transform(X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(hasher)).transform(X), z)
    np.testing.assert_array_equal(deepcopy(hasher).transform(X), z)
    joblib.dump(hasher, tmp_path / "hasher.joblib")
    np.testing.assert_array_equal(joblib.load(tmp_path / "hasher.joblib").transform(X), z)
    np.testing.assert_array_equal(clone(hasher).fit(X, y).transform(X), z)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(hasher)).fit(X, y).transform(X), z)
    np.testing.assert_array_equal(hasher.fit(X, y).transform(X), z)


def test_training_goes_on_the_same_after_pickle(hasher, digits):
    X, y = digits
    hasher.partial_fit(X, y)
    restored = pickle.loads(pickle.dumps(hasher))
    for _ in range(2):
        hasher.partial_fit(X, y)
        restored.partial_fit(X, y)
    np.testing.assert_array_equal(restored.transform(X), hasher.transform(X))
    assert restored.n_iter_ == hasher.n_iter_ == 3


SCRIPT = """
import hashlib
import numpy as np, torch
from sklearn.datasets import load_digits
from sklearn_hash import HashNetHasher
np.random.rand(7), torch.rand(7)
X, y = load_digits(return_X_y=True)
hasher = HashNetHasher(8, max_epochs=2, random_state=0, validation_fraction=0.2)
print(hashlib.sha256(hasher.fit_transform(X[:400].astype(np.float32), y[:400]).tobytes()).hexdigest())
"""


def test_another_process_gives_the_same_codes(digits):
    process = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    bits = make(HashNetHasher, validation_fraction=0.2, output="bits").fit_transform(*digits)
    assert process.stdout.strip() == hashlib.sha256(bits.tobytes()).hexdigest()


def streams():
    name, keys, *rest = np.random.get_state()
    return name, keys.tobytes(), rest, torch.get_rng_state().numpy().tobytes()


@pytest.mark.parametrize("random_state", [0, None])
def test_global_random_streams_stay_as_they_are(hasher, digits, random_state):
    X, y = digits
    hasher.set_params(random_state=random_state)
    before = streams()
    hasher.fit(X, y)
    assert streams() == before
    hasher.partial_fit(X, y)
    assert streams() == before
    hasher.transform(X)
    hasher.score(X, y)
    assert streams() == before


def test_global_random_streams_stay_as_they_are_when_fit_fails(hasher, digits):
    X, y = digits
    before = streams()
    with pytest.raises(ValueError, match="loss turned"):
        hasher.set_params(optimizer="SGD", lr=1e38, encoder="mlp").fit(X, y)
    assert streams() == before


def test_global_random_streams_decide_nothing(digits):
    X, y = digits
    z = []
    for seed in (1, 2):
        np.random.seed(seed)
        torch.manual_seed(seed)
        z.append(make(DHNHasher).fit(X, y).transform(X))
    np.testing.assert_array_equal(*z)


def test_without_a_seed_every_fit_differs(digits):
    np.random.seed(0)
    first = make(DHNHasher, random_state=None).fit_transform(*digits)
    np.random.seed(0)
    assert not np.array_equal(make(DHNHasher, random_state=None).fit_transform(*digits), first)


def test_another_seed_gives_other_codes(digits):
    assert not np.array_equal(
        make(DHNHasher).fit_transform(*digits), make(DHNHasher, random_state=1).fit_transform(*digits)
    )


def test_random_state_instance_is_drawn_from(digits):
    """scikit-learn's convention: an instance moves on, so two fits differ, and so does its copy not."""
    hasher = make(DHNHasher, random_state=np.random.RandomState(0))
    twin = deepcopy(hasher)
    first = hasher.fit_transform(*digits)
    assert not np.array_equal(hasher.fit_transform(*digits), first)
    np.testing.assert_array_equal(twin.fit_transform(*digits), first)
