"""The scorer of true neighbors where scikit-learn calls it, against the measure called by hand."""

import pickle

import numpy as np
import pytest
from sklearn.base import config_context
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hash import HammingNeighbors, LSHHasher, PCAHasher, RerankedNeighbors
from sklearn_hash.metrics import make_neighbor_scorer, make_retrieval_scorer, neighbor_recall

FOLDS = KFold(3)
X = np.random.default_rng(0).standard_normal((180, 20)) * np.arange(1, 21)


@pytest.mark.parametrize("output", ["bits", "signs", "packed", "continuous"])
def test_rows_search_each_other_by_their_codes(output):
    """Whatever follows the hasher; neighbors are those of the rows as given, not as scaled."""
    hasher = LSHHasher(24, output=output, random_state=0)
    scaler = StandardScaler().fit(X)
    codes = LSHHasher(24, random_state=0).fit(scaler.transform(X)).transform(scaler.transform(X[:60]))
    expected = neighbor_recall(codes, X[:60], n_neighbors=5, n_candidates=9, metric="euclidean", ties="index")
    scorer = make_neighbor_scorer("euclidean", n_neighbors=5, n_candidates=9, ties="index")
    packed = {"packed": True} if output == "packed" else {}
    for steps in ([StandardScaler(), hasher], [StandardScaler(), hasher, HammingNeighbors(**packed)]):
        assert scorer(make_pipeline(*steps).fit(X), X[:60]) == expected


@pytest.mark.parametrize("with_search", [False, True])
@pytest.mark.parametrize("routing", [False, True])
def test_grid_search_without_labels(with_search, routing):
    grid = {"pcahasher__n_bits": [1, 4, 16]}
    pipeline = make_pipeline(PCAHasher(random_state=0), *([HammingNeighbors()] if with_search else []))
    scorer = make_neighbor_scorer()
    with config_context(enable_metadata_routing=routing):
        found = GridSearchCV(pipeline, grid, scoring=scorer, cv=FOLDS, error_score="raise").fit(X)
    for n_bits, score in zip(grid["pcahasher__n_bits"], found.cv_results_["mean_test_score"], strict=True):
        hashers = [(PCAHasher(n_bits, random_state=0).fit(X[train]), X[test]) for train, test in FOLDS.split(X)]
        expected = np.mean([neighbor_recall(hasher.transform(rows), rows) for hasher, rows in hashers])
        assert score == pytest.approx(expected, abs=1e-14)
    assert found.best_params_ == {"pcahasher__n_bits": 16}
    assert scorer(found, X) == scorer(found.best_estimator_, X)


def test_beside_a_scorer_that_goes_by_labels():
    y = (X[:, 0] > 0).astype(int)
    scoring = {"map": make_retrieval_scorer(), "neighbors": make_neighbor_scorer("manhattan", n_neighbors=3)}
    scores = cross_validate(LSHHasher(16, random_state=0), X, y, scoring=scoring, cv=FOLDS, error_score="raise")
    assert (scores["test_neighbors"] != scores["test_map"]).all()


def test_a_searcher_that_re_ranks_is_scored_by_the_codes_of_its_hasher():
    search = RerankedNeighbors(LSHHasher(24, random_state=0), random_state=0).fit(X)
    codes = LSHHasher(24, random_state=0).fit(X).transform(X)
    assert make_neighbor_scorer()(search, X) == neighbor_recall(codes, X)
    y = (X[:, 0] > 0).astype(int)
    assert make_retrieval_scorer()(search, X, y) == make_retrieval_scorer()(search.hasher_, X, y)


def test_can_be_pickled_and_shown():
    scorer = make_neighbor_scorer("euclidean", n_candidates=50)
    hasher = LSHHasher(16, random_state=0).fit(X)
    assert pickle.loads(pickle.dumps(scorer))(hasher, X) == scorer(hasher, X)
    assert repr(scorer) == "make_neighbor_scorer('euclidean', n_neighbors=10, n_candidates=50, ties='expected')"


def test_bad_parameters():
    with pytest.raises(ValueError, match="metric must not be 'precomputed'"):
        make_neighbor_scorer("precomputed")
    with pytest.raises(ValueError, match="'n_candidates' parameter"):
        make_neighbor_scorer(n_candidates=[10, 100])
    with pytest.raises(ValueError, match="'n_neighbors' parameter"):
        make_neighbor_scorer(n_neighbors=0)
    scorer = make_neighbor_scorer()
    with pytest.raises(ValueError, match="n_neighbors must be at most 9"):
        scorer(LSHHasher(8, random_state=0).fit(X), X[:10])
    with pytest.raises(TypeError, match="passthrough has no transform"):
        scorer(make_pipeline(StandardScaler(), "passthrough").fit(X), X)
