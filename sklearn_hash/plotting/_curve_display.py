"""Base class of the Displays that draw one or several curves."""

from sklearn_hash.plotting._base import BaseDisplay
from sklearn_hash.plotting._docs import document

__all__ = ["CurveDisplay"]


class CurveDisplay(BaseDisplay):
    """Base class of the Displays that draw one or several curves and have no parameter ``kind``.

    A subclass draws the curves in ``_draw`` and sets ``line_``.
    """

    def _draw(self, ax, name, curve_kwargs):
        raise NotImplementedError

    @document
    def plot(self, ax=None, *, name=None, curve_kwargs=None):
        """Draw the curves.

        Parameters
        ----------
        {ax}
        {display name}
        {curves}

        Returns
        -------
        self : object
            The Display, which stores the data and the plot.
        """
        ax, name = self._validate_plot_params(ax=ax, name=name)
        self._draw(ax, name, curve_kwargs)
        return self
