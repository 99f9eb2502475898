"""Display of the balance and the correlation of bits."""

import numpy as np

from sklearn_hash.metrics import bit_correlation, code_balance
from sklearn_hash.plotting._base import BaseDisplay
from sklearn_hash.plotting._curves import draw_curves, set_integer_ticks
from sklearn_hash.plotting._docs import document

__all__ = ["CodeBalanceDisplay"]


@document
class CodeBalanceDisplay(BaseDisplay):
    """Visualization of the balance and the correlation of bits.

    The balance is the fraction of the codes in which each bit is set. A bit carries most information if it is set in
    half of the codes and is not correlated with any other bit. It is recommended to use :meth:`from_estimator` or
    :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    balance : ndarray of shape (n_bits,)
        Fraction of the codes in which each bit is set.
    correlation : ndarray of shape (n_bits, n_bits)
        Correlation of every pair of bits; NaN for a bit that is the same in all codes.
    name : str, default=None
        Name of the codes, shown in the legend of the balance or as the title of the correlations.

    Attributes
    ----------
    line_ : matplotlib Line2D or None
        The balance; None if the correlations are drawn.
    im_ : matplotlib AxesImage or None
        The correlations; None if the balance is drawn.
    {axes}

    See Also
    --------
    sklearn_hash.metrics.code_balance : Fraction of the codes in which each bit is set.
    sklearn_hash.metrics.bit_correlation : Correlation of every pair of bits.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_hash.plotting import CodeBalanceDisplay
    >>> display = CodeBalanceDisplay.from_codes([[0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 0]])
    >>> display.plot(kind="correlation")
    <...>
    >>> plt.show()
    """

    _kinds = ("balance", "correlation")

    def __init__(self, *, balance, correlation, name=None):
        self.balance = balance
        self.correlation = correlation
        self.name = name

    @document
    def plot(self, ax=None, *, kind="balance", name=None, curve_kwargs=None, image_kwargs=None):
        """Draw the balance or the correlations of the bits.

        Parameters
        ----------
        {ax}
        {balance kind}
        {display name}
        {balance kwargs}

        {returns}
        """
        ax, name = self._validate_plot_params(ax=ax, name=name, kind=kind)
        self.line_ = self.im_ = None
        if kind == "balance":
            self._draw_balance(ax, name, curve_kwargs)
        else:
            self._draw_correlation(ax, name, image_kwargs)
        return self

    def _draw_balance(self, ax, name, curve_kwargs):
        ax.axhline(0.5, color="0.5", linewidth=1, zorder=0)
        bits = np.arange(len(self.balance))
        # Points without a line, since the order of bits has no meaning.
        self.line_ = draw_curves(ax, bits, [(name, self.balance)], curve_kwargs, linestyle="none", markevery=None)
        ax.set(xlabel="Bit", ylabel="Fraction of codes with the bit set", ylim=(-0.02, 1.02))
        set_integer_ticks(ax.xaxis)

    def _draw_correlation(self, ax, name, image_kwargs):
        kwargs = {"cmap": "Greys", "vmin": 0, "vmax": 1, **(image_kwargs or {})}
        self.im_ = ax.imshow(np.abs(self.correlation), **kwargs)
        self.figure_.colorbar(self.im_, ax=ax, label="Absolute correlation")
        # NaN is transparent and would look like a correlation of 0 without a hatched background.
        ax.patch.set(hatch="////", edgecolor="0.5")
        constant = np.isnan(self.correlation).any()
        ax.set(xlabel="Bit (hatched: the same in all codes)" if constant else "Bit", ylabel="Bit", title=name or "")
        set_integer_ticks(ax.xaxis, ax.yaxis)

    @classmethod
    @document
    def from_estimator(cls, estimator, X, *, kind="balance", name=None, ax=None, curve_kwargs=None, image_kwargs=None):
        """Encode rows and draw the balance or the correlations of the bits.

        Parameters
        ----------
        {estimator}
        {X}
        {balance kind}
        {class name}
        {ax}
        {balance kwargs}

        {returns}
        """
        codes, _, name = cls._validate_and_get_codes(estimator, X, name=name)
        return cls.from_codes(codes, kind=kind, name=name, ax=ax, curve_kwargs=curve_kwargs, image_kwargs=image_kwargs)

    @classmethod
    @document
    def from_codes(
        cls,
        codes,
        *,
        packed=False,
        n_bits=None,
        kind="balance",
        name=None,
        ax=None,
        curve_kwargs=None,
        image_kwargs=None,
    ):
        """Draw the balance or the correlations of the bits of codes.

        Parameters
        ----------
        codes : array-like of shape (n, n_bits), or (n, n_bytes) with ``packed=True``
            Bits, signs or real values (a bit is set where the value is positive), or packed bytes.
        {packing}
        {balance kind}
        {name}
        {ax}
        {balance kwargs}

        {returns}

        Raises
        ------
        ValueError
            If the codes are not valid, or there are none.
        """
        cls._check_matplotlib("from_codes")
        form = {"packed": packed, "n_bits": n_bits}
        display = cls(balance=code_balance(codes, **form), correlation=bit_correlation(codes, **form), name=name)
        return display.plot(ax, kind=kind, curve_kwargs=curve_kwargs, image_kwargs=image_kwargs)
