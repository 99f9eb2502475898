"""Documentation that the Displays share, written once and substituted into each docstring."""

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
            Axes to draw on; by default those of a new figure.
        """,
    "name": """\
        name : str, default=None
            Name in the legend.
        """,
    "display name": """\
        name : str, default=None
            Name in the legend; by default that of the Display.
        """,
    "class name": """\
        name : str, default=None
            Name in the legend; by default that of the class.
        """,
    "title": """\
        name : str, default=None
            Title of the plot.
        """,
    "curve": """\
        curve_kwargs : dict, default=None
            Keyword arguments of matplotlib's `plot`.
        """,
    "curves": """\
        curve_kwargs : dict or list of dict, default=None
            Keyword arguments of matplotlib's `plot`, the same for all curves or a list with those for each curve.
        """,
    "pair lines": """\
        line_ : list of matplotlib Line2D
            The curve of similar and that of dissimilar pairs.
        """,
    "estimator": """\
        estimator : fitted hasher, Pipeline that ends in one, or search over either
            Estimator that computes the codes.
        """,
    "X": """\
        X : array-like or sparse matrix
            Rows to encode.
        """,
    "estimator and data": """\
        estimator : fitted hasher, Pipeline that ends in one, or search over either
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
            Codes of any form that :mod:`sklearn_hash.codes` reads.
        y_query : array-like of shape (n_queries,) or {array-like, sparse matrix} of shape (n_queries, n_labels)
            Class labels of any kind, or a multi-label indicator of 0 and 1: rows that share a label are similar.
        database_codes : array-like of shape (n_database, n_bits), default=None
            Codes of the database; by default each query searches all other queries.
        y_database : array-like or sparse matrix with n_database rows, default=None
            Labels of the database, in the form of ``y_query``.
        """,
    "packing": """\
        packed : bool, default=False
            Whether the codes are packed bytes.
        n_bits : int, default=None
            Length of the codes; needed for packed codes when it is not a multiple of 8.
        """,
    "chance level": """\
        plot_chance_level : bool, default=False
            Whether to draw the chance level: the precision of a random ranking, which is that of the whole database.
        chance_level_kwargs : dict, default=None
            Keyword arguments of matplotlib's `axhline`, which draws it.
        """,
    "k and ties": """\
        k : int or array-like of int, default=None
            Numbers of rows retrieved; by default up to 21 of them, from 1 to the size of the database or 1000.
        ties : {"expected", "index"}, default="expected"
            How rows at the same distance are ordered: "expected" averages over all orders, "index" is the order of
            rows in the database.
        """,
    "candidates": """\
        n_neighbors : int, default=10
            Number of true neighbours of each query.
        n_candidates : int or array-like of int, default=None
            Numbers of candidates; by default up to 21 of them, from ``n_neighbors`` to the size of the database or
            1000.
        metric : str or callable, default="cosine"
            Metric of the true neighbours, as in :func:`sklearn_hash.metrics.neighbor_recall`.
        ties : {"expected", "index"}, default="expected"
            How rows at the same distance are ordered: "expected" averages over all orders, "index" is the order of
            rows in the database.
        n_jobs : int, default=None
            Number of threads, in joblib's sense.
        """,
    "balance kind": """\
        kind : {"balance", "correlation"}, default="balance"
            What to draw: the share of the codes that have each bit set, or the absolute correlation of every two
            bits. For a search it makes no difference whether two bits are equal or opposite.
        """,
    "balance kwargs": """\
        curve_kwargs : dict, default=None
            Keyword arguments of matplotlib's `plot`, which draws the shares.
        image_kwargs : dict, default=None
            Keyword arguments of matplotlib's `imshow`, which draws the correlations.
        """,
    "output kind": """\
        kind : {"relaxed", "z"}, default="relaxed"
            What to draw: the relaxed codes tanh(beta z), or the outputs z.
        bins : int, default=40
            Number of bins, of equal width and symmetric about 0.
        """,
    "loss kind": """\
        kind : {"loss", "gradient"}, default="loss"
            What to draw: the loss of the pair, or its difference between successive distances, drawn halfway between
            them.
        """,
    "magnitude": """\
        magnitude : float, default=20.0
            Absolute value of the outputs z of the hash layer. By default tanh(z) is -1 or +1, where a quantization
            loss is 0; for a loss without tanh, use 1.
        """,
    "neighbors": """\
        queries : array-like of int, default=None
            Row numbers of the queries to draw; by default the first five.
        n_neighbors : int, default=8
            Number of neighbours of each query.
        """,
    "image kwargs": """\
        image_kwargs : dict, default=None
            Keyword arguments of matplotlib's `imshow`. By default grey images range from black to white, with the same
            limits for all.
        """,
    "metric": """\
        metric : str or list of str, default=None
            What to draw, by its name in the history, such as "valid_map", "beta" of HashNet, or what a callback
            recorded; by default "train_loss", and "valid_loss" where it was recorded.
        """,
}


def document(documented):
    """Replace each placeholder in the docstring of a class or method, alone on its line as ``{ax}``, by its text."""
    owner = documented.__qualname__.partition(".")[0]
    texts = {name: text.replace("%s", owner) for name, text in _TEXTS.items()}
    documented.__doc__ = fill_placeholders(documented.__doc__, texts)
    return documented
