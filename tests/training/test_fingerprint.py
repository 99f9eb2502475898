"""Fingerprints: equal for equal arguments, in any process; different for different ones."""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import torch
from scipy import sparse
from skorch.callbacks import EarlyStopping
from torch import nn

from sklearn_hash.training import fingerprint, make_rows, make_targets


def module(seed=0, width=3):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(4, width), nn.BatchNorm1d(width), nn.Linear(width, 2).to(torch.bfloat16))


class Thing:
    """Holds itself."""

    def __init__(self, value):
        self.value = value
        self.me = [self]


def _closing_over(value):
    return lambda: value


X = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
CHANGED = X + np.eye(20, 4, dtype=np.float32) * 1e-3
PAIRS = {
    "number": (lambda: 0.1, lambda: 0.2),
    "kind of number": (lambda: 1, lambda: True),
    "string": (lambda: "Adam", lambda: "SGD"),
    "none": (lambda: None, lambda: "None"),
    "list": (lambda: [1, [2, 3]], lambda: [1, 2, 3]),
    "dict": (lambda: {"a": 1, "b": 2}, lambda: {"a": 2, "b": 1}),
    "array": (lambda: X.copy(), lambda: CHANGED),
    "type of array": (lambda: X.copy(), lambda: X.astype(np.float64)),
    "shape of array": (lambda: X.copy(), lambda: X.reshape(4, 20)),
    "objects": (lambda: np.array(["a", None], object), lambda: np.array(["b", None], object)),
    "sparse": (lambda: sparse.csr_array(X > 0), lambda: sparse.csr_array(X > 0.1)),
    "tensor": (lambda: torch.tensor(X), lambda: torch.tensor(CHANGED)),
    "class": (lambda: torch.optim.Adam, lambda: torch.optim.SGD),
    "function": (lambda: np.load, lambda: np.save),
    "method": (lambda: X.__getitem__, lambda: CHANGED.__getitem__),
    "lambda": (lambda: lambda: nn.Linear(4, 3), lambda: lambda: nn.Linear(4, 5)),
    "closure": (lambda: _closing_over(1), lambda: _closing_over(2)),
    "array closed over": (lambda: _closing_over(X.copy()), lambda: _closing_over(CHANGED)),
    "default": (lambda: lambda x=1: x, lambda: lambda x=2: x),
    "keyword default": (lambda: lambda *, x=1: x, lambda: lambda *, x=2: x),
    "function within": (lambda: lambda: [lambda: 1], lambda: lambda: [lambda: 2]),
    "partial": (lambda: partial(nn.Linear, 4, bias=False), lambda: partial(nn.Linear, 4, bias=True)),
    "module": (module, partial(module, 1)),
    "structure of module": (nn.ReLU, nn.Tanh),
    "callback": (lambda: [("a", EarlyStopping(patience=3))], lambda: [("a", EarlyStopping(patience=4))]),
    "device": (lambda: torch.device("cpu"), lambda: torch.device("meta")),
    "object": (lambda: Thing(1), lambda: Thing(2)),
    "rows": (lambda: make_rows(X.copy()), lambda: make_rows(CHANGED)),
    "read rows": (lambda: make_rows(np.arange(9), X.__getitem__), lambda: make_rows(np.arange(8), X.__getitem__)),
    "targets": (lambda: make_targets(np.arange(20), "share", 20)[0], lambda: make_targets(np.ones(20), "share", 20)[0]),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_equal_values_have_equal_fingerprints_and_others_others(name):
    one, other = PAIRS[name]
    assert fingerprint({"a": one()}) == fingerprint({"a": one()})
    assert fingerprint({"a": one()}) != fingerprint({"a": other()})


def test_each_name_has_its_own():
    assert fingerprint({"a": 1, "b": 2}, X=X)["X"] == fingerprint({}, X=X)["X"]
    assert set(fingerprint({"a": 1, "verbose": 2, "output": "bits", "net_params": {}}, y=3)) == {"a", "y"}


def test_of_a_large_array_rows_are_read_here_and_there(tmp_path):
    path = tmp_path / "X.npy"
    np.lib.format.open_memmap(path, "w+", np.uint8, (1 << 16, 1 << 12)).flush()
    rows = make_rows(np.load(path, mmap_mode="r"))
    before = fingerprint({}, X=rows)
    np.load(path, mmap_mode="r+")[-1, 7] = 1
    assert fingerprint({}, X=rows) != before


SCRIPT = """
import numpy as np
from sklearn_hash import DHNHasher, ImageInput
from sklearn_hash.training import fingerprint
X = np.arange(6.0).reshape(3, 2)
params = DHNHasher(images=ImageInput(loader=np.load), net_params={"a": 1}).get_params(deep=False)
print(sorted(fingerprint(params, X=X, estimator=DHNHasher).items()))
"""


def test_another_process_has_the_same(capsys):
    exec(SCRIPT, {})
    here = capsys.readouterr().out
    assert subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout == here


def test_numbers_of_numpy_are_those_of_python():
    for ours, theirs in ((np.int64(8), 8), (np.float64(1e-3), 1e-3), (np.bool_(True), True), (np.str_("a"), "a")):
        assert fingerprint({"a": ours}) == fingerprint({"a": theirs})


def test_a_variable_that_is_not_assigned_yet():
    def early():
        return late

    before = fingerprint({"a": early})
    late = 1
    assert fingerprint({"a": early}) != before
