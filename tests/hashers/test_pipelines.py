"""Hashers among scikit-learn's own tools."""

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sklearn_hash import DHNHasher, DualHingeHasher, HammingNeighbors


def test_grid_search_by_the_hashers_own_score(digits):
    X, y = digits
    search = GridSearchCV(DHNHasher(max_epochs=5, random_state=0), {"n_bits": [1, 2, 16]}, cv=2).fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    assert scores[0] < scores[1] < scores[2]
    assert search.best_params_ == {"n_bits": 16}
    assert search.transform(X).shape == (400, 16)


def test_behind_another_transformer(digits):
    X, y = digits
    pipeline = make_pipeline(MinMaxScaler(), DHNHasher(8, max_epochs=2, random_state=0)).fit(X, y)
    alone = DHNHasher(8, max_epochs=2, random_state=0).fit(MinMaxScaler().fit_transform(X), y)
    np.testing.assert_array_equal(pipeline.transform(X), alone.transform(MinMaxScaler().fit_transform(X)))
    assert pipeline.score(X, y) == alone.score(MinMaxScaler().fit_transform(X), y)


@pytest.mark.parametrize(("output", "packed"), [("bits", False), ("signs", False), ("packed", True)])
def test_before_the_search_for_neighbours(digits, output, packed):
    X, y = digits
    hasher = DualHingeHasher(16, output=output, max_epochs=5, random_state=0)
    pipeline = make_pipeline(hasher, HammingNeighbors(n_neighbors=3, packed=packed)).fit(X, y)
    codes = hasher.set_params(output="bits").transform(X).astype(int)
    distances, neighbours = pipeline[-1].kneighbors(pipeline[0].set_params(output=output).transform(X[:50]))
    expected = np.sort((codes[:50, None] != codes[None]).sum(axis=2), axis=1)[:, :3]
    np.testing.assert_array_equal(distances, expected)
    assert (y[neighbours] == y[:50, None]).mean() > 0.8


def test_search_over_the_pipeline(digits):
    pipeline = make_pipeline(DualHingeHasher(max_epochs=5, random_state=0), HammingNeighbors())
    search = GridSearchCV(pipeline, {"dualhingehasher__n_bits": [2, 16]}, cv=2).fit(*digits)
    assert search.best_params_ == {"dualhingehasher__n_bits": 16}
    assert 0.4 < search.best_score_ <= 1


def test_nested_parameters_through_a_pipeline(digits):
    pipeline = make_pipeline(MinMaxScaler(), DHNHasher(8, max_epochs=1))
    search = GridSearchCV(pipeline, {"dhnhasher__encoder__hidden": [2, 8]}, cv=2).fit(*digits)
    assert search.best_estimator_[-1].net_.module_.hash_layer.in_features in (2, 8)


def test_in_unions_and_column_transformers(digits):
    X, y = digits
    hashers = [("a", DHNHasher(8, max_epochs=1, random_state=0)), ("b", DHNHasher(4, max_epochs=1, random_state=0))]
    union = FeatureUnion(hashers).fit(X, y)
    assert union.transform(X).shape == (400, 12)
    assert list(union.get_feature_names_out())[7:9] == ["a__dhnhasher7", "b__dhnhasher0"]
    columns = ColumnTransformer([(name, hasher, slice(0, 32)) for name, hasher in hashers]).fit(X, y)
    np.testing.assert_array_equal(
        columns.transform(X)[:, :8], DHNHasher(8, max_epochs=1, random_state=0).fit_transform(X[:, :32], y)
    )


def test_text(digits):
    """CSR rows from a vectorizer, never dense as a whole: a matrix too wide for that trains and hashes."""
    texts = [f"{'cat' if i % 2 else 'dog'} number {i}" for i in range(200)]
    y = np.arange(200) % 2
    pipeline = make_pipeline(TfidfVectorizer(), DHNHasher(8, max_epochs=5, batch_size=32, random_state=0)).fit(texts, y)
    assert pipeline.score(texts, y) > 0.9


def test_multilabel_cross_validation(digits, indicator):
    scores = cross_val_score(DualHingeHasher(8, max_epochs=1, random_state=0), digits[0], indicator, cv=2)
    assert ((scores > 0) & (scores < 1)).all()


def test_set_output_reaches_the_pipeline(digits):
    X, y = digits
    pipeline = make_pipeline(MinMaxScaler(), DHNHasher(4, max_epochs=1)).set_output(transform="pandas").fit(X, y)
    frame = pipeline.transform(X)
    assert frame.columns.tolist() == [f"dhnhasher{i}" for i in range(4)]
    assert (frame.dtypes == np.uint8).all()
