"""What every Display does: ask for matplotlib late, draw on the axes it is given or on new ones."""

__all__ = ["BaseDisplay", "check_kind", "check_matplotlib"]


def check_matplotlib(caller):
    """Refuse before any work is done where nothing can be drawn."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ImportError(f"{caller} needs matplotlib. Install it with `pip install sklearn_hash[plot]`.") from error


def check_kind(kind, kinds):
    """One of the pictures that a Display can draw."""
    if kind not in kinds:
        raise ValueError(f"kind must be one of {', '.join(map(repr, kinds))}; got {kind!r}.")


class BaseDisplay:
    """Base of the Displays: all hold a ``name`` and draw with ``plot``."""

    name: str | None

    def _start(self, ax, name, figsize=None):
        """Set the axes to draw on; return them and the name in force."""
        check_matplotlib(f"{type(self).__name__}.plot")
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(figsize=figsize, layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax, self.name if name is None else name
