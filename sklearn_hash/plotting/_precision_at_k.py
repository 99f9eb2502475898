"""PrecisionAtKDisplay: precision among the rows that come first."""

import numpy as np

from sklearn_hash._compat import _num_samples
from sklearn_hash.metrics import precision_at_k
from sklearn_hash.plotting._base import BaseDisplay, check_matplotlib
from sklearn_hash.plotting._codes import codes_of, name_of
from sklearn_hash.plotting._curves import draw_curves
from sklearn_hash.plotting._docs import document

__all__ = ["PrecisionAtKDisplay"]

_MOST, _POINTS = 1000, 21


class PrecisionAtKDisplay(BaseDisplay):
    """Precision among the first k rows of the ranking, against k.

    It is recommended to use :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    k : array-like of shape (n_points,)
        Numbers of rows retrieved.
    precision : ndarray of shape (n_points,)
        Mean precision over the queries.
    name : str, default=None
        Name of the codes in the legend.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve.
    ax_ : matplotlib Axes
        Axes with the curve.
    figure_ : matplotlib Figure
        Figure that contains the curve.

    See Also
    --------
    sklearn_hash.metrics.precision_at_k : The figures that are drawn.
    HammingPrecisionRecallDisplay : Precision against recall.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_hash.plotting import PrecisionAtKDisplay
    >>> codes, labels = [[0, 0, 0], [0, 0, 1], [1, 1, 1], [0, 1, 1]], ["cat", "cat", "dog", "dog"]
    >>> display = PrecisionAtKDisplay.from_codes(codes, labels, k=[1, 2])
    >>> display.precision
    array([0.75, 0.5 ])
    >>> plt.show()
    """

    def __init__(self, *, k, precision, name=None):
        self.k = k
        self.precision = precision
        self.name = name

    @document
    def plot(self, ax=None, *, name=None, curve_kwargs=None):
        """Draw the curve.

        Parameters
        ----------
        {ax}
        {display name}
        {one curve}

        Returns
        -------
        display : PrecisionAtKDisplay
        """
        ax, name = self._start(ax, name)
        self.line_ = draw_curves(ax, self.k, [(name, self.precision)], curve_kwargs)
        ax.set(xlabel="Rows retrieved, k", ylabel="Precision among the first k")
        return self

    @classmethod
    @document
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        X_database=None,
        y_database=None,
        *,
        k=None,
        ties="expected",
        name=None,
        ax=None,
        curve_kwargs=None,
    ):
        """Hash rows and draw the curve of their codes.

        Parameters
        ----------
        {estimator}
        {rows and labels}
        {ks}
        {class name}
        {ax}
        {one curve}

        Returns
        -------
        display : PrecisionAtKDisplay
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        codes, database_codes = codes_of(estimator, X, X_database)
        return cls.from_codes(
            codes,
            y,
            database_codes,
            y_database,
            k=k,
            ties=ties,
            name=name_of(estimator, name),
            ax=ax,
            curve_kwargs=curve_kwargs,
        )

    @classmethod
    @document
    def from_codes(
        cls,
        query_codes,
        y_query,
        database_codes=None,
        y_database=None,
        *,
        k=None,
        ties="expected",
        packed=False,
        n_bits=None,
        name=None,
        ax=None,
        curve_kwargs=None,
    ):
        """Draw the curve of codes.

        Parameters
        ----------
        {codes and labels}
        {ks}
        {packing}
        {name}
        {ax}
        {one curve}

        Returns
        -------
        display : PrecisionAtKDisplay

        Raises
        ------
        ValueError
            If codes, labels or k are malformed, or do not fit each other.
        """
        check_matplotlib(f"{cls.__name__}.from_codes")
        data = query_codes, y_query, database_codes, y_database
        rules = {"ties": ties, "packed": packed, "n_bits": n_bits}
        k = _default_k(query_codes, database_codes) if k is None else np.atleast_1d(k)
        precision = np.array([precision_at_k(*data, k=n_first, **rules) for n_first in k])
        return cls(k=k, precision=precision, name=name).plot(ax, curve_kwargs=curve_kwargs)


def _default_k(query_codes, database_codes):
    """From 1 to the size of the database, or to where curves are seldom read on."""
    n_rows = _num_samples(query_codes) - 1 if database_codes is None else _num_samples(database_codes)
    if n_rows < 1:
        needs = "query_codes must hold two codes or more" if database_codes is None else "database_codes must hold one"
        raise ValueError(f"{needs}, for a query to find any; got {n_rows + (database_codes is None)}.")
    return np.unique(np.linspace(1, min(n_rows, _MOST), _POINTS).astype(int))
