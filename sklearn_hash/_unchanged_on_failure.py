"""Mixin that restores the attributes of an estimator after an exception."""

from contextlib import contextmanager

__all__ = ["UnchangedOnFailureMixin"]


class UnchangedOnFailureMixin:
    """Mixin with a context manager that undoes changes of the attributes after an exception."""

    @contextmanager
    def _unchanged_on_failure(self):
        """Restore all attributes if the ``with`` block raises an exception."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise
