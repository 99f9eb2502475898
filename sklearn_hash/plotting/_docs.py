"""Documentation that the Displays share, written once and substituted into each method."""

from textwrap import dedent, indent

__all__ = ["document"]

_TEXTS = {
    "ax": """\
        ax : matplotlib Axes, default=None
            Axes to draw on; new ones when left out.
        """,
    "display name": """\
        name : str, default=None
            Name in the legend; that of the Display when left out.
        """,
    "class name": """\
        name : str, default=None
            Name in the legend; that of the class when left out.
        """,
    "name": """\
        name : str, default=None
            Name in the legend.
        """,
    "one curve": """\
        curve_kwargs : dict, default=None
            Keywords of matplotlib's `plot`.
        """,
    "two curves": """\
        curve_kwargs : dict or list of dict, default=None
            Keywords of matplotlib's `plot`, for both curves, or a list of those for similar and for dissimilar pairs.
        """,
    "some curves": """\
        curve_kwargs : dict or list of dict, default=None
            Keywords of matplotlib's `plot`, for all curves, or a list with those for each.
        """,
    "estimator": """\
        estimator : fitted hasher, Pipeline that ends in one, or search over either
            What makes the codes.
        """,
    "rows and labels": """\
        X : array-like or sparse matrix
            Rows of the queries.
        y : array-like or sparse matrix
            Their labels.
        X_database : array-like or sparse matrix, default=None
            Rows of the database. When left out, each query searches all other rows of X.
        y_database : array-like or sparse matrix, default=None
            Their labels.
        """,
    "codes and labels": """\
        query_codes : array-like of shape (n_queries, n_bits), or (n_queries, n_bytes) with ``packed=True``
            Codes of any form that :mod:`sklearn_hash.codes` reads.
        y_query : array-like of shape (n_queries,) or {array-like, sparse matrix} of shape (n_queries, n_labels)
            Class labels of any kind, or a multi-label indicator of 0 and 1: rows that share a label are similar.
        database_codes : array-like of shape (n_database, n_bits), default=None
            Codes of the database. When left out, each query searches all other queries.
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
            Whether to draw the precision of codes that tell nothing, which is that of the whole database.
        chance_level_kwargs : dict, default=None
            Keywords of matplotlib's `axhline`, which draws it.
        """,
    "ks": """\
        k : int or array-like of int, default=None
            Numbers of rows retrieved; when left out, from 1 to 1000 or to the size of the database.
        ties : {"expected", "index"}, default="expected"
            The exact expectation over the orders of tied rows, or the order of rows in the database.
        """,
    "balance kind": """\
        kind : {"balance", "correlation"}, default="balance"
            The share of the codes that have each bit set, or the absolute correlation of every two bits: whether a
            bit repeats another one or its opposite makes no difference to a search.
        """,
    "balance kwargs": """\
        curve_kwargs : dict, default=None
            Keywords of matplotlib's `plot`, which draws the shares.
        image_kwargs : dict, default=None
            Keywords of matplotlib's `imshow`, which draws the correlations.
        """,
    "output kind": """\
        kind : {"relaxed", "z"}, default="relaxed"
            The relaxed codes tanh(beta z), or the outputs z themselves.
        bins : int, default=40
            Bins of equal width, as many below 0 as above.
        """,
    "loss kind": """\
        kind : {"loss", "gradient"}, default="loss"
            The loss of the pair, or its change from each distance to the next, drawn halfway.
        """,
    "magnitude": """\
        magnitude : float, default=20.0
            Absolute value of the outputs z of the hash layer. The default lets tanh give -1 and +1, where a
            quantization loss vanishes; a loss without a tanh wants 1.
        """,
    "picture": """\
        queries : array-like of int, default=None
            Row numbers of the queries drawn; the first five when left out.
        n_neighbors : int, default=8
            Neighbours drawn.
        """,
    "picture axes": """\
        ax : matplotlib Axes, default=None
            Axes to draw on; new ones, as large as the pictures need, when left out.
        """,
    "picture kwargs": """\
        image_kwargs : dict, default=None
            Keywords of matplotlib's `imshow`. Grey pictures are white on black, on one scale for all.
        """,
    "metric": """\
        metric : str or list of str, default=None
            What to draw, by its name in the history: "valid_map", HashNet's "beta", or what a callback recorded. When
            left out, the losses: "train_loss", and "valid_loss" where there is one.
        """,
}


def document(method):
    """Fill the placeholders in a method's docstring, each alone on its line: ``{ax}`` and the like."""
    doc = method.__doc__
    for name, text in _TEXTS.items():
        doc = doc.replace(f"        {{{name}}}\n", indent(dedent(text), "        "))
    method.__doc__ = doc
    return method
