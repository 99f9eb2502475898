"""Display of the distribution of the outputs of a hash layer."""

import numpy as np
from sklearn.utils import check_array

from sklearn_hash.plotting._base import BaseDisplay, hasher_of
from sklearn_hash.plotting._curves import add_to_label, draw_curves
from sklearn_hash.plotting._docs import document

__all__ = ["HashOutputDisplay"]


@document
class HashOutputDisplay(BaseDisplay):
    """Visualization of the distribution of the real-valued codes whose signs are the bits.

    A small change of the input can flip a bit whose value is near 0. A quantization loss moves the relaxed codes
    :math:`\\tanh(z)` towards -1 and +1. The continuation of HashNet increases :math:`\\beta`, so that
    :math:`\\tanh(\\beta z)` approaches -1 and +1. It is recommended to use :meth:`from_estimator` or
    :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    z : ndarray of shape (n, n_bits)
        Outputs of the hash layer.
    beta : float, default=1.0
        Factor of z in the relaxed codes.
    {name}

    Attributes
    ----------
    line_ : matplotlib Line2D
        The histogram, with a point in the middle of each bin.
    {axes}

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

    _kinds = ("relaxed", "z")

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
        {curve}

        {returns}
        """
        ax, name = self._validate_plot_params(ax=ax, name=name, kind=kind)
        if kind == "relaxed":
            values, limit, xlabel = np.tanh(self.beta * self.z), 1.0, r"Relaxed code $\tanh(\beta z)$"
            # The label shows beta, since relaxed codes with different beta cannot be compared.
            name = add_to_label(name, rf"$\beta$ = {self.beta:.3g}")
        else:
            values, limit, xlabel = self.z, float(np.abs(self.z).max()), "Output z of the hash layer"
        counts, edges = np.histogram(values, bins=bins, range=(-limit, limit))
        density = counts / (counts.sum() * np.diff(edges))
        self.line_ = draw_curves(ax, (edges[:-1] + edges[1:]) / 2, [(name, density)], curve_kwargs)
        ax.set(xlabel=xlabel, ylabel="Density")
        return self

    @classmethod
    @document
    def from_estimator(cls, estimator, X, *, beta=None, kind="relaxed", bins=40, name=None, ax=None, curve_kwargs=None):
        """Encode rows and draw the outputs of the hash layer.

        Parameters
        ----------
        estimator : fitted hasher, Pipeline that ends with one, or parameter search over either
            Estimator with a ``decision_function``.
        {X}
        beta : float, default=None
            Factor of z in the relaxed codes; by default the value in the last epoch of training, or 1 if the hasher has
            no continuation.
        {output kind}
        {class name}
        {ax}
        {curve}

        {returns}

        Raises
        ------
        ValueError
            If the estimator has no decision function.
        """
        z, _, name = cls._validate_and_get_codes(estimator, X, name=name, methods=("decision_function",))
        if beta is None:
            history = getattr(hasher_of(estimator), "history_", None)
            beta = history[-1].get("beta", 1.0) if history else 1.0
        return cls.from_codes(z, beta=beta, kind=kind, bins=bins, name=name, ax=ax, curve_kwargs=curve_kwargs)

    @classmethod
    @document
    def from_codes(cls, z, *, beta=1.0, kind="relaxed", bins=40, name=None, ax=None, curve_kwargs=None):
        """Draw the distribution of real-valued codes.

        Parameters
        ----------
        z : array-like of shape (n, n_bits)
            Outputs of the hash layer, as returned by ``decision_function``, or by ``transform`` with
            ``output="continuous"``.
        beta : float, default=1.0
            Factor of z in the relaxed codes.
        {output kind}
        {name}
        {ax}
        {curve}

        {returns}

        Raises
        ------
        ValueError
            If `z` is not of a floating-point type, since bits and signs are already quantized.
        """
        cls._check_matplotlib("from_codes")
        z = check_array(z, dtype=None, input_name="z")
        if z.dtype.kind != "f":
            raise ValueError(f"z must hold real values; got {z.dtype}. Pass what decision_function returns.")
        return cls(z=z, beta=beta, name=name).plot(ax, kind=kind, bins=bins, curve_kwargs=curve_kwargs)
