"""The thread pool: number of threads, order of results, errors and forks."""

import multiprocessing
import os
import threading
import time

import joblib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads


def test_none_is_one_thread_outside_a_joblib_context():
    assert effective_threads(None) == 1
    with joblib.parallel_config(backend="threading", n_jobs=3):
        assert effective_threads(None) == 3
    assert effective_threads(2) == 2
    assert effective_threads(-1) == joblib.cpu_count()


def test_zero_jobs_are_refused():
    with pytest.raises(ValueError, match="n_jobs == 0"):
        effective_threads(0)


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_results_keep_the_order_of_tasks(n_threads):
    assert map_threads(lambda task: task**2, range(20), n_threads) == [task**2 for task in range(20)]


def test_tasks_run_at_the_same_time():
    barrier = threading.Barrier(2, timeout=30)
    map_threads(lambda task: barrier.wait(), range(2), 2)


def test_one_thread_is_the_callers():
    assert map_threads(lambda task: threading.get_ident(), range(3), 1) == [threading.get_ident()] * 3


@pytest.mark.parametrize("n_threads", [1, 2])
def test_an_error_reaches_the_caller(n_threads):
    with pytest.raises(ZeroDivisionError):
        map_threads(lambda task: 1 // task, [1, 0, 2], n_threads)


@pytest.mark.parametrize("n_threads", [1, 3])
def test_an_index_error_is_an_error_like_any_other(n_threads):
    with pytest.raises(IndexError):
        map_threads(lambda task: [][task], range(4), n_threads)


def test_an_interrupt_waits_for_no_task_that_has_not_begun():
    both_at_work, caller, begun = threading.Barrier(2, timeout=30), threading.get_ident(), []

    def task(i):
        begun.append(i)
        if len(begun) <= 2:
            both_at_work.wait()
        if threading.get_ident() == caller:
            raise KeyboardInterrupt
        time.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        map_threads(task, range(1000), 2)
    assert len(begun) < 500


def test_the_caller_works_while_every_helper_is_busy():
    release = threading.Event()
    busy = threading.Thread(target=map_threads, args=(lambda task: release.wait(30), range(70), 70))
    busy.start()
    assert map_threads(lambda task: task, range(4), 2) == [0, 1, 2, 3]
    release.set()
    busy.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own():
    map_threads(lambda task: task, range(2), 2)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_sum_in_threads).get(timeout=30) == 6


def _sum_in_threads():
    barrier = threading.Barrier(2, timeout=20)
    return sum(map_threads(lambda task: barrier.wait() * 0 + task, range(4), 2))


@given(
    n=st.integers(0, 1000),
    largest=st.integers(1, 300),
    at_least=st.integers(0, 20),
    multiple=st.sampled_from([1, 2, 64]),
)
def test_even_ranges_cover_everything_once(n, largest, at_least, multiple):
    ranges = even_ranges(n, largest, at_least=at_least, multiple=multiple)
    assert [row for start, stop in ranges for row in range(start, stop)] == list(range(n))
    sizes = [stop - start for start, stop in ranges]
    assert all(size <= -(-largest // multiple) * multiple for size in sizes)
    assert all(size % multiple == 0 for size in sizes[:-1])
    assert len(set(sizes[:-1])) <= 1


def test_even_ranges_are_as_few_as_allowed():
    assert even_ranges(100, 64) == [(0, 50), (50, 100)]
    assert even_ranges(100, 64, at_least=3) == [(0, 34), (34, 68), (68, 100)]
    assert even_ranges(0, 64, at_least=3) == []
