"""Threads for kernels that release the GIL: an own pool, so no OpenMP or TBB runs beside torch's."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from queue import Empty, SimpleQueue

import joblib

__all__ = ["effective_threads", "map_threads", "even_ranges"]

_MOST_HELPERS = 64


def effective_threads(n_jobs: int | None) -> int:
    """How many threads ``n_jobs`` asks for; None is 1 unless a joblib context says otherwise."""
    return joblib.effective_n_jobs(n_jobs)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    """Threads that wait between searches; to start them takes as long as to search for hundreds of queries."""
    return ThreadPoolExecutor(_MOST_HELPERS, thread_name_prefix="hamming")


# A forked process has the pool's memory, not its threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)


def map_threads(function: Callable, tasks: Iterable, n_threads: int) -> list:
    """Results of ``function`` for every task, in order; the first error of a task is raised.

    The calling thread works too: a search never waits for a thread that other searches keep busy.
    """
    tasks = list(tasks)
    results: list = [None] * len(tasks)
    waiting: SimpleQueue[int] = SimpleQueue()
    for i in range(len(tasks)):
        waiting.put(i)

    def work():
        while True:
            try:
                i = waiting.get_nowait()
            except Empty:
                return
            results[i] = function(tasks[i])

    helpers = [_pool().submit(work) for _ in range(min(n_threads, len(tasks)) - 1)]
    try:
        work()
    finally:
        errors = [helper.exception() for helper in helpers if not helper.cancel()]
    for error in filter(None, errors):
        raise error
    return results


def even_ranges(n: int, largest: int, *, at_least: int = 1, multiple: int = 1) -> list[tuple[int, int]]:
    """Cut ``range(n)`` into (start, stop) pieces of equal size, as few as ``largest`` and ``at_least`` allow.

    Parameters
    ----------
    n : int
    largest : int
        No piece is larger.
    at_least : int
        There are no fewer pieces, unless some would be empty.
    multiple : int
        Every piece but the last holds a multiple of this many.
    """
    pieces = max(-(-n // largest), at_least, 1)
    size = max(1, -(-n // pieces))
    size = -(-size // multiple) * multiple
    return [(start, min(start + size, n)) for start in range(0, n, size)]
