"""Names of fitted attributes in docstrings: ``n_features_in_`` in running text is a name, not a link."""

import re

_LITERAL = re.compile(r"(``.*?``|`[^`]*`_{0,2})")
_NAME = re.compile(r"(?<=\w)(?<!_)_(?![\w`])")


def escape(text):
    r"""Escape the underscores at the ends of names, outside literals and references.

    Examples
    --------
    >>> escape("of shape (n_features_in_,), like ``labels_`` and `a page`_")
    'of shape (n_features_in\\_,), like ``labels_`` and `a page`_'
    """
    parts = _LITERAL.split(text)
    parts[::2] = [_NAME.sub(r"\\_", part) for part in parts[::2]]
    return "".join(parts)


def escape_names(app, what, name, obj, options, lines):
    """Escape the names of a docstring, but not in its examples."""
    in_example = False
    for number, line in enumerate(lines):
        in_example = line.lstrip().startswith(">>>") or (in_example and bool(line.strip()))
        if not in_example:
            lines[number] = escape(line)


def setup(app):
    """Look at docstrings after numpydoc has translated them."""
    app.connect("autodoc-process-docstring", escape_names, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
