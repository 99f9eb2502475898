"""Batches read by other processes, and rows to encode with their numbers."""

import multiprocessing
import os

import numpy as np
import pytest
import torch

from sklearn_hash.training import (
    BatchIterator,
    EncodingDataset,
    FeatureTargets,
    HashingDataset,
    make_rows,
    make_targets,
)

X = np.random.default_rng(0).standard_normal((50, 3)).astype(np.float32)
Y = np.arange(50) % 7


def reading(i):
    """A row, and which process reads it."""
    return np.append(X[i], os.getpid() % 1000).astype(np.float32)


@pytest.fixture
def no_process_is_left():
    before = set(multiprocessing.active_children())
    yield
    assert set(multiprocessing.active_children()) == before


def batches(loader, targets=None, epochs=1, target="similarity", **params):
    dataset = HashingDataset(make_rows(np.arange(50), loader), targets, target)
    iterator = BatchIterator(dataset, 8, **params)
    return [batch for _ in range(epochs) for batch in iterator]


@pytest.mark.parametrize("params", [{}, {"shuffle": True}, {"balanced": True, "drop_last": True}])
@pytest.mark.parametrize("target", ["similarity", "labels", "features"])
def test_batches_are_the_same_by_whichever_process(params, target):
    targets = FeatureTargets(50, X.mean(axis=0)) if target == "features" else make_targets(Y, "share", 50)[0]
    if target == "features" and params.get("balanced"):
        params = {"shuffle": True}
    torch.manual_seed(3)
    alone = batches(X.__getitem__, targets, epochs=3, target=target, **params)
    state = torch.get_rng_state()
    torch.manual_seed(3)
    read = batches(X.__getitem__, targets, epochs=3, target=target, num_workers=2, **params)
    assert torch.equal(torch.get_rng_state(), state)
    assert len(alone) == len(read)
    for ours, theirs in zip(alone, read, strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


@pytest.mark.usefixtures("no_process_is_left")
def test_workers_read_and_live_from_epoch_to_epoch():
    readers = [{int(row[-1]) for row in rows} for rows, _ in batches(reading, epochs=3, num_workers=2)]
    assert os.getpid() % 1000 not in set.union(*readers)
    assert len(set.union(*readers)) == 2
    assert all(len(reader) == 1 for reader in readers)


def test_rows_in_memory_are_read_here():
    before = multiprocessing.active_children()
    iterator = BatchIterator(HashingDataset(make_rows(X)), 8, num_workers=2)
    assert len(list(iterator)) == 7
    assert multiprocessing.active_children() == before


@pytest.mark.usefixtures("no_process_is_left")
def test_an_epoch_given_up_does_not_disturb_the_next():
    iterator = BatchIterator(HashingDataset(make_rows(np.arange(50), X.__getitem__)), 8, num_workers=2)
    for _ in range(2):
        next(iter(iterator))
    np.testing.assert_array_equal(torch.cat([rows for rows, _ in iterator]), X)


def failing(i):
    if i == 21:
        raise OSError("torn")
    return X[i]


@pytest.mark.usefixtures("no_process_is_left")
@pytest.mark.parametrize("num_workers", [0, 1])
def test_errors_are_the_same_by_whichever_process(num_workers):
    with pytest.raises(ValueError, match=r"^The row of 21 cannot be loaded: OSError: torn$"):
        batches(failing, num_workers=num_workers)


def test_an_error_keeps_what_caused_it():
    with pytest.raises(ValueError, match="cannot be loaded") as raised:
        batches(failing)
    assert isinstance(raised.value.__cause__, OSError)


@pytest.mark.parametrize("num_workers", [0, 2])
def test_rows_to_encode_come_with_their_numbers(num_workers):
    dataset = EncodingDataset(make_rows(np.arange(50), failing), skip=True)
    seen = list(BatchIterator(dataset, 20, num_workers=num_workers))
    numbers = [list(numbers) for _, (numbers, _) in seen]
    assert numbers == [list(range(20)), [20, *range(22, 40)], list(range(40, 50))]
    assert [failures for _, (_, failures) in seen] == [{}, {21: "The row of 21 cannot be loaded: OSError: torn"}, {}]
    np.testing.assert_array_equal(torch.cat([rows for rows, _ in seen]), np.delete(X, 21, axis=0))


def test_a_batch_of_which_nothing_loads_is_empty():
    rows, failures = make_rows(np.full(4, 21), failing, row_shape=(3,)).take_loadable(slice(1, 3))
    assert rows.shape == (0, 3)
    assert sorted(failures) == [0, 1]
