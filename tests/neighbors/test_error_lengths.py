"""Messages of errors on long inputs name the first few values and stay short."""

from fractions import Fraction

import numpy as np
import pytest

from sklearn_hash import HammingNeighbors

N = 100_000
LONGEST = 500  # characters
BITS = np.random.default_rng(0).integers(0, 2, (N, 16), dtype=np.uint8)
ROWS = np.arange(N)
LABELS = ROWS % 3
NAMES = [f"{row}{'x' * 50}" for row in ROWS]
MIXED = np.array([row if row % 2 else str(row) for row in ROWS], dtype=object)


@pytest.fixture(scope="module")
def fitted():
    return HammingNeighbors(algorithm="flat").fit(BITS, LABELS)


@pytest.fixture(scope="module")
def named():
    return HammingNeighbors(algorithm="flat").fit(BITS, ids=NAMES)


def message_of(call, *args):
    with pytest.raises((ValueError, TypeError)) as caught:
        call(*args)
    return str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "fit"),
    [
        ({}, {"X": BITS * 7}),
        ({}, {"X": BITS[:, 0]}),
        ({}, {"X": BITS[None]}),
        ({}, {"X": np.full((N, 1), "code")}),
        ({"n_bits": 3}, {"X": BITS}),
        ({"packed": True}, {"X": BITS}),
        ({"packed": True}, {"X": BITS.astype(float)}),
        ({"packed": True, "n_bits": 3}, {"X": BITS}),
        ({"packed": True, "n_bits": 121}, {"X": BITS * 255}),
        ({"device": "x" * N}, {"X": BITS}),
        ({"device": "cuda:" + "1" * N}, {"X": BITS}),
        ({}, {"X": BITS, "y": LABELS[1:]}),
        ({}, {"X": BITS, "y": LABELS + 0.5}),
        ({}, {"X": BITS, "y": np.where(LABELS, np.nan, 0)}),
        ({}, {"X": BITS, "y": MIXED}),
        ({}, {"X": BITS, "y": [[0]] * (N - 1) + [[0, 1]]}),
        ({}, {"X": BITS, "y": BITS[None]}),
        ({}, {"X": BITS, "ids": ROWS[1:]}),
        ({}, {"X": BITS, "ids": ROWS // 2}),
        ({}, {"X": BITS, "ids": [NAMES[row // 2] for row in ROWS]}),
        ({}, {"X": BITS, "ids": ROWS * 0.5}),
        ({}, {"X": BITS, "ids": (ROWS * 0.5).tolist()}),
        ({}, {"X": BITS, "ids": BITS}),
        ({}, {"X": BITS, "ids": BITS.tolist()}),
        ({}, {"X": BITS, "ids": [(row, [row]) for row in ROWS]}),
        ({}, {"X": BITS, "ids": [None] * N}),
        ({}, {"X": BITS, "ids": NAMES[0] * N}),
    ],
)
def test_fit(parameters, fit):
    assert len(message_of(lambda: HammingNeighbors(**parameters).fit(**fit))) < LONGEST


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.partial_fit(BITS, LABELS, ROWS),
        lambda s: s.partial_fit(BITS),
        lambda s: s.partial_fit(BITS, LABELS.astype(str)),
        lambda s: s.partial_fit(BITS, BITS),
        lambda s: s.partial_fit(BITS[:, 1:], LABELS),
        lambda s: s.remove(ROWS + N),
        lambda s: s.remove(ROWS // 2),
        lambda s: s.remove(NAMES),
        lambda s: s.remove([(name,) * 100 for name in NAMES]),
        lambda s: s.remove(BITS),
        lambda s: s.kneighbors(BITS, N + 1),
        lambda s: s.kneighbors(BITS, 10**4000),
        lambda s: s.kneighbors(BITS, -(10**4000)),
        lambda s: s.kneighbors(BITS, ROWS.tolist()),
        lambda s: s.kneighbors(n_neighbors=N),
        lambda s: s.kneighbors(BITS, where=ROWS == 0),
        lambda s: s.kneighbors(BITS, where=ROWS.tolist()),
        lambda s: s.kneighbors(BITS, where=NAMES),
        lambda s: s.kneighbors(BITS[:, 1:]),
        lambda s: s.kneighbors(BITS * 7),
        lambda s: s.radius_neighbors(BITS, ROWS.tolist()),
        lambda s: s.radius_neighbors(BITS, Fraction(-(10**4000), 10**3999)),
        lambda s: s.radius_neighbors(BITS, where=ROWS),
        lambda s: s.kneighbors_graph(BITS, mode=ROWS.tolist()),
        lambda s: s.radius_neighbors_graph(BITS, mode=NAMES[0] * N),
        lambda s: s.transform(BITS[:, 1:]),
        lambda s: s.score(BITS, LABELS[1:]),
        lambda s: s.score(BITS, None),
        lambda s: s.score(BITS, LABELS + 0.5),
        lambda s: s.score(BITS, NAMES),
        lambda s: s.score(BITS, MIXED),
        lambda s: s.score(BITS, BITS + 1),
    ],
)
def test_calls(call, fitted):
    assert len(message_of(call, fitted)) < LONGEST


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.partial_fit(BITS, ids=NAMES),
        lambda s: s.partial_fit(BITS),
        lambda s: s.partial_fit(BITS, LABELS),
        lambda s: s.score(BITS, LABELS),
        lambda s: s.remove([name[1:] for name in NAMES]),
    ],
)
def test_calls_with_names_as_ids(call, named):
    assert len(message_of(call, named)) < LONGEST


def test_the_first_ids_and_their_number(fitted, named):
    assert "unknown: [100000, 100001, 100002, 100003, 100004] and 99995 more." in message_of(fitted.remove, ROWS + N)
    assert "['0xxx" in message_of(named.partial_fit, BITS, None, NAMES)
    assert "and 99995 more." in message_of(named.partial_fit, BITS, None, NAMES)
