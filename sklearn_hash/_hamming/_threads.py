"""Threads for kernels that release the GIL: an own pool, so no OpenMP or TBB runs beside torch's."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import joblib

__all__ = ["effective_threads", "map_threads", "even_ranges"]


def effective_threads(n_jobs: int | None) -> int:
    """How many threads ``n_jobs`` asks for; None is 1 unless a joblib context says otherwise."""
    return joblib.effective_n_jobs(n_jobs)


def map_threads(function: Callable, tasks: Iterable, n_threads: int) -> list:
    """Results of ``function`` for every task, in order; the first error of a task is raised."""
    tasks = list(tasks)
    if n_threads == 1 or len(tasks) < 2:
        return [function(task) for task in tasks]
    with ThreadPoolExecutor(min(n_threads, len(tasks))) as pool:
        return list(pool.map(function, tasks))


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
