"""Own random streams, and the caller's left alone."""

import numpy as np
import pytest
import torch

from sklearn_hash.training import draw_seed, isolated

CPU = torch.device("cpu")


def streams():
    return torch.get_rng_state().numpy().tobytes(), np.random.get_state()[1].tobytes(), np.random.get_state()[2]


def draw(*seeds):
    with isolated(CPU, *seeds):
        return torch.rand(4).tolist()


def test_the_callers_streams_are_restored():
    before = streams()
    draw(1), draw(), draw_seed(None), draw_seed(3)
    assert streams() == before


def test_restored_when_the_block_fails():
    def fail():
        with isolated(CPU, 1):
            torch.rand(3)
            raise RuntimeError("inside")

    before = streams()
    with pytest.raises(RuntimeError, match="inside"):
        fail()
    assert streams() == before


def test_seeds_decide_and_differ():
    assert draw(1) == draw(1)
    assert len({tuple(draw(*seeds)) for seeds in ((1,), (2,), (1, 1), (1, 2), (2, 1))}) == 5


def test_an_int_is_a_seed_of_its_own():
    assert draw_seed(0) == draw_seed(0) != draw_seed(1)
    assert draw_seed(np.random.RandomState(0)) == draw_seed(0)


def test_an_instance_moves_on():
    rng = np.random.RandomState(0)
    assert draw_seed(rng) != draw_seed(rng)


def test_none_asks_nobody():
    np.random.seed(0)
    first = draw_seed(None)
    np.random.seed(0)
    assert draw_seed(None) != first
