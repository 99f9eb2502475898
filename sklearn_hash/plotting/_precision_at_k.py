"""Display of the precision against the number of rows retrieved."""

import numpy as np

from sklearn_hash._compat import _num_samples
from sklearn_hash.metrics import precision_at_k
from sklearn_hash.plotting._curve_display import CurveDisplay
from sklearn_hash.plotting._curves import draw_curves
from sklearn_hash.plotting._docs import document

__all__ = ["PrecisionAtKDisplay"]

_MAX_K, _N_POINTS = 1000, 21  # largest value and number of values of the default k


@document
class PrecisionAtKDisplay(CurveDisplay):
    """Visualization of the precision of the first k rows of a ranking, against k.

    It is recommended to use :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    k : array-like of shape (n_points,)
        Numbers of rows retrieved.
    precision : ndarray of shape (n_points,)
        Mean precision over the queries.
    {name}

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve.
    {axes}

    See Also
    --------
    sklearn_hash.metrics.precision_at_k : Precision of the first k rows.
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

    def _draw(self, ax, name, curve_kwargs):
        self.line_ = draw_curves(ax, self.k, [(name, self.precision)], curve_kwargs)
        ax.set(xlabel="Number of rows retrieved (k)", ylabel="Precision@k")

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
        """Encode rows and draw the precision of their codes.

        Parameters
        ----------
        {estimator and data}
        {k and ties}
        {class name}
        {ax}
        {curve}

        {returns}
        """
        codes, database_codes, name = cls._validate_and_get_codes(estimator, X, X_database, name=name)
        return cls.from_codes(
            codes, y, database_codes, y_database, k=k, ties=ties, name=name, ax=ax, curve_kwargs=curve_kwargs
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
        """Draw the precision of codes.

        Parameters
        ----------
        {codes and labels}
        {k and ties}
        {packing}
        {name}
        {ax}
        {curve}

        {returns}

        Raises
        ------
        ValueError
            If codes, labels or k are not valid or inconsistent.
        """
        cls._check_matplotlib("from_codes")
        data = query_codes, y_query, database_codes, y_database
        options = {"ties": ties, "packed": packed, "n_bits": n_bits}
        k = _default_k(query_codes, database_codes) if k is None else np.atleast_1d(k)
        precision = np.array([precision_at_k(*data, k=n_first, **options) for n_first in k])
        return cls(k=k, precision=precision, name=name).plot(ax, curve_kwargs=curve_kwargs)


def _default_k(query_codes, database_codes):
    """Return evenly spaced numbers of rows, from 1 to the size of the database or the largest default."""
    n_rows = _num_samples(query_codes) - 1 if database_codes is None else _num_samples(database_codes)
    if n_rows < 1:
        if database_codes is None:
            raise ValueError(f"query_codes must hold at least 2 codes without database_codes; got {n_rows + 1}.")
        raise ValueError("database_codes must hold at least one code; got none.")
    return np.unique(np.linspace(1, min(n_rows, _MAX_K), _N_POINTS).astype(int))
