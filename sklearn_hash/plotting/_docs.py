"""Docstring text that the Displays share, substituted into each docstring."""

from sklearn_hash._docstrings import fill_placeholders

__all__ = ["document"]

_TEXTS = {
    "axes": """\
        ax_ : matplotlib Axes
            Axes with the plot.
        figure_ : matplotlib Figure
            Figure containing the plot.
        """,
    "returns": """\
        Returns
        -------
        display : %s
            Object that stores the data and the plot.
        """,
    "ax": """\
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure and axes are created.
        """,
    "name": """\
        name : str, default=None
            Name in the legend.
        """,
    "display name": """\
        name : str, default=None
            Name in the legend; by default the name of the Display.
        """,
    "class name": """\
        name : str, default=None
            Name in the legend; by default the class name of the hasher.
        """,
    "title": """\
        name : str, default=None
            Title of the plot.
        """,
    "curve": """\
        curve_kwargs : dict, default=None
            Keyword arguments for matplotlib's `plot`.
        """,
    "curves": """\
        curve_kwargs : dict or list of dict, default=None
            Keyword arguments for matplotlib's `plot`: a dict for all curves, or a list with one dict per curve.
        """,
    "pair lines": """\
        line_ : list of matplotlib Line2D
            The curves of the similar and of the dissimilar pairs.
        """,
    "estimator": """\
        estimator : fitted hasher, Pipeline that ends with one, or parameter search over either
            Estimator that computes the codes.
        """,
    "X": """\
        X : array-like or sparse matrix
            Rows to encode.
        """,
    "estimator and data": """\
        estimator : fitted hasher, Pipeline that ends with one, or parameter search over either
            Estimator that computes the codes.
        X : array-like or sparse matrix
            Rows of the queries.
        y : array-like or sparse matrix
            Labels of the queries.
        X_database : array-like or sparse matrix, default=None
            Rows of the database; by default each query searches all other rows of X.
        y_database : array-like or sparse matrix, default=None
            Labels of the database.
        """,
    "codes and labels": """\
        query_codes : array-like of shape (n_queries, n_bits), or (n_queries, n_bytes) with ``packed=True``
            Bits, signs or real values (a bit is set where the value is positive), or packed bytes.
        y_query : array-like of shape (n_queries,) or {array-like, sparse matrix} of shape (n_queries, n_labels)
            Class labels, or a multi-label indicator of 0 and 1. Rows that share a label are similar.
        database_codes : array-like of shape (n_database, n_bits), default=None
            Codes of the database; by default each query searches all other queries.
        y_database : array-like or sparse matrix with n_database rows, default=None
            Labels of the database, in the form of ``y_query``.
        """,
    "packing": """\
        packed : bool, default=False
            Whether the codes are packed bytes.
        n_bits : int, default=None
            Code length; needed for packed codes whose length is not a multiple of 8.
        """,
    "chance level": """\
        plot_chance_level : bool, default=False
            Whether to draw the chance level, which is the precision of a random ranking.
        chance_level_kwargs : dict, default=None
            Keyword arguments for matplotlib's `axhline`, which draws the chance level.
        """,
    "k and ties": """\
        k : int or array-like of int, default=None
            Numbers of rows retrieved; by default up to 21 evenly spaced numbers, from 1 to the size of the database or
            1000, whichever is smaller.
        ties : {"expected", "index"}, default="expected"
            How rows at equal distance are ordered: "expected" averages over all orders, "index" is the order of the
            rows in the database.
        """,
    "candidates": """\
        n_neighbors : int, default=10
            Number of true neighbours of each query.
        n_candidates : int or array-like of int, default=None
            Numbers of candidates; by default up to 21 geometrically spaced numbers, from ``n_neighbors`` to the size of
            the database or 1000, whichever is smaller.
        metric : str or callable, default="cosine"
            Metric of the true neighbours, as in :func:`sklearn_hash.metrics.neighbor_recall`.
        ties : {"expected", "index"}, default="expected"
            How rows at equal distance are ordered: "expected" averages over all orders, "index" is the order of the
            rows in the database.
        n_jobs : int, default=None
            Number of threads: None means 1 unless in a :obj:`joblib.parallel_config` context, -1 means all processors.
        """,
    "balance kind": """\
        kind : {"balance", "correlation"}, default="balance"
            What to draw: the fraction of the codes in which each bit is set, or the absolute correlation of every pair
            of bits (two opposite bits are as redundant as two equal bits).
        """,
    "balance kwargs": """\
        curve_kwargs : dict, default=None
            Keyword arguments for matplotlib's `plot`, which draws the balance.
        image_kwargs : dict, default=None
            Keyword arguments for matplotlib's `imshow`, which draws the correlations.
        """,
    "output kind": """\
        kind : {"relaxed", "z"}, default="relaxed"
            What to draw: the relaxed codes tanh(beta z), or the outputs z.
        bins : int, default=40
            Number of bins, of equal width and symmetric about 0.
        """,
    "loss kind": """\
        kind : {"loss", "gradient"}, default="loss"
            What to draw: the loss of the pair, or the difference of the losses at successive distances, drawn halfway
            between these distances.
        """,
    "magnitude": """\
        magnitude : float, default=20.0
            Absolute value of the outputs z of the hash layer. With the default, tanh(z) is -1 or +1 and a quantization
            loss is 0. For a loss without tanh, use 1.
        """,
    "neighbors": """\
        queries : array-like of int, default=None
            Row numbers of the queries to draw; by default the first five.
        n_neighbors : int, default=8
            Number of neighbours of each query.
        """,
    "image kwargs": """\
        image_kwargs : dict, default=None
            Keyword arguments for matplotlib's `imshow`. By default, grey images are drawn from black to white, with the
            same limits for all images.
        """,
    "metric": """\
        metric : str or list of str, default=None
            Names of the metrics to draw, as in the history: for example "valid_map", "beta" for HashNet, or a value
            recorded by a callback. By default "train_loss" and, if it was recorded, "valid_loss".
        """,
}


def document(documented):
    """Replace the placeholders in the docstring of a class or method, such as a line ``{ax}``, by their text."""
    owner = documented.__qualname__.partition(".")[0]
    texts = {name: text.replace("%s", owner) for name, text in _TEXTS.items()}
    documented.__doc__ = fill_placeholders(documented.__doc__, texts)
    return documented
