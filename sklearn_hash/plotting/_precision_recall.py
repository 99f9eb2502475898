"""HammingPrecisionRecallDisplay: precision against recall as the Hamming radius grows."""

from sklearn_hash.metrics import hamming_precision_recall_curve, mean_average_precision
from sklearn_hash.plotting._base import BaseDisplay, check_matplotlib
from sklearn_hash.plotting._codes import codes_of, name_of
from sklearn_hash.plotting._curves import draw_chance_level, draw_curves
from sklearn_hash.plotting._docs import document

__all__ = ["HammingPrecisionRecallDisplay"]


class HammingPrecisionRecallDisplay(BaseDisplay):
    """Precision against recall of the rows within a Hamming radius, as the radius grows.

    It is recommended to use :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    precision, recall : ndarray of shape (n_bits + 1,)
        Means over the queries within the radii 0 to n_bits.
    average_precision : float, default=None
        Mean average precision of the ranking, which the legend shows where it is given.
    name : str, default=None
        Name of the codes in the legend.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve.
    chance_level_ : matplotlib Line2D or None
        The precision of codes that tell nothing; None where it is not drawn.
    ax_ : matplotlib Axes
        Axes with the curve.
    figure_ : matplotlib Figure
        Figure that contains the curve.

    See Also
    --------
    sklearn_hash.metrics.hamming_precision_recall_curve : The figures that are drawn.
    PrecisionAtKDisplay : Precision against the number of rows retrieved.

    Notes
    -----
    A query that finds nothing within a radius has precision 0 there. With long codes many queries find nothing
    within a small radius, and the curve rises before it falls.

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
        {one curve}
        {chance level}

        Returns
        -------
        display : HammingPrecisionRecallDisplay
        """
        ax, name = self._start(ax, name)
        self.line_ = draw_curves(ax, self.recall, [(self._label(name), self.precision)], curve_kwargs)
        # Within the largest radius lies the whole database.
        self.chance_level_ = (
            draw_chance_level(ax, self.precision[-1], chance_level_kwargs) if plot_chance_level else None
        )
        ax.set(
            xlabel="Recall within a Hamming radius",
            ylabel="Precision within a Hamming radius",
            xlim=(-0.02, 1.02),
            ylim=(-0.02, 1.02),
        )
        return self

    def _label(self, name):
        if self.average_precision is None:
            return name
        score = f"mAP = {self.average_precision:.3f}"
        return score if name is None else f"{name} ({score})"

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
        """Hash rows and draw the curve of their codes.

        Parameters
        ----------
        {estimator}
        {rows and labels}
        {class name}
        {ax}
        {one curve}
        {chance level}

        Returns
        -------
        display : HammingPrecisionRecallDisplay
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        codes, database_codes = codes_of(estimator, X, X_database)
        return cls.from_codes(
            codes,
            y,
            database_codes,
            y_database,
            name=name_of(estimator, name),
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
        """Draw the curve of codes.

        Parameters
        ----------
        {codes and labels}
        {packing}
        {name}
        {ax}
        {one curve}
        {chance level}

        Returns
        -------
        display : HammingPrecisionRecallDisplay

        Raises
        ------
        ValueError
            If codes or labels are malformed, or do not fit each other.
        """
        check_matplotlib(f"{cls.__name__}.from_codes")
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
