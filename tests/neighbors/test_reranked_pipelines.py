"""RerankedNeighbors with hashers of several kinds, in pipelines and searches, and its score and errors."""

from uuid import uuid4

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hash import DualHingeHasher, HammingNeighbors, ITQHasher, LSHHasher, RerankedNeighbors, SDHHasher

X, Y = load_digits(return_X_y=True)
X = X[:600].astype(np.float32)
Y = Y[:600]
QUERIES = X[500:]
HASHER = ITQHasher(16, random_state=0)


def test_hasher_is_cloned_and_a_frozen_one_used_as_it_is():
    frozen = FrozenEstimator(clone(HASHER).fit(X[:100]))
    assert RerankedNeighbors(frozen).fit(X).hasher_ is frozen
    search = RerankedNeighbors(HASHER).fit(X)
    assert not hasattr(HASHER, "rotation_")
    np.testing.assert_array_equal(search.hasher_.rotation_, clone(HASHER).fit(X).rotation_)


@pytest.mark.parametrize(
    "hasher",
    [
        make_pipeline(StandardScaler(), HASHER),
        PCA(8, random_state=0),
        SDHHasher(16, random_state=0),
        DualHingeHasher(16, encoder="linear", max_epochs=2, random_state=0),
        *(ITQHasher(16, output=output, random_state=0) for output in ("packed", "signs", "continuous")),
    ],
    ids=["pipeline", "no decision_function", "labels", "deep", "packed", "signs", "continuous"],
)
def test_codes_are_those_of_the_hasher(hasher):
    search = RerankedNeighbors(hasher, 5, oversample=2, asymmetric_oversample=1).fit(X, Y)
    fitted = clone(hasher).fit(X, Y)
    z = getattr(fitted, "decision_function", fitted.transform)(X)
    candidates = HammingNeighbors(10).fit(z).kneighbors(z[500:], return_distance=False)
    for query, rows in enumerate(candidates):
        nearest = NearestNeighbors(n_neighbors=5, algorithm="brute", metric="cosine").fit(X[rows])
        distances, found = search.kneighbors(QUERIES[query : query + 1])
        np.testing.assert_allclose(distances, nearest.kneighbors(QUERIES[query : query + 1])[0], atol=1e-6)
        assert set(found[0]) <= set(rows)


def test_subsample_for_the_hasher():
    search = RerankedNeighbors(SDHHasher(8, random_state=0), subsample=50, random_state=3).fit(X, Y)
    rows = np.sort(np.random.RandomState(3).choice(600, 50, replace=False))
    expected = SDHHasher(8, random_state=0).fit(X[rows], Y[rows])
    np.testing.assert_allclose(search.hasher_.decision_function(X), expected.decision_function(X))
    assert search.n_samples_fit_ == 600
    with pytest.raises(ValueError, match="y must hold one target per row of X, 600; got 599"):
        search.fit(X, Y[1:])


def recall(found):
    """Share of the five true neighbours of each query among the other queries."""
    true = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(QUERIES).kneighbors(return_distance=False)
    return np.mean([np.isin(*rows).mean() for rows in zip(true, found, strict=True)])


@pytest.mark.parametrize("oversample", [1, 2, 3])
def test_score_is_the_recall_among_the_rows_given(oversample):
    search = RerankedNeighbors(HASHER, 5, oversample=oversample, metric="euclidean").fit(X[:500])
    score = search.score(QUERIES)
    assert search.n_samples_fit_ == 500
    alone = search.set_params(hasher=FrozenEstimator(search.hasher_)).fit(QUERIES)
    assert score == pytest.approx(recall(alone.kneighbors(return_distance=False)))
    assert 0.5 < score < 1


def test_score_without_vectors():
    search = RerankedNeighbors(HASHER, 5, oversample=20, metric="euclidean", vectors=None).fit(X[:500])
    z = search.hasher_.decision_function(QUERIES)
    distances = (abs(z)[:, None] * ((z > 0)[:, None] != (z > 0))).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    assert search.score(QUERIES) == pytest.approx(recall(np.argsort(distances, axis=1, kind="stable")[:, :5]))


def test_score_of_quantized_vectors():
    params = {"oversample": 20, "metric": "euclidean"}
    coarse = X.copy()
    coarse[0] *= 50  # few of the 256 levels are left for the others
    search = RerankedNeighbors(HASHER, 5, vectors="int8", **params).fit(coarse)
    assert 0.5 < search.score(QUERIES) < 0.98
    assert RerankedNeighbors(HASHER, 5, **params).fit(coarse).score(QUERIES) == 1


