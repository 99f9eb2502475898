"""Mixin that restores the attributes of an estimator after an exception."""

from contextlib import contextmanager

__all__ = ["UnchangedOnFailureMixin"]


class UnchangedOnFailureMixin:
    """Mixin with a context manager for changes that are undone if they fail."""

    @contextmanager
    def _unchanged_on_failure(self):
        """Restore all attributes if the body raises."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise
