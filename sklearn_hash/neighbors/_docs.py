"""Docstring text that the methods of the searcher share, substituted into each method."""

from sklearn_hash._docstrings import documenter

__all__ = ["document"]

_TEXTS = {
    "queries": """
        X : array-like of shape (n_queries, n_features), default=None
            Queries, as the rows given to ``fit``. When left out, the fitted rows, none of which is its own neighbour
            (its duplicates are).
        """,
    "n_neighbors": """
        n_neighbors : int, default=None
            Neighbours per query; the parameter of the estimator when left out.
        """,
    "radius": """
        radius : float, default=None
            Largest distance of a neighbour, inclusive; the parameter of the estimator when left out.
        """,
    "options": """
        return_distance : bool, default=True
            Whether to return distances too.
        where : array-like of shape (n_samples_fit_,), bool, default=None
            Mask of the rows that may be neighbours, in the order of ``ids_``.
        """,
    "mode": """
        mode : {"connectivity", "distance"}, default="connectivity"
            Value of an edge: 1, or the distance.
        """,
}

document = documenter(_TEXTS)
