"""Substitution of shared text into docstrings."""

import re
from textwrap import dedent, indent

__all__ = ["fill_placeholders"]


def fill_placeholders(doc, texts):
    """Replace placeholders in a docstring, each alone on its line as ``{name}``, by their texts.

    Parameters
    ----------
    doc : str
    texts : dict of str to str
        Text of each placeholder; a name in `doc` that is not in it stays.

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
