"""The worked example of CONTRIBUTING is a method that trains."""

import re
from pathlib import Path

import numpy as np
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits

from sklearn_hash import LSHHasher, losses

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()


def test_the_two_files_make_a_hasher(monkeypatch):
    loss_file, estimator_file = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    names, own = {"__name__": "losses"}, {"__name__": "hashers"}
    exec(loss_file, names)
    monkeypatch.setattr(losses, "CosinePairsLoss", names["CosinePairsLoss"], raising=False)
    exec(estimator_file, own)
    X, y = load_digits(return_X_y=True)
    hasher = clone(own["CosinePairsHasher"](n_bits=16, max_epochs=5, quantization=0.1, device="cpu", random_state=0))
    lsh = LSHHasher(n_bits=16, random_state=0).fit(X)
    assert hasher.fit(X, y).score(X, y) > lsh.score(X, y) + 0.3
    assert hasher.net_.criterion_.quantization == 0.1

    z, same = np.array([[1.0, 2.0], [2.0, -1.0], [0.5, 1.0]]), np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    cosines = [z[i] @ z[j] / np.linalg.norm(z[i]) / np.linalg.norm(z[j]) for i, j in [(0, 1), (0, 2), (1, 2)]]
    expected = np.mean((np.array(cosines) - [-1, 1, -1]) ** 2) + 0.5 * np.mean((np.abs(z) - 1) ** 2)
    loss = names["CosinePairsLoss"](quantization=0.5)(torch.tensor(z), torch.tensor(same, dtype=torch.float64))
    np.testing.assert_allclose(loss.item(), expected)
