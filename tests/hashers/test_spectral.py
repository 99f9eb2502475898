"""Spectral hashing: the analytical eigenfunctions are those of a graph Laplacian."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hash import SpectralHasher
from sklearn_hash.hashers._spectral import smoothest_modes


def grid(width, height):
    """The points of a width x height lattice, row by row along the long side."""
    return np.stack(np.meshgrid(np.arange(width), np.arange(height), indexing="ij"), axis=-1).reshape(-1, 2) * 1.0


def lattice_eigenvectors(width, height):
    """Eigenvectors of the lattice's graph Laplacian, smallest eigenvalue first, that vary along one side only."""

    def path(n):
        steps = np.eye(n, k=1) + np.eye(n, k=-1)
        return np.diag(steps.sum(axis=0)) - steps

    laplacian = np.kron(path(width), np.eye(height)) + np.kron(np.eye(width), path(height))
    vectors = np.linalg.eigh(laplacian)[1].T.reshape(-1, width, height)
    varies = np.stack([np.ptp(vectors, axis=axis).max(axis=1) > 1e-6 for axis in (1, 2)], axis=1)
    return vectors[varies.sum(axis=1) == 1].reshape(-1, width * height), varies[varies.sum(axis=1) == 1].argmax(axis=1)


def test_bits_are_the_laplacians_eigenvectors():
    X = grid(41, 15)
    vectors, sides = lattice_eigenvectors(41, 15)
    hasher = SpectralHasher(10, output="signs", random_state=0).fit(X)
    np.testing.assert_array_equal(hasher.directions_, sides[:10])
    for bit, vector in zip(hasher.transform(X).T, vectors, strict=False):
        inside = abs(vector) > 0.2 * abs(vector).max()
        agree = (bit[inside] == np.sign(vector[inside])).mean()
        assert max(agree, 1 - agree) == 1


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8), st.integers(1, 40))
@settings(deadline=None, max_examples=100)
def test_modes_are_those_of_smallest_eigenvalue(lengths, n_bits):
    directions, modes = smoothest_modes(np.array(lengths), n_bits)
    every = sorted(k / length for length in lengths for k in range(1, n_bits + 1))
    chosen = [k / lengths[direction] for direction, k in zip(directions, modes, strict=True)]
    np.testing.assert_allclose(chosen, every[:n_bits])
    assert len(set(zip(directions, modes, strict=True))) == n_bits


def test_a_line_gets_every_frequency():
    X = np.random.default_rng(0).permutation(np.linspace(-3, 9, 500))[:, None]
    bits = SpectralHasher(6).fit_transform(X)[X[:, 0].argsort()]
    np.testing.assert_array_equal((np.diff(bits.astype(int), axis=0) != 0).sum(axis=0), [1, 2, 3, 4, 5, 6])


def test_waves_go_from_end_to_end():
    X = np.random.default_rng(0).standard_normal((300, 4)) * [8, 4, 2, 1]
    hasher = SpectralHasher(12, output="continuous", random_state=0).fit(X)
    coordinates = (X - X.mean(axis=0)) @ hasher.components_.T
    np.testing.assert_allclose(hasher.lower_, coordinates.min(axis=0))
    np.testing.assert_allclose(hasher.upper_, coordinates.max(axis=0))
    z = hasher.transform(X)
    for bit, (direction, k) in enumerate(zip(hasher.directions_, hasher.modes_, strict=True)):
        lowest, highest = coordinates[:, direction].argmin(), coordinates[:, direction].argmax()
        np.testing.assert_allclose(z[[lowest, highest], bit], [1, (-1) ** k], atol=1e-5)
    assert abs(z).max() <= 1
