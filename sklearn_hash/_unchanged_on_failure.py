"""An estimator whose fit fails stays what it was."""

from contextlib import contextmanager

__all__ = ["UnchangedOnFailureMixin"]


class UnchangedOnFailureMixin:
    """Lets an estimator try something that may fail halfway."""

    @contextmanager
    def _unchanged_on_failure(self):
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise
