"""Display of precision against recall within Hamming radii."""

from sklearn_hash.metrics import hamming_precision_recall_curve, mean_average_precision
from sklearn_hash.plotting._base import BaseDisplay
from sklearn_hash.plotting._curves import add_to_label, draw_chance_level, draw_curves
from sklearn_hash.plotting._docs import document

__all__ = ["HammingPrecisionRecallDisplay"]


@document
class HammingPrecisionRecallDisplay(BaseDisplay):
    """Visualization of precision against recall of the rows within a Hamming radius, for every radius.

    It is recommended to use :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    precision, recall : ndarray of shape (n_bits + 1,)
        Mean precision and recall over the queries within each radius from 0 to n_bits.
    average_precision : float, default=None
        Mean average precision of the ranking, shown in the legend if given.
    {name}

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve.
    chance_level_ : matplotlib Line2D or None
        The chance level; None if it is not drawn.
    {axes}

    See Also
    --------
    sklearn_hash.metrics.hamming_precision_recall_curve : Precision and recall within each radius.
    PrecisionAtKDisplay : Precision against the number of rows retrieved.

    Notes
    -----
    The precision of a query is 0 at radii within which there is no database row. With long codes, this is the case for
    many queries at small radii, and the curve rises before it falls.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_hash.plotting import HammingPrecisionRecallDisplay
    >>> codes, labels = [[0, 0, 0], [0, 0, 1], [1, 1, 1], [0, 1, 1]], ["cat", "cat", "dog", "dog"]
    >>> display = HammingPrecisionRecallDisplay.from_codes(codes, labels, name="four animals")
    >>> display.recall
    array([0., 1., 1., 1.])
    >>> plt.show()
    """

    def __init__(self, *, precision, recall, average_precision=None, name=None):
        self.precision = precision
        self.recall = recall
        self.average_precision = average_precision
        self.name = name

    @document
    def plot(self, ax=None, *, name=None, curve_kwargs=None, plot_chance_level=False, chance_level_kwargs=None):
        """Draw the curve.

        Parameters
        ----------
        {ax}
        {display name}
        {curve}
        {chance level}

        {returns}
        """
        ax, name = self._validate_plot_params(ax=ax, name=name)
        if self.average_precision is not None:
            name = add_to_label(name, f"mAP = {self.average_precision:.3f}")
        self.line_ = draw_curves(ax, self.recall, [(name, self.precision)], curve_kwargs)
        self.chance_level_ = None
        if plot_chance_level:
            # The whole database is within the largest radius.
            self.chance_level_ = draw_chance_level(ax, self.precision[-1], chance_level_kwargs)
        limits = {"xlim": (-0.02, 1.02), "ylim": (-0.02, 1.02)}
        ax.set(xlabel="Recall", ylabel="Precision", **limits)
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
        name=None,
        ax=None,
        curve_kwargs=None,
        plot_chance_level=False,
        chance_level_kwargs=None,
    ):
        """Encode rows and draw precision against recall of their codes.

        Parameters
        ----------
        {estimator and data}
        {class name}
        {ax}
        {curve}
        {chance level}

        {returns}
        """
        codes, database_codes, name = cls._validate_and_get_codes(estimator, X, X_database, name=name)
        return cls.from_codes(
            codes,
            y,
            database_codes,
            y_database,
            name=name,
            ax=ax,
            curve_kwargs=curve_kwargs,
            plot_chance_level=plot_chance_level,
            chance_level_kwargs=chance_level_kwargs,
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
        packed=False,
        n_bits=None,
        name=None,
        ax=None,
        curve_kwargs=None,
        plot_chance_level=False,
        chance_level_kwargs=None,
    ):
        """Draw precision against recall of codes.

        Parameters
        ----------
        {codes and labels}
        {packing}
        {name}
        {ax}
        {curve}
        {chance level}

        {returns}

        Raises
        ------
        ValueError
            If codes or labels are not valid or inconsistent.
        """
        cls._check_matplotlib("from_codes")
        data, form = (query_codes, y_query, database_codes, y_database), {"packed": packed, "n_bits": n_bits}
        precision, recall, _ = hamming_precision_recall_curve(*data, **form)
        score = mean_average_precision(*data, **form)
        display = cls(precision=precision, recall=recall, average_precision=score, name=name)
        return display.plot(
            ax,
            curve_kwargs=curve_kwargs,
            plot_chance_level=plot_chance_level,
            chance_level_kwargs=chance_level_kwargs,
        )
