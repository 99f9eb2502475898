"""Properties of every shallow hasher."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from sklearn_hash import ITQHasher, LSHHasher, PCAHasher, SDHHasher, SpectralHasher

HASHERS = [LSHHasher, PCAHasher, ITQHasher, SpectralHasher, SDHHasher]
every_hasher = pytest.mark.parametrize("cls", HASHERS)


@pytest.fixture
def counts():
    """90 rows of 40 sparse counts, in three classes that prefer different columns."""
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    X = rng.poisson(np.where(np.arange(40) % 3 == y[:, None], 1.0, 0.1)).astype(np.float64)
    return X, y


def test_torch_is_never_imported():
    code = f"""
import sys, numpy as np, sklearn_hash
X, y = np.random.default_rng(0).standard_normal((60, 5)), np.arange(60) % 3
for name in {[cls.__name__ for cls in HASHERS]}:
    hasher = getattr(sklearn_hash, name)(n_bits=8).fit(X, y)
    hasher.transform(X)
print([name for name in ("torch", "skorch") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@every_hasher
@pytest.mark.parametrize("container", [sparse.csr_array, sparse.csr_matrix, sparse.csc_array])
def test_sparse_rows_have_the_codes_of_dense_ones(cls, container, counts):
    X, y = counts
    hasher = cls(12, random_state=0).fit(container(X), y)
    np.testing.assert_allclose(
        hasher.decision_function(container(X)), hasher.decision_function(X), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("cls", [LSHHasher, PCAHasher, SpectralHasher, SDHHasher])
@pytest.mark.parametrize("n_bits", [12, 60])
def test_fit_learns_the_same_from_sparse_rows(cls, n_bits, counts):
    # ITQ starts from a random rotation, which is drawn after what the sparse solver draws.
    X, y = counts
    dense, from_sparse = (cls(n_bits, random_state=0).fit(rows, y) for rows in (X, sparse.csr_array(X)))
    principal = 12 if cls is PCAHasher else n_bits
    z, z_sparse = dense.decision_function(X), from_sparse.decision_function(X)
    np.testing.assert_allclose(z_sparse[:, :principal], z[:, :principal], rtol=1e-4, atol=1e-5)


@every_hasher
def test_wide_sparse_rows_are_never_made_dense(cls):
    X = sparse.random_array((200, 100_000), density=1e-3, format="csr", rng=np.random.default_rng(0))
    tracemalloc.start()
    cls(8, random_state=0).fit(X, np.arange(200) % 2).transform(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.shape[0] * X.shape[1] * 8 / 2


@every_hasher
@pytest.mark.parametrize("n_features", [1, 3])
def test_codes_may_be_longer_than_rows(cls, n_features):
    X = np.random.default_rng(0).standard_normal((50, n_features))
    codes = cls(40, random_state=0).fit_transform(X, X[:, 0] > 0)
    assert codes.shape == (50, 40)
    shares = codes.mean(axis=0)
    # Supervised codes may give both classes the same bit.
    assert ((shares > 0) & (shares < 1)).mean() > (0.2 if cls is SDHHasher else 0.99)


@every_hasher
def test_float32_rows_are_not_blown_up(cls, digits):
    X, y = digits
    hasher = cls(8, random_state=0).fit(X, y)
    learnt = {"anchors_" if cls is SDHHasher else "components_", "mean_"} & set(vars(hasher))
    assert {getattr(hasher, name).dtype for name in learnt} == {np.dtype(np.float32)}
    in_double = cls(8, random_state=0).fit(X.astype(np.float64), y)
    assert hasher.decision_function(X).dtype == in_double.decision_function(X).dtype == np.float32
    assert (hasher.transform(X) == in_double.transform(X)).mean() > 0.98


@every_hasher
def test_a_seed_decides_everything(cls, counts):
    X, y = counts
    first, again, other = (cls(8, random_state=seed).fit(X, y).decision_function(X) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first == other).all() == (cls in (PCAHasher, SpectralHasher))


@every_hasher
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize(("dtype", "value"), [(np.float32, 1e25), (np.float64, -1e200)])
def test_a_failed_fit_changes_nothing(cls, container, dtype, value, counts):
    X, y = counts
    hasher = cls(8, random_state=0).fit(X, y)
    before = dict(vars(hasher))
    wide = np.eye(90, dtype=dtype) * dtype(value)
    with pytest.raises(ValueError, match=rf"up to {abs(value):g}".replace("+", r"\+") + ".*squares overflow.*Scale X"):
        hasher.fit(container(wide), y)
    assert vars(hasher) == before


@every_hasher
def test_the_length_of_codes_is_that_of_fit(cls, counts):
    X, y = counts
    hasher = cls(8, random_state=0).fit(X, y).set_params(n_bits=24)
    assert hasher.transform(X).shape == (90, 8)
    assert len(hasher.get_feature_names_out()) == 8


@pytest.mark.parametrize("cls", [LSHHasher, PCAHasher, ITQHasher, SpectralHasher])
def test_values_that_overflow_are_refused(cls):
    X = np.random.default_rng(0).standard_normal((20, 30)).astype(np.float32)
    hasher = cls(8, random_state=0).fit(X)
    X[4] = np.float32(3e38) * np.sign(X[4])
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=r"row 4 of X overflows\. Scale X"):
        hasher.transform(X)
