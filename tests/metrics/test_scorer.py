"""Retrieval scorers where scikit-learn calls them, against the measures called by hand."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, config_context
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hash import HammingNeighbors
from sklearn_hash.codes import pack_codes, signs_from_codes
from sklearn_hash.metrics import (
    make_retrieval_scorer,
    mean_average_precision,
    ndcg_at_k,
    precision_at_k,
    recall_within_radius,
)

FOLDS = StratifiedKFold(3)
OUTPUTS = ["bits", "signs", "packed", "continuous"]


class SignHasher(TransformerMixin, BaseEstimator):
    """Signs of random projections, in the forms that a hasher gives codes."""

    def __init__(self, n_bits=12, output="bits", similarity="share"):
        self.n_bits = n_bits
        self.output = output
        self.similarity = similarity

    def fit(self, X, y=None):
        self.planes_ = np.random.default_rng(0).standard_normal((np.shape(X)[1], self.n_bits))
        return self

    def transform(self, X):
        values = X @ self.planes_
        forms = {"bits": values > 0, "signs": signs_from_codes(values), "packed": pack_codes(values)}
        return forms.get(self.output, values)


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = np.arange(150) % 5
    return rng.standard_normal((5, 8))[y] + 0.7 * rng.standard_normal((150, 8)), y


@pytest.mark.parametrize("output", OUTPUTS)
def test_hasher_searches_among_the_rows_given(blobs, output):
    X, y = blobs
    hasher = SignHasher(output=output).fit(X)
    codes = SignHasher().fit(X).transform(X[:60])
    expected = mean_average_precision(codes, y[:60])
    assert make_retrieval_scorer()(hasher, X[:60], y[:60]) == pytest.approx(expected, abs=1e-14)
    scorer = make_retrieval_scorer("precision_at_k", k=7, ties="index")
    assert scorer(hasher, X[:60], y[:60]) == precision_at_k(codes, y[:60], k=7, ties="index")


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("n_steps", [1, 2, 3])
def test_queries_against_the_fitted_rows(blobs, output, n_steps):
    X, y = blobs
    packed = {"packed": True, "n_bits": 12} if output == "packed" else {}
    steps = [StandardScaler(), SignHasher(output=output), HammingNeighbors(**packed)][-n_steps:]
    rows = X if n_steps > 1 else SignHasher(output=output).fit(X).transform(X)
    search = make_pipeline(*steps).fit(rows[50:], y[50:])
    codes = SignHasher().fit(X).transform(StandardScaler().fit(X[50:]).transform(X) if n_steps == 3 else X)
    expected = recall_within_radius(codes[:50], y[:50], codes[50:], y[50:], radius=3)
    assert make_retrieval_scorer("recall_within_radius", radius=3)(search, rows[:50], y[:50]) == expected
    assert make_retrieval_scorer()(search, rows[:50], y[:50]) == search.score(rows[:50], y[:50])


def test_searcher_alone_with_rows_added_and_removed(blobs):
    X, y = blobs
    codes = SignHasher().fit(X).transform(X)
    search = HammingNeighbors().fit(codes[:90], y[:90]).partial_fit(codes[90:120], y[90:120]).remove(np.arange(30))
    expected = ndcg_at_k(codes[120:], y[120:], codes[30:120], y[30:120], k=10)
    assert make_retrieval_scorer("ndcg_at_k", k=10)(search, codes[120:], y[120:]) == expected


def test_grid_search_ranks_by_the_measure(blobs):
    X, y = blobs
    grid = {"signhasher__n_bits": [1, 4, 16]}
    search = make_pipeline(SignHasher(), HammingNeighbors())
    scorer = make_retrieval_scorer("precision_at_k", k=5)
    found = GridSearchCV(search, grid, scoring=scorer, cv=FOLDS, error_score="raise").fit(X, y)
    for n_bits, score in zip(grid["signhasher__n_bits"], found.cv_results_["mean_test_score"], strict=True):
        expected = []
        for train, test in FOLDS.split(X, y):
            codes = SignHasher(n_bits).fit(X).transform(X)
            expected.append(precision_at_k(codes[test], y[test], codes[train], y[train], k=5))
        assert score == pytest.approx(np.mean(expected), abs=1e-14)
    assert found.best_params_ == {"signhasher__n_bits": 16}
    queries = X + 0.01
    assert scorer(found, queries, y) == scorer(found.best_estimator_, queries, y)


@pytest.mark.parametrize("routing", [False, True])
def test_several_measures_at_once_and_multilabel(blobs, routing):
    X, _ = blobs
    Y = (np.random.default_rng(0).random((150, 4)) < 0.4).astype(int)
    scoring = {"map": make_retrieval_scorer(), "gain": make_retrieval_scorer("average_cumulative_gain", k=9)}
    search = make_pipeline(SignHasher(), HammingNeighbors())
    with config_context(enable_metadata_routing=routing):
        scores = cross_validate(search, X, Y, scoring=scoring, cv=3, error_score="raise")
    assert scores["test_gain"].shape == (3,)
    fitted = search.fit(X[50:], Y[50:])  # the first fold
    assert scores["test_map"][0] == fitted.score(X[:50], Y[:50])


def test_scorer_can_be_pickled_and_shown(blobs):
    X, y = blobs
    scorer = make_retrieval_scorer("ndcg_at_k", k=3, gain="exponential")
    hasher = SignHasher().fit(X)
    assert pickle.loads(pickle.dumps(scorer))(hasher, X, y) == scorer(hasher, X, y)
    assert repr(scorer) == "make_retrieval_scorer('ndcg_at_k', k=3, gain='exponential')"


def nearest_is_relevant(query_codes, y_query, database_codes=None, y_database=None, *, packed=False, n_bits=None):
    return precision_at_k(query_codes, y_query, database_codes, y_database, k=1, packed=packed, n_bits=n_bits)


def test_own_measure(blobs):
    X, y = blobs
    hasher = SignHasher(output="packed").fit(X)
    expected = precision_at_k(SignHasher().fit(X).transform(X), y, k=1)
    assert make_retrieval_scorer(nearest_is_relevant)(hasher, X, y) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["precision"], {}, "'metric' parameter"),
        (["precision_at_k"], {}, "precision_at_k needs k"),
        (["precision_at_k"], {"k": 0}, "'k' parameter"),
        (["precision_at_k"], {"k": 3, "radius": 2}, "takes no radius; it takes k, ties, zero_division, n_jobs"),
        (["recall_within_radius"], {"k": 3, "ties": "index"}, "takes no k or ties"),
        (["ndcg_at_k"], {"packed": True}, "takes no packed"),
    ],
)
def test_bad_parameters(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        make_retrieval_scorer(*arguments, **options)


def test_estimators_that_cannot_be_scored(blobs):
    X, y = blobs
    scorer = make_retrieval_scorer()
    with pytest.raises(NotFittedError):
        scorer(HammingNeighbors(), X, y)
    with pytest.raises(ValueError, match="pass y to fit"):
        scorer(HammingNeighbors().fit(X), X, y)
    with pytest.raises(ValueError, match="n_bits=8"):
        scorer(HammingNeighbors().fit(X, y), X[:, :5], y)
    with pytest.raises(TypeError, match="no transform"):
        scorer(make_pipeline(StandardScaler(), "passthrough").fit(X), X, y)
    for similarity in ("precomputed", np.eye(150)):
        with pytest.raises(ValueError, match="call the estimator's score"):
            scorer(SignHasher(similarity=similarity).fit(X), X, np.arange(150))
