"""What all measures of retrieval have in common: one calling form, and what does not matter to any."""

import inspect
import pickle
import tracemalloc
from functools import partial

import numpy as np
import pytest
from scipy import sparse

from sklearn_hash import metrics
from sklearn_hash.codes import pack_codes, signs_from_codes

TIED = {
    "mean_average_precision": {},
    "precision_at_k": {"k": 30},
    "recall_at_k": {"k": 30},
    "average_cumulative_gain": {"k": 30},
    "ndcg_at_k": {},
}
UNTIED = {"precision_within_radius": {}, "recall_within_radius": {}, "hamming_precision_recall_curve": {}}
BOUND = [partial(getattr(metrics, name), **given) for name, given in {**TIED, **UNTIED}.items()]
BOUND += [partial(getattr(metrics, name), ties="index", **given) for name, given in TIED.items()]
COMMON = ["query_codes", "y_query", "database_codes", "y_database", "zero_division", "packed", "n_bits", "n_jobs"]


@pytest.fixture(params=BOUND, ids=lambda bound: f"{bound.func.__name__}-{bound.keywords.get('ties', 'expected')}")
def measure(request):
    return request.param


def scores(result):
    """What a measure returns as an array, without the radii of a curve."""
    return np.asarray(result[:2] if isinstance(result, tuple) else result)


@pytest.fixture(scope="module")
def retrieval():
    """Codes of 21 bits and sets of 5 labels, of which some are empty."""
    rng = np.random.default_rng(0)
    y = (rng.random((400, 5)) < 0.2).astype(int)
    codes = ((y @ rng.standard_normal((5, 21)) + rng.standard_normal((400, 21))) > 0).astype(int)
    return codes[:40], y[:40], codes[40:], y[40:]


def test_signature(measure):
    parameters = inspect.signature(measure.func).parameters
    assert [name for name in parameters if name not in ("k", "radius", "ties", "gain")] == COMMON
    assert ("ties" in parameters) == (measure.func.__name__ in TIED)
    assert all(parameters[name].kind is inspect.Parameter.KEYWORD_ONLY for name in list(parameters)[4:])
    assert parameters["zero_division"].default == 0.0


def test_form_of_codes_and_labels_and_threads_do_not_matter(measure, retrieval):
    query, y_query, database, y_database = retrieval
    expected = measure(*retrieval)
    packed = measure(
        pack_codes(query), sparse.csr_array(y_query), pack_codes(database), sparse.csc_matrix(y_database),
        packed=True, n_bits=21, n_jobs=2,
    )  # fmt: skip
    np.testing.assert_allclose(packed, expected, rtol=0, atol=1e-14)
    signs = measure(signs_from_codes(query), y_query.astype(bool), signs_from_codes(database), y_database.tolist())
    np.testing.assert_allclose(signs, expected, rtol=0, atol=1e-14)


def test_class_labels_are_indicators_of_one_label(measure, retrieval):
    query, _, database, _ = retrieval
    y = np.random.default_rng(1).integers(0, 6, 400)
    names, one_hot = np.array(["a", "b", "c", "d", "e", "f"])[y], np.eye(6, dtype=int)[y]
    scores = [measure(query, labels[:40], database, labels[40:]) for labels in (y, names, one_hot)]
    np.testing.assert_allclose(scores[1:], [scores[0]] * 2, rtol=0, atol=1e-14)


def test_without_a_database_each_query_leaves_itself_out(measure, retrieval):
    codes, y = retrieval[:2]
    one_by_one = [
        measure(codes[[i]], y[[i]], np.delete(codes, i, axis=0), np.delete(y, i, axis=0)) for i in range(len(codes))
    ]
    np.testing.assert_allclose(measure(codes, y), np.mean(one_by_one, axis=0), rtol=0, atol=1e-14)


def test_order_of_the_database_matters_by_index_only(measure, retrieval):
    query, y_query, database, y_database = retrieval
    order = np.argsort(y_database.sum(axis=1), kind="stable")
    moved = np.ravel(measure(*retrieval)) - np.ravel(measure(query, y_query, database[order], y_database[order]))
    assert (np.abs(moved).max() > 1e-3) == (measure.keywords.get("ties") == "index")


def test_query_with_nothing_relevant(measure, retrieval):
    """Half of the queries have a label of their own; what they count is what zero_division says."""
    query, y_query, database, y_database = retrieval
    y_query, y_database = y_query | [1, 0, 0, 0, 0], y_database & [1, 1, 1, 1, 0]
    y_query[20:] = [0, 0, 0, 0, 1]
    for counted in (0.0, 1.0):
        others = scores(measure(query[:20], y_query[:20], database, y_database, zero_division=counted))
        score = scores(measure(query, y_query, database, y_database, zero_division=counted))
        np.testing.assert_allclose(score, (others + counted) / 2, rtol=0, atol=1e-14)
    others = measure(query[:20], y_query[:20], database, y_database, zero_division=np.nan)
    score = measure(query, y_query, database, y_database, zero_division=np.nan)
    np.testing.assert_allclose(score, others, rtol=0, atol=1e-14)
    assert np.isnan(scores(measure(query[20:], y_query[20:], database, y_database, zero_division=np.nan))).all()


@pytest.mark.parametrize("database", [(), (np.empty((0, 2)), [])], ids=["leave-one-out", "empty"])
def test_no_row_to_search_is_no_relevant_row(measure, database):
    score = scores(measure([[0, 1]], [3], *database, zero_division=1.0))
    np.testing.assert_array_equal(score, np.ones_like(score))


def test_memory_does_not_grow_with_the_number_of_pairs(measure):
    rng = np.random.default_rng(0)
    codes, y = rng.integers(0, 256, (6000, 4), dtype=np.uint8), rng.integers(0, 10, 6000)
    measure(codes[:10], y[:10], codes, y, packed=True)
    tracemalloc.start()
    measure(codes, y, packed=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6000 * 6000  # bytes: less than one byte a pair


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([[0, 1]], [0], [[0, 1, 1]], [0]), {}, "database_codes must have n_bits=2"),
        (([[0, 1]], [0], [[0, 1]], None), {}, "y_database must be given"),
        (([[0, 1]], [0], None, [0]), {}, "database_codes must be given"),
        (([[0, 1]], [0], [[0, 1]], [[0, 1]]), {}, "labels of one kind"),
        ((np.empty((0, 2)), []), {}, "at least one code"),
        (([[0, 1]], [0]), {"zero_division": 2.0}, "'zero_division' parameter"),
        (([[0, 1]], [0]), {"packed": 1}, "'packed' parameter"),
    ],
)
def test_bad_input_names_the_parameter(measure, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        measure(*arguments, **options)


def test_a_refused_parameter_is_said_to_be_the_function_called(measure):
    with pytest.raises(ValueError, match=f"The 'zero_division' parameter of {measure.func.__name__} must be"):
        measure([[0, 1]], [0], zero_division=-1)


def test_can_be_pickled(measure):
    assert pickle.loads(pickle.dumps(measure.func)) is measure.func
