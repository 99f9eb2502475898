"""Sequences of fit, partial_fit, remove and searches, against a plain-Python model."""

import pickle

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors

N_BITS = 6
ALGORITHMS = ["auto", "flat", "pruned", "multi_index"]

codes = st.lists(st.tuples(*[st.integers(0, 1)] * N_BITS), min_size=1, max_size=12)


class Updates(RuleBasedStateMachine):
    """State machine whose model is a list of (id, code, label) in the order of appending."""

    def __init__(self):
        super().__init__()
        self.rows = []
        self.used = set()

    @initialize(
        codes=codes,
        algorithm=st.sampled_from(ALGORITHMS),
        n_jobs=st.integers(1, 3),
        own=st.booleans(),
        data=st.data(),
    )
    def start(self, codes, algorithm, n_jobs, own, data):
        self.search = HammingNeighbors(algorithm=algorithm, n_jobs=n_jobs)
        self.append(codes, own, data)

    @rule(codes=codes)
    def fit(self, codes):
        labels = [sum(code) % 3 for code in codes]
        self.search.fit(codes, labels)
        self.rows = list(zip(range(len(codes)), codes, labels, strict=True))
        self.used = set(range(len(codes)))

    @rule(codes=codes, own=st.booleans(), data=st.data())
    def append(self, codes, own, data):
        ids = None
        expected = range(max(self.used, default=-1) + 1, max(self.used, default=-1) + 1 + len(codes))
        if own:
            taken = {row[0] for row in self.rows}
            fresh = st.integers(0, 99).filter(lambda new: new not in taken)
            size = {"min_size": len(codes), "max_size": len(codes)}
            expected = ids = data.draw(st.lists(fresh, unique=True, **size))
        labels = [sum(code) % 3 for code in codes]
        self.search.partial_fit(codes, labels, ids)
        self.rows += zip(expected, codes, labels, strict=True)
        self.used.update(expected)

    @rule(data=st.data(), most=st.sampled_from([1, 3, 100]))
    def remove(self, data, most):
        ids = [row[0] for row in self.rows]
        chosen = data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=most)) if ids else []
        self.search.remove(chosen)
        self.rows = [row for row in self.rows if row[0] not in chosen]

    @rule()
    def store_and_load(self):
        self.search = pickle.loads(pickle.dumps(self.search))

    def expected(self, query, candidates):
        found = [(sum(a != b for a, b in zip(query, row[1], strict=True)), row[0]) for row in candidates]
        return sorted(found, key=lambda pair: pair[0])  # sorted is stable: ties stay in the order of rows

    @precondition(lambda self: self.rows)
    @rule(queries=codes, data=st.data())
    def nearest(self, queries, data):
        k = data.draw(st.integers(1, len(self.rows)))
        distances, ids = self.search.kneighbors(queries, k)
        for query, found in enumerate(zip(distances, ids, strict=True)):
            expected = self.expected(queries[query], self.rows)[:k]
            assert list(zip(*map(np.ndarray.tolist, found), strict=True)) == expected

    @rule(queries=codes, radius=st.integers(0, N_BITS), data=st.data())
    def within_radius_where(self, queries, radius, data):
        where = data.draw(st.lists(st.booleans(), min_size=len(self.rows), max_size=len(self.rows)))
        candidates = [row for row, allowed in zip(self.rows, where, strict=True) if allowed]
        mask = np.array(where, dtype=bool)
        distances, ids = self.search.radius_neighbors(queries, radius, where=mask)
        for query, found in enumerate(zip(distances, ids, strict=True)):
            expected = [pair for pair in self.expected(queries[query], candidates) if pair[0] <= radius]
            assert list(zip(*map(np.ndarray.tolist, found), strict=True)) == expected

    @precondition(lambda self: len(self.rows) > 1)
    @rule(data=st.data())
    def nearest_of_the_fitted(self, data):
        k = data.draw(st.integers(1, len(self.rows) - 1))
        for row, ids in zip(self.rows, self.search.kneighbors(n_neighbors=k)[1], strict=True):
            others = [other for other in self.rows if other[0] != row[0]]
            assert ids.tolist() == [pair[1] for pair in self.expected(row[1], others)[:k]]

    @rule(query=codes, radius=st.integers(0, N_BITS))
    def graph(self, query, radius):
        graph = self.search.radius_neighbors_graph(query[:1], radius, mode="distance")
        expected = {pair[1]: pair[0] for pair in self.expected(query[0], self.rows) if pair[0] <= radius}
        ids = self.search.ids_[graph.indices].tolist()
        assert graph.shape == (1, len(self.rows))
        assert dict(zip(ids, graph.data.tolist(), strict=True)) == expected

    @precondition(lambda self: self.rows)
    @rule(query=codes)
    def score_as_if_fitted_afresh(self, query):
        labels = [sum(code) % 3 for code in query]
        afresh = HammingNeighbors().fit([row[1] for row in self.rows], [row[2] for row in self.rows])
        assert self.search.score(query, labels) == afresh.score(query, labels)

    @rule()
    def attributes(self):
        assert self.search.n_samples_fit_ == len(self.rows)
        assert_array_equal(self.search.ids_, [row[0] for row in self.rows])


Updates.TestCase.settings = settings(deadline=None, max_examples=100, stateful_step_count=25)
TestUpdates = Updates.TestCase


def test_many_batches_equal_one_fit():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, (400, 40))
    for algorithm in ALGORITHMS:
        whole, parts = HammingNeighbors(algorithm=algorithm).fit(X), HammingNeighbors(algorithm=algorithm)
        for batch in np.split(X, [1, 7, 64, 65, 129, 300]):
            parts.partial_fit(batch).radius_neighbors(X[:2])
        assert_array_equal(parts.kneighbors(X, 9), whole.kneighbors(X, 9))


def test_appending_leaves_the_callers_array_alone():
    X = np.random.default_rng(0).integers(0, 256, (50, 2), dtype=np.uint8)
    before = X.copy()
    search = HammingNeighbors(packed=True, algorithm="flat").fit(X)
    search.kneighbors(X)
    search.partial_fit(X[:3]).remove([0, 1]).kneighbors(X)
    assert_array_equal(X, before)
    assert X.flags.writeable


def test_an_id_is_not_given_twice():
    search = HammingNeighbors().fit([[0, 1], [1, 1]]).remove([1]).partial_fit([[1, 0]])
    assert search.ids_.tolist() == [0, 2]
    assert search.partial_fit([[1, 1]], ids=[1]).ids_.tolist() == [0, 2, 1]
    assert search.partial_fit([[1, 1]]).ids_.tolist() == [0, 2, 1, 3]


def test_fit_starts_over():
    search = HammingNeighbors().fit([[0, 1], [1, 1]], [0, 1], ids=[5, 6]).remove([5])
    search.fit([[1, 1, 1]])
    assert search.ids_.tolist() == [0]
    assert search.n_bits_ == 3


def test_an_empty_batch_appends_nothing():
    search = HammingNeighbors().fit([[0, 1], [1, 1]], [0, 1])
    search.partial_fit(np.empty((0, 2)), np.empty(0, dtype=int))
    assert search.n_samples_fit_ == 2
