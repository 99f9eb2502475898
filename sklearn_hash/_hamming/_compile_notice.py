"""Message when kernels are compiled."""

from contextlib import contextmanager
from time import perf_counter

from numba.core import event

__all__ = ["compile_notice"]


class _Notice(event.Listener):
    """Listener that prints a line at the first compilation."""

    def __init__(self):
        self.started = None

    def on_start(self, event):
        if self.started is None:
            self.started = perf_counter()
            print("Compiling the search, once on this machine for codes of this length ...", flush=True)

    def on_end(self, event):
        self.ended = perf_counter()


@contextmanager
def compile_notice():
    """Print a message when kernels are compiled in a ``with`` block, with the time taken."""
    notice = _Notice()
    with event.install_listener("numba:compile", notice):
        yield
    if notice.started is not None:
        print(f"Compiled in {notice.ended - notice.started:.1f} s.", flush=True)
