"""HashOutputDisplay: how far the outputs of a hash layer are from being bits."""

import numpy as np
from sklearn.utils import check_array

from sklearn_hash.plotting._base import BaseDisplay, check_kind, check_matplotlib
from sklearn_hash.plotting._codes import hash_outputs, hasher_of, name_of
from sklearn_hash.plotting._curves import draw_curves
from sklearn_hash.plotting._docs import document

__all__ = ["HashOutputDisplay"]


class HashOutputDisplay(BaseDisplay):
    """Distribution of the real-valued codes before their sign is taken.

    Values near 0 are bits that little would flip. A quantization loss drives the relaxed codes :math:`\\tanh(z)` to -1
    and +1; HashNet's continuation lets :math:`\\beta` grow until :math:`\\tanh(\\beta z)` is there. It is recommended
    to use :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    z : ndarray of shape (n, n_bits)
        Outputs of the hash layer.
    beta : float, default=1.0
        Steepness of the relaxed codes.
    name : str, default=None
        Name in the legend.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The histogram, a point in the middle of each bin.
    ax_ : matplotlib Axes
        Axes with the histogram.
    figure_ : matplotlib Figure
        Figure that contains the histogram.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DHNHasher, HashNetHasher
    >>> from sklearn_hash.plotting import HashOutputDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> display = HashOutputDisplay.from_estimator(HashNetHasher(16, max_epochs=5, random_state=0).fit(X, y), X)
    >>> HashOutputDisplay.from_estimator(DHNHasher(16, max_epochs=5, random_state=0).fit(X, y), X, ax=display.ax_)
    <...>
    >>> plt.show()
    """

    def __init__(self, *, z, beta=1.0, name=None):
        self.z = z
        self.beta = beta
        self.name = name

    @document
    def plot(self, ax=None, *, kind="relaxed", bins=40, name=None, curve_kwargs=None):
        """Draw the histogram over all bits of all rows.

        Parameters
        ----------
        {ax}
        {output kind}
        {display name}
        {one curve}

        Returns
        -------
        display : HashOutputDisplay
        """
        check_kind(kind, ("relaxed", "z"))
        ax, name = self._start(ax, name)
        values = np.tanh(self.beta * self.z) if kind == "relaxed" else self.z
        reach = 1.0 if kind == "relaxed" else float(np.abs(values).max())
        counts, edges = np.histogram(values, bins=bins, range=(-reach, reach))
        density = counts / (counts.sum() * np.diff(edges))
        middles = (edges[:-1] + edges[1:]) / 2
        self.line_ = draw_curves(ax, middles, [(self._label(name, kind), density)], curve_kwargs)
        xlabel = r"Relaxed code $\tanh(\beta z)$" if kind == "relaxed" else "Output z of the hash layer"
        ax.set(xlabel=xlabel, ylabel="Density")
        return self

    def _label(self, name, kind):
        """Relaxed codes are not to be compared without a word on their steepness."""
        if kind == "z":
            return name
        steepness = rf"$\beta$ = {self.beta:.3g}"
        return steepness if name is None else f"{name} ({steepness})"

    @classmethod
    @document
    def from_estimator(cls, estimator, X, *, beta=None, kind="relaxed", bins=40, name=None, ax=None, curve_kwargs=None):
        """Draw the outputs of a hasher.

        Parameters
        ----------
        estimator : fitted hasher, Pipeline that ends in one, or search over either
            What has a ``decision_function``.
        X : array-like or sparse matrix
            Rows to hash.
        beta : float, default=None
            Steepness of the relaxed codes; when left out, what the continuation of the hasher ended with, 1 for
            one without.
        {output kind}
        {class name}
        {ax}
        {one curve}

        Returns
        -------
        display : HashOutputDisplay

        Raises
        ------
        ValueError
            If the estimator has no decision function.
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        return cls.from_codes(
            hash_outputs(estimator, X),
            beta=_last_beta(estimator) if beta is None else beta,
            kind=kind,
            bins=bins,
            name=name_of(estimator, name),
            ax=ax,
            curve_kwargs=curve_kwargs,
        )

    @classmethod
    @document
    def from_codes(cls, z, *, beta=1.0, kind="relaxed", bins=40, name=None, ax=None, curve_kwargs=None):
        """Draw real-valued codes.

        Parameters
        ----------
        z : array-like of shape (n, n_bits)
            Outputs of the hash layer, as ``decision_function`` or ``output="continuous"`` give them.
        beta : float, default=1.0
            Steepness of the relaxed codes.
        {output kind}
        {name}
        {ax}
        {one curve}

        Returns
        -------
        display : HashOutputDisplay

        Raises
        ------
        ValueError
            If `z` holds integers: bits and signs have nothing left to show.
        """
        check_matplotlib(f"{cls.__name__}.from_codes")
        z = check_array(z, dtype=None, input_name="z")
        if z.dtype.kind != "f":
            raise ValueError(
                f"z must hold real values, as decision_function gives; got {z.dtype}, from which the sign is all "
                "that can be had."
            )
        return cls(z=z, beta=beta, name=name).plot(ax, kind=kind, bins=bins, curve_kwargs=curve_kwargs)


def _last_beta(estimator):
    """What a continuation left in the history of a hasher."""
    history = getattr(hasher_of(estimator), "history_", None)
    return history[-1].get("beta", 1.0) if history else 1.0
