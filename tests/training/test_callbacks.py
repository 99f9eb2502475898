"""Schedules on their own; what they do to a fit is tested with the hashers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_hash.training import Continuation

SCHEDULES = ("sqrt", "linear", "geometric")


@given(
    schedule=st.sampled_from(SCHEDULES),
    n_stages=st.integers(1, 30),
    n_steps=st.integers(1, 200),
    end=st.floats(1, 100),
)
def test_beta_grows_from_one_to_its_end_by_equal_stages(schedule, n_stages, n_steps, end):
    betas = [Continuation(end, schedule, n_stages).beta_at(step, n_steps) for step in range(n_steps)]
    assert betas == sorted(betas)
    assert betas[-1] == pytest.approx(end)
    if min(n_stages, n_steps) > 1:
        assert betas[0] == 1
    lengths = [betas.count(beta) for beta in sorted(set(betas))]
    if end > 1.01:
        assert len(lengths) == min(n_stages, n_steps)
        assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_steps_past_the_end_are_like_the_last(schedule):
    continuation = Continuation(5.0, schedule, 4)
    assert continuation.beta_at(100, 10) == continuation.beta_at(9, 10) == pytest.approx(5.0)


def test_the_papers_schedule_at_its_middle():
    assert Continuation(7.0, "sqrt", 3).beta_at(5, 10) == pytest.approx(math.sqrt(1 + 48 / 2))
    assert Continuation(7.0, "linear", 3).beta_at(5, 10) == pytest.approx(4)
    assert Continuation(9.0, "geometric", 3).beta_at(5, 10) == pytest.approx(3)
