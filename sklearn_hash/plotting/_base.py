"""Base class of the Displays: validation of the parameters they share, codes of an estimator, axes to draw on."""

from scipy import sparse
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

__all__ = ["BaseDisplay", "hasher_of"]

_SEARCH_HINT = "Of a pipeline that ends in HammingNeighbors, pass the steps before the search, pipeline[:-1]."


def hasher_of(estimator):
    """Return the estimator itself, the last step of a pipeline or the best estimator of a search."""
    if hasattr(estimator, "best_estimator_"):
        return hasher_of(estimator.best_estimator_)
    return hasher_of(estimator[-1]) if isinstance(estimator, Pipeline) else estimator


class BaseDisplay:
    """Base class of the Displays.

    It centralizes what ``plot``, ``from_estimator`` and the other class methods have in common, as scikit-learn's
    `_BinaryClassifierCurveDisplayMixin` does. ``_kinds`` lists the values of ``kind``, where ``plot`` has it.
    """

    name: str | None
    _kinds: tuple[str, ...] = ()

    @classmethod
    def _check_matplotlib(cls, method):
        """Raise before anything is computed if it cannot be drawn."""
        try:
            import matplotlib  # noqa: F401
        except ImportError as error:
            raise ImportError(
                f"{cls.__name__}.{method} needs matplotlib. Install it with `pip install sklearn_hash[plot]`."
            ) from error

    def _validate_plot_params(self, *, ax, name, kind=None, figsize=None):
        """Set ``ax_`` and ``figure_``; return the axes and the name to show."""
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
        """Return the hasher of an estimator, which must be fitted if it needs an attribute, and the name to show.

        The default name is the class of the hasher, since all pipelines and all searches would have the same name.
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
        """Return codes of the queries and of the database, None where there is none, and the name of the hasher.

        Codes come from the first of the methods that the estimator has. Real values are preferred to the output of
        ``transform``, since their signs are the bits, while bytes may be bits or packed codes.
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
