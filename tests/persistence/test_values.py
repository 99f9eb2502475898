"""Values of every kind survive, and tables that no Writer wrote are refused by a ValueError, whatever they hold."""

import json
from contextlib import suppress
from uuid import UUID

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from sklearn.base import BaseEstimator

import sklearn_hash
from sklearn_hash import HammingNeighbors, ITQHasher
from sklearn_hash.persistence._read_values import Reader
from sklearn_hash.persistence._write_values import Writer
from tests.persistence.attacks import document_of, signed
from tests.persistence.conftest import PIPELINES, make_hasher
from tests.persistence.test_round_trip import assert_equal

NUMBERS = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes()
    | hnp.unsigned_integer_dtypes()
    | hnp.floating_dtypes(sizes=(16, 32, 64))
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
OBJECTS = TEXTS | st.none() | st.integers() | st.uuids()
ARRAYS = st.one_of(
    hnp.arrays(NUMBERS, SHAPES),
    hnp.arrays(NUMBERS, SHAPES).map(np.asfortranarray),
    hnp.arrays(NUMBERS, (4, 3)).map(np.asfortranarray).map(lambda array: array[:2]),
    hnp.arrays(st.just(np.dtype("U3")), SHAPES, elements=st.text("aß\U0001f600", max_size=3)),
    hnp.arrays(object, SHAPES, elements=TEXTS),
    hnp.arrays(object, SHAPES, elements=st.uuids()),
    hnp.arrays(object, SHAPES, elements=OBJECTS),
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.uuids() | st.builds(slice, st.integers())
VALUES = st.recursive(
    PLAIN | ARRAYS | NUMBERS,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.lists(inside, max_size=3).map(tuple),
        st.dictionaries(TEXTS, inside, max_size=3),
        st.dictionaries(st.integers() | st.booleans() | TEXTS, inside, max_size=3),
    ),
    max_leaves=8,
)


def native(value):
    """Arrays in the byte order of the machine, in which they come back."""
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("=")) if value.dtype.kind in "iuf" else value
    if isinstance(value, (list, tuple)):
        return type(value)(map(native, value))
    return {key: native(item) for key, item in value.items()} if isinstance(value, dict) else value


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_values_come_back(value):
    writer = Writer(lambda *args: None)
    node = json.loads(json.dumps(writer.write(value, "value"), allow_nan=False))
    reader = Reader(writer.arrays, lambda *args: pytest.fail("an object was made"))
    assert_equal(reader.read(node), native(value))
    reader.check_all_read()


@pytest.mark.parametrize(
    "value", [object(), len, {1, 2}, b"bytes", 1j, np.array([1j]), np.datetime64("2020-01-01"), range(3)]
)
def test_other_values_are_refused_by_name(value):
    for wrapped in (value, [value], {"a": (value,)}):
        with pytest.raises(ValueError, match="value"):
            Writer(lambda *args: None).write(wrapped, "value")


def test_arrays_with_a_mask_would_lose_it():
    with pytest.raises(ValueError, match="MaskedArray"):
        Writer(lambda *args: None).write(np.ma.masked_array([1, 2], [True, False]), "value")


def test_equal_paths_have_their_own_arrays():
    writer = Writer(lambda *args: None)
    value = {1: np.zeros(1), "1": np.ones(1), "a/b": np.full(1, 2), "a_b": np.full(1, 3), "..": np.full(1, 4)}
    node = writer.write(value, "value")
    assert len(writer.arrays) == 5
    assert_equal(Reader(writer.arrays, None).read(node), value)


# fmt: off
TAGS = [
    "array", "sparse", "text", "uuids", "objects", "tuple", "dict", "pairs", "slice", "dtype", "uuid", "float", "class",
    "params", "state", "object", "attributes", "given", "shape", "order", "kind", "ends", "data", "indices", "indptr",
    "x",
]
# fmt: on
NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(TAGS), inside, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def files(digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    X, y = digits
    fitted = {
        "deep": make_hasher("CSQHasher").fit(X, y),
        "shallow": ITQHasher(8, random_state=0).fit(X),
        "search": HammingNeighbors().fit(X > 7, y, ids=[UUID(int=i) for i in range(len(X))]),
        "pipeline": PIPELINES["ColumnTransformer"].fit(X),
    }
    for name, estimator in fitted.items():
        sklearn_hash.save(estimator, folder / name)
    return {name: (document_of(folder / name), load_file(folder / name)) for name in fitted}


def places(node, path=()):
    """Paths of all nodes in JSON."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, each in items:
        yield from places(each, (*path, key))


def replaced(node, path, value):
    if not path:
        return value
    changed = dict(node) if isinstance(node, dict) else list(node)
    changed[path[0]] = replaced(node[path[0]], path[1:], value)
    return changed


@pytest.mark.parametrize("name", ["deep", "shallow", "search", "pipeline"])
@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_the_document_loads_or_is_refused(name, data, files, tmp_path):
    """A document of a stranger gives an estimator, or a ValueError; nothing else comes out of load."""
    document, arrays = files[name]
    path = data.draw(st.sampled_from(list(places(document["estimator"]))))
    changed = {**document, "estimator": replaced(document["estimator"], path, data.draw(NODES))}
    signed(tmp_path / "file", changed, arrays)
    with suppress(ValueError):
        assert isinstance(sklearn_hash.load(tmp_path / "file"), BaseEstimator)
