"""Docstring text that the methods of the searcher share, substituted into each method."""

from sklearn_hash._docstrings import documenter

__all__ = ["document"]

_TEXTS = {
    "queries": """
        X : array-like of shape (n_queries, n_features), default=None
            Query codes, in the format given to ``fit``. If None, the fitted rows are the queries, and a row is not its
            own neighbour (duplicates of it are neighbours).
        """,
    "n_neighbors": """
        n_neighbors : int, default=None
            Number of neighbours per query; by default the parameter of the estimator.
        """,
    "radius": """
        radius : float, default=None
            Largest distance of a neighbour, in bits, inclusive; by default the parameter of the estimator.
        """,
    "options": """
        return_distance : bool, default=True
            Whether to return the distances.
        where : array-like of shape (n_samples_fit_,), bool, default=None
            Mask of the rows that may be neighbours, in the order of ``ids_``.
        """,
    "mode": """
        mode : {"connectivity", "distance"}, default="connectivity"
            Values of the edges: 1 for ``"connectivity"``, the distance for ``"distance"``.
        """,
}

document = documenter(_TEXTS)
