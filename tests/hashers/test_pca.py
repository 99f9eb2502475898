"""Principal component hashing: principal directions, and random ones for further bits."""

import numpy as np
import pytest
from scipy import sparse

from sklearn_hash import PCAHasher


def correlated(n=500, n_features=10, rank=10, seed=0):
    """Rows of a given rank around a mean that is not zero."""
    rng = np.random.default_rng(seed)
    scales = 2.0 ** -np.arange(rank)
    return (rng.standard_normal((n, rank)) * scales) @ rng.standard_normal((rank, n_features)) + 5


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("n_bits", [1, 4, 10])
def test_directions_are_eigenvectors_of_the_covariance(container, n_bits):
    X = correlated()
    hasher = PCAHasher(n_bits, random_state=0).fit(container(X))
    eigenvectors = np.linalg.eigh(np.cov(X.T))[1][:, ::-1]
    np.testing.assert_allclose(hasher.mean_, X.mean(axis=0))
    np.testing.assert_allclose(abs(hasher.components_ @ eigenvectors[:, :n_bits]), np.eye(n_bits), atol=1e-6)


def test_a_bit_is_the_side_of_the_mean():
    X = correlated()
    hasher = PCAHasher(6, random_state=0).fit(X)
    np.testing.assert_array_equal(hasher.transform(X), (X - X.mean(axis=0)) @ hasher.components_.T > 0)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "n_features", "rank"), [(500, 10, 3), (500, 3, 3), (4, 40, 10), (60, 50, 1)])
def test_bits_without_a_direction_mix_those_there_are(container, dtype, n, n_features, rank):
    X = correlated(n, n_features, rank).astype(dtype)
    hasher = PCAHasher(20, random_state=0).fit(container(X))
    directions = min(n - 1, n_features, rank)
    components = hasher.components_.astype(np.float64)
    assert components.shape == (20, n_features)
    # All lie in the space that the rows span; directions in which rows do not vary would be rounding errors.
    assert np.linalg.matrix_rank(components, tol=1e-2) == directions
    np.testing.assert_allclose(np.linalg.norm(components, axis=1), 1, atol=1e-5)
    principal = components[:directions]
    np.testing.assert_allclose(principal @ principal.T, np.eye(directions), atol=1e-3)
    span = np.linalg.svd(X - X.mean(axis=0, dtype=np.float64))[2][:directions]
    np.testing.assert_allclose(components @ span.T @ span, components, atol=1e-2)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("value", [0.0, 0.1, 1e6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(2, 1), (30, 7), (500, 3)])
def test_equal_rows_are_refused(container, value, dtype, shape):
    with pytest.raises(ValueError, match="All rows of X are equal"):
        PCAHasher(4).fit(container(np.full(shape, value, dtype=dtype)))
