"""A fit that is killed at any moment and started again ends as one that was never interrupted."""

import os
import subprocess
import sys

import numpy as np
import pytest

from sklearn_hash import HashNetHasher


def make():
    return HashNetHasher(8, max_epochs=6, batch_size=50, random_state=0, output="continuous", validation_fraction=0.2)


# Every moment is a process of its own, which kills itself; together they wait for one import of torch only.
KILLED = """
import os, signal, sys
from sklearn.datasets import load_digits
import sklearn_hash.training._checkpoint as checkpoint
from sklearn_hash import HashNetHasher
from sklearn_hash.training import HashingNet

X, y = load_digits(return_X_y=True)
X, y = X[:400].astype("float32"), y[:400]

def die_at(owner, name, call, before=lambda *args: None):
    original, calls = getattr(owner, name), []
    def counted(*args, **kwargs):
        calls.append(None)
        if len(calls) == call:
            before(*args)
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    setattr(owner, name, counted)

def half_a_file(state, file):
    file.write(b"PK" + bytes(5000))
    file.flush()

def hasher(**params):
    return HashNetHasher(
        8, batch_size=50, random_state=0, output="continuous", validation_fraction=0.2, **{"max_epochs": 6, **params}
    )

hasher(max_epochs=1).fit(X, y)  # loads compiled code once for all
moments = {
    "first epoch": lambda: die_at(HashingNet, "train_step", 3),
    "third epoch": lambda: die_at(HashingNet, "train_step", 16),
    "validation": lambda: die_at(HashingNet, "forward", 5),
    "write": lambda: die_at(checkpoint.torch, "save", 4, half_a_file),
    "before the exchange": lambda: die_at(checkpoint.os, "replace", 2),
    "end": lambda: die_at(checkpoint.os, "replace", 7),
}
for moment, arm in moments.items():
    child = os.fork()
    if not child:
        arm()
        hasher().fit(X, y, checkpoint=os.path.join(sys.argv[1], moment))
        os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, moment
"""
MOMENTS = {
    "first epoch": 0, "third epoch": 2, "validation": 2, "write": 3, "before the exchange": 1, "end": 6,
}  # fmt: skip


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Directories with what is left of fits that ended by kill -9."""
    if not hasattr(os, "fork"):
        pytest.skip("processes that kill themselves are forked")
    directory = tmp_path_factory.mktemp("killed")
    subprocess.run([sys.executable, "-c", KILLED, directory], check=True)
    return directory


@pytest.fixture(scope="module")
def uninterrupted(digits):
    return make().fit(*digits)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_it_ends_with_the_same_codes(moment, killed, uninterrupted, digits):
    path = killed / moment / "checkpoint.pt"
    assert path.exists() == (MOMENTS[moment] > 0)
    hasher = make()
    hasher.fit(*digits, checkpoint=killed / moment)
    np.testing.assert_array_equal(hasher.transform(digits[0]), uninterrupted.transform(digits[0]))
    for recorded in ("train_loss", "valid_loss", "valid_map"):
        assert hasher.history_[:, recorded] == uninterrupted.history_[:, recorded]
    assert [file.name for file in path.parent.iterdir()] == ["checkpoint.pt"]