def test_score_of_an_exhaustive_search_is_one():
    assert RerankedNeighbors(HASHER, oversample=10).fit(X[:500]).score(QUERIES) == 1
    with pytest.raises(ValueError, match="n_neighbors must be at most 9"):
        RerankedNeighbors(HASHER).fit(X).score(X[:10])


def test_grid_search_in_a_pipeline():
    pipeline = make_pipeline(StandardScaler(), RerankedNeighbors(HASHER, 5, oversample=2))
    grid = {
        "rerankedneighbors__hasher__n_bits": [4, 32],
        "rerankedneighbors__vectors": ["given", "int8", None],
    }
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X)
    scores = search.cv_results_["mean_test_score"].reshape(2, 3)
    assert (scores[1] > scores[0]).all()
    assert (scores[:, 0] > scores[:, 2]).all()
    assert abs(scores[:, 0] - scores[:, 1]).max() < 0.02
    assert search.best_params_["rerankedneighbors__hasher__n_bits"] == 32


def test_graph_of_distances_for_other_estimators():
    vote = make_pipeline(
        RerankedNeighbors(HASHER, 3, oversample=200, metric="euclidean"), KNeighborsClassifier(3, metric="precomputed")
    )
    expected = KNeighborsClassifier(3).fit(X[:500], Y[:500])
    np.testing.assert_array_equal(vote.fit(X[:500], Y[:500]).predict(QUERIES), expected.predict(QUERIES))


def test_ids_and_mask():
    ids = [uuid4() for _ in range(600)]
    search = RerankedNeighbors(HASHER, 2).fit(X, ids=ids)
    assert search.kneighbors(X[7:8], return_distance=False)[0, 0] == ids[7]
    where = np.arange(600) < 1
    distances, found = search.kneighbors(X[7:8], where=where, pad=True)
    assert found.tolist() == [[ids[0], None]]
    assert np.isposinf(distances[0, 1])
    with pytest.raises(ValueError, match="n_neighbors <= rows allowed by where, but n_neighbors = 2"):
        search.kneighbors(X[7:8], where=where)
    with pytest.raises(ValueError, match="n_neighbors < n_samples_fit, but n_neighbors = 600"):
        search.kneighbors(n_neighbors=600)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"hasher": "itq"}, "The 'hasher' parameter of RerankedNeighbors must be"),
        ({"metric": "l1"}, "The 'metric' parameter of RerankedNeighbors must be"),
        ({"vectors": "float8"}, "The 'vectors' parameter of RerankedNeighbors must be"),
        ({"oversample": 0}, "The 'oversample' parameter of RerankedNeighbors must be"),
        ({"algorithm": "multi_index"}, "The 'algorithm' parameter of RerankedNeighbors must be"),
        ({"device": "tpu"}, "'device' parameter must be 'cpu'"),
    ],
)
def test_bad_parameters(params, message):
    with pytest.raises(ValueError, match=message):
        RerankedNeighbors(**{"hasher": HASHER, **params}).fit(X)


class OneNumber(PCA):
    def transform(self, X):
        return super().transform(X)[:, 0]


def test_hasher_without_codes():
    with pytest.raises(ValueError, match=r"hasher must give one real-valued code a row.*OneNumber gave"):
        RerankedNeighbors(OneNumber(2)).fit(X)


def test_error_messages_are_short():
    n = 100_000
    rows = np.zeros((n, 1), dtype=np.float32)
    rows[::2] = 1
    search = RerankedNeighbors(LSHHasher(8, random_state=0), asymmetric_oversample=1).fit(rows)
    calls = [
        lambda: search.kneighbors(rows, n + 1),
        lambda: search.kneighbors(rows, where=np.arange(n)),
        lambda: search.remove(np.arange(n) + n),
        lambda: search.partial_fit(rows, ids=np.arange(n)),
        lambda: search.kneighbors(["x"] * n),
        lambda: search.fit("x" * n + ".parquet"),
        lambda: RerankedNeighbors(LSHHasher(8), subsample=9).fit(rows, np.zeros(n - 1)),
    ]
    for call in calls:
        with pytest.raises((ValueError, TypeError, OSError)) as caught:
            call()
        assert len(str(caught.value)) < 700
