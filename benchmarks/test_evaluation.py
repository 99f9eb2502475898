"""Evaluation: 1,000 queries against 100,000 clustered codes of 64 bits."""

import numpy as np
import pytest

from sklearn_hash import metrics

N_DATABASE = 100_000


@pytest.fixture(scope="module")
def retrieval(clustered):
    codes, queries, y, y_query = clustered
    return queries, y_query, codes[:N_DATABASE], y[:N_DATABASE]


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("mean_average_precision", {}),
        ("precision_at_k", {"k": 100}),
        ("recall_at_k", {"k": 100}),
        ("ndcg_at_k", {"k": 100}),
        ("precision_within_radius", {"radius": 2}),
        ("hamming_precision_recall_curve", {}),
    ],
)
@pytest.mark.benchmark(group="evaluation: measures")
def test_measure(benchmark, retrieval, name, params):
    benchmark(getattr(metrics, name), *retrieval, packed=True, **params)


@pytest.mark.parametrize("ties", ["expected", "index"])
@pytest.mark.benchmark(group="evaluation: mean average precision, ties")
def test_ties(benchmark, retrieval, ties):
    benchmark(metrics.mean_average_precision, *retrieval, packed=True, ties=ties)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.benchmark(group="evaluation: mean average precision, threads")
def test_threads(benchmark, retrieval, n_jobs):
    benchmark(metrics.mean_average_precision, *retrieval, packed=True, n_jobs=n_jobs)


@pytest.mark.benchmark(group="evaluation: true neighbours of 1,000 of 20,000 rows")
def test_true_neighbors(benchmark, rows):
    X, _ = rows
    benchmark(metrics.true_neighbors, np.ascontiguousarray(X[:1_000]), X, n_neighbors=10)
