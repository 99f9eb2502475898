"""Base class of the Displays: validation of shared parameters, codes of an estimator and axes to draw on."""

from scipy import sparse
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

__all__ = ["BaseDisplay", "hasher_of"]

_SEARCH_HINT = "Of a pipeline that ends in HammingNeighbors, pass the steps before the search, pipeline[:-1]."


def hasher_of(estimator):
    """Return the estimator, after replacing a search by its best estimator and a pipeline by its last step."""
    if hasattr(estimator, "best_estimator_"):
        return hasher_of(estimator.best_estimator_)
    return hasher_of(estimator[-1]) if isinstance(estimator, Pipeline) else estimator


class BaseDisplay:
    """Base class of the Displays.

    It holds the code shared by ``plot``, ``from_estimator`` and the other class methods. ``_kinds`` lists the valid
    values of ``kind`` if ``plot`` has this parameter.
    """

    name: str | None
    _kinds: tuple[str, ...] = ()

    @classmethod
    def _check_matplotlib(cls, method):
        """Raise an error if matplotlib is not installed, before anything is computed."""
        try:
            import matplotlib  # noqa: F401
        except ImportError as error:
            raise ImportError(
                f"{cls.__name__}.{method} needs matplotlib. Install it with `pip install sklearn_hash[plot]`."
            ) from error

    def _validate_plot_params(self, *, ax, name, kind=None, figsize=None):
        """Set ``ax_`` and ``figure_``, and return the axes and the name to show."""
        self._check_matplotlib("plot")
        if kind is not None and kind not in self._kinds:
            raise ValueError(f"kind must be one of {', '.join(map(repr, self._kinds))}; got {kind!r:.50}.")
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(figsize=figsize, layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax, self.name if name is None else name

    @classmethod
    def _validate_estimator(cls, estimator, *, name, attribute=None):
        """Return the hasher of an estimator and the name to show; check that the hasher has a fitted attribute.

        The default name is the class name of the hasher, since all pipelines and all searches have the same class.
        """
        cls._check_matplotlib("from_estimator")
        hasher = hasher_of(estimator)
        hasher_name = type(hasher).__name__
        if attribute is not None:
            check_is_fitted(hasher)
            if not hasattr(hasher, attribute):
                raise ValueError(f"estimator must be a deep hasher, whose fit sets {attribute}; got {hasher_name}.")
        return hasher, hasher_name if name is None else name

    @classmethod
    def _validate_and_get_codes(
        cls, estimator, X, X_database=None, *, name, methods=("decision_function", "transform")
    ):
        """Return the codes of the queries, those of the database (or None), and the name to show.

        The codes are computed by the first of ``methods`` that the estimator has. ``decision_function`` comes first,
        since the signs of its values are the bits, whereas bytes returned by ``transform`` may be bits or packed codes.
        """
        _, name = cls._validate_estimator(estimator, name=name)
        method = next((method for method in methods if hasattr(estimator, method)), None)
        if method is None:
            raise ValueError(
                f"estimator must have {' or '.join(methods)}; {type(estimator).__name__} has not. {_SEARCH_HINT}"
            )
        encode = getattr(estimator, method)
        codes, database_codes = (None if rows is None else encode(rows) for rows in (X, X_database))
        if sparse.issparse(codes):
            raise ValueError(f"estimator must return codes; its {method} returned a sparse matrix. {_SEARCH_HINT}")
        return codes, database_codes, name
