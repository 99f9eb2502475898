"""Thread pool for kernels that release the GIL, instead of OpenMP or TBB, which conflict with those of torch."""

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import joblib

__all__ = ["effective_threads", "map_threads", "even_ranges"]

_MOST_HELPERS = 64


def effective_threads(n_jobs: int | None) -> int:
    """Return the number of threads for ``n_jobs``; None means 1 unless in a joblib context."""
    return joblib.effective_n_jobs(n_jobs)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    """Return the pool, which is kept since starting threads takes as long as a search for hundreds of queries."""
    return ThreadPoolExecutor(_MOST_HELPERS, thread_name_prefix="hamming")


# A forked process has a copy of the pool, but not its threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)


def map_threads(function: Callable, tasks: Iterable, n_threads: int) -> list:
    """Return the results of ``function`` for all tasks, in order; raise the first error of a task.

    The calling thread also works, so that a search never waits for threads that are busy with other searches.
    """
    tasks = list(tasks)
    results: list = [None] * len(tasks)
    waiting = deque(range(len(tasks)))

    def work():
        while True:
            try:
                i = waiting.popleft()
            except IndexError:
                return
            results[i] = function(tasks[i])

    helpers: list[Future] = []
    try:
        for _ in range(min(n_threads, len(tasks)) - 1):
            helpers.append(_pool().submit(work))
        work()
    finally:
        waiting.clear()  # after an interrupt or an error here, helpers stop after their current task
        errors = [helper.exception() for helper in helpers if not helper.cancel()]
    for error in filter(None, errors):
        raise error
    return results


def even_ranges(n: int, largest: int, *, at_least: int = 1, multiple: int = 1) -> list[tuple[int, int]]:
    """Split ``range(n)`` into (start, stop) pieces of equal size, as few as ``largest`` and ``at_least`` allow.

    Parameters
    ----------
    n : int
    largest : int
        Maximum size of a piece.
    at_least : int
        Minimum number of pieces, unless some would be empty.
    multiple : int
        The size of every piece but the last is a multiple of this number.
    """
    pieces = max(-(-n // largest), at_least, 1)
    size = max(1, -(-n // pieces))
    size = -(-size // multiple) * multiple
    return [(start, min(start + size, n)) for start in range(0, n, size)]
