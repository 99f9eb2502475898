"""Components, leader groups and pairs against brute force over all distances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from sklearn_hash._hamming import _components, _components_kernels, _components_leaders, _components_masks
from sklearn_hash._hamming._distinct import as_words


@pytest.fixture(params=["one mask", "many masks"])
def plan(request, monkeypatch):
    """Few codes are compared all with all; to sort for nothing makes joins of them, in many small tasks."""
    if request.param == "many masks":
        monkeypatch.setattr(_components_masks, "_ROW_COST", 0.0)
        monkeypatch.setattr(_components, "_TASK", 8)
        monkeypatch.setattr(_components_leaders, "_BATCH", 32)
        monkeypatch.setattr(_components_leaders, "_TASK", 8)


@st.composite
def cases(draw):
    """Bits around some centres, and a radius."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, n_bits = draw(st.integers(1, 120)), draw(st.sampled_from([1, 5, 8, 13, 32, 64, 65, 130, 256]))
    centres = rng.integers(0, 2, (draw(st.integers(1, 8)), n_bits))
    flipped = rng.random((n, n_bits)) < draw(st.sampled_from([0.0, 0.02, 0.1, 0.5]))
    bits = (centres[rng.integers(0, len(centres), n)] ^ flipped).astype(np.uint8)
    return bits, draw(st.integers(0, n_bits) | st.integers(0, min(n_bits, 4)))


def words_of(bits):
    return np.ascontiguousarray(as_words(np.packbits(bits, axis=1)).T)


def all_distances(bits):
    return (bits[:, None] != bits).sum(axis=2)


@given(case=cases(), n_jobs=st.sampled_from([1, 3]))
@settings(deadline=None, max_examples=150)
@pytest.mark.usefixtures("plan")
def test_components_are_those_of_the_brute_force_graph(case, n_jobs):
    bits, radius = case
    roots = _components.connected_codes(words_of(bits), bits.shape[1], radius, n_jobs)
    _, labels = connected_components(all_distances(bits) <= radius)
    np.testing.assert_array_equal(roots, np.unique(labels, return_index=True)[1][labels])


@given(case=cases(), n_jobs=st.sampled_from([1, 3]))
@settings(deadline=None, max_examples=150)
@pytest.mark.usefixtures("plan")
def test_a_row_joins_the_earliest_leader_within_the_radius(case, n_jobs):
    bits, radius = case
    near, expected = all_distances(bits) <= radius, []
    for row in range(len(bits)):
        leaders = [leader for leader in range(row) if expected[leader] == leader and near[row, leader]]
        expected.append(min(leaders, default=row))
    leaders = _components_leaders.leaders_of_codes(words_of(bits), bits.shape[1], radius, n_jobs)
    np.testing.assert_array_equal(leaders, expected)


@given(case=cases(), n_jobs=st.sampled_from([1, 3]))
@settings(deadline=None, max_examples=150)
@pytest.mark.usefixtures("plan")
def test_every_pair_is_listed_once(case, n_jobs):
    bits, radius = case
    distances = all_distances(bits)
    low, high, found = _components.pairs_within(words_of(bits), bits.shape[1], radius, n_jobs)
    order = np.lexsort((high, low))
    np.testing.assert_array_equal([low[order], high[order]], np.nonzero(np.triu(distances <= radius, 1)))
    np.testing.assert_array_equal(found, distances[low, high])


@pytest.mark.parametrize(("n_bits", "radius"), [(64, 0), (64, 3), (20, 5), (100, 2)])
def test_codes_within_the_radius_agree_on_some_mask(n_bits, radius, monkeypatch):
    monkeypatch.setattr(_components_masks, "_ROW_COST", 0.0)
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (300, n_bits), dtype=np.uint8)
    masks, _ = _components_masks.choose_masks(words_of(bits), n_bits, radius)
    assert len(masks) > radius  # a mask without bits would do, and prove nothing
    for _ in range(300):
        flips = np.zeros((1, n_bits), np.uint8)
        flips[0, rng.choice(n_bits, radius, replace=False)] = 1
        assert ((words_of(flips) & masks) == 0).all(axis=1).any()


@pytest.mark.parametrize("radius", [1, 3])
def test_large_buckets_sorted_by_component(monkeypatch, radius):
    monkeypatch.setattr(_components_kernels, "_LARGE", 0)
    rng = np.random.default_rng(radius)
    flips = rng.random((6000, 64)) < 0.08
    bits = np.unique((rng.integers(0, 2, (2, 64))[rng.integers(0, 2, 6000)] ^ flips).astype(np.uint8), axis=0)
    monkeypatch.setattr(_components_masks, "_PAIR_COST", 100.0)  # so that smaller radii come first
    assert len(_components_masks.staged_masks(words_of(bits), 64, radius)) > radius + 1
    signs = 2.0 * bits - 1
    distances = (64 - signs @ signs.T) / 2
    _, labels = connected_components(distances <= radius)
    roots = _components.connected_codes(words_of(bits), 64, radius)
    np.testing.assert_array_equal(roots, np.unique(labels, return_index=True)[1][labels])


def test_progress_counts_every_code_of_every_join(monkeypatch):
    monkeypatch.setattr(_components, "_TASK", 100)
    words = np.random.default_rng(0).integers(0, 2**63, (5000, 1), dtype=np.uint64)
    for search in (_components.connected_codes, _components_leaders.leaders_of_codes):
        calls = []
        search(words, 64, 1, progress=lambda n_done, n_all, calls=calls: calls.append((n_done, n_all)))
        assert sum(n_done for n_done, _ in calls) == calls[0][1]
        assert calls[0][1] % len(words) == 0
