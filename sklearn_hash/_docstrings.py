"""Substitution of shared text into docstrings."""

import re
from textwrap import dedent, indent

__all__ = ["documenter", "fill_placeholders"]


def fill_placeholders(doc, texts):
    """Replace placeholders in a docstring, each alone on its line as ``{name}``, by their texts.

    Parameters
    ----------
    doc : str
    texts : dict of str to str
        Text of each placeholder. A placeholder whose name is missing here is left unchanged.

    Returns
    -------
    doc : str

    Examples
    --------
    >>> from sklearn_hash._docstrings import fill_placeholders
    >>> print(fill_placeholders("Sum.\\n\\n    {x}\\n", {"x": "x : int\\n    A number.\\n"}))
    Sum.
    <BLANKLINE>
        x : int
            A number.
    <BLANKLINE>
    """

    def fill(match):
        if match["name"] not in texts:
            return match[0]
        return indent(dedent(texts[match["name"]]).strip("\n") + "\n", match["indent"])

    # The indent is matched, not assumed: Python 3.13 strips it from docstrings.
    return re.sub(r"^(?P<indent> *)\{(?P<name>[\w ]+)\}\n", fill, doc, flags=re.MULTILINE)


def documenter(texts):
    """Return a decorator of a function, method or class that fills the placeholders in its docstring.

    Parameters
    ----------
    texts : dict of str to str

    Returns
    -------
    document : callable
    """

    def document(documented):
        documented.__doc__ = fill_placeholders(documented.__doc__ or "", texts)
        return documented

    return document
