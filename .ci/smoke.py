"""What an installed wheel or source distribution must do, without the checkout: ``python smoke.py``."""

import tempfile
from importlib.resources import files
from pathlib import Path

from sklearn.datasets import load_digits

import sklearn_hash
from sklearn_hash import DualHingeHasher, HammingNeighbors, load, save

assert "site-packages" in Path(sklearn_hash.__file__).parts, "the checkout is used, not what was installed"
assert (files("sklearn_hash") / "py.typed").is_file()
X, y = load_digits(return_X_y=True)
hasher = DualHingeHasher(n_bits=32, max_epochs=5, device="cpu", random_state=0).fit(X, y)
search = HammingNeighbors(n_neighbors=5).fit(hasher.transform(X))
neighbors = search.kneighbors(hasher.transform(X[:200]), return_distance=False)
assert (y[neighbors] == y[:200, None]).mean() > 0.9
with tempfile.TemporaryDirectory() as folder:
    save(hasher, f"{folder}/hasher.safetensors")
    assert (load(f"{folder}/hasher.safetensors").transform(X) == hasher.transform(X)).all()
print("sklearn_hash", sklearn_hash.__version__, "installed: fit, search, save and load")
