"""Mathematics as MathML, which browsers draw without scripts or fonts from elsewhere; docutils translates the TeX."""

import re

from docutils.nodes import SkipNode
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)


def to_mathml(tex, as_block=False):
    r"""Translate TeX. Sizes of delimiters are left to the browser.

    Examples
    --------
    >>> to_mathml(r"\Big( x").count("<mo")
    1
    """
    return tex2mathml(re.sub(r"\\[bB]igg?[lrm]?(?![a-zA-Z])", "", tex), as_block=as_block)


def _visit(writer, node, as_block, form):
    try:
        writer.body.append(form.format(to_mathml(node.astext(), as_block)))
    except MathError as error:
        logger.warning("%s in %s", error, node.astext(), location=node)
    raise SkipNode


def _visit_inline(writer, node):
    _visit(writer, node, False, "{}")


def _visit_block(writer, node):
    _visit(writer, node, True, '<div class="formula">{}</div>')


def setup(app):
    """Register the renderer."""
    app.add_html_math_renderer("mathml", inline_renderers=(_visit_inline, None), block_renderers=(_visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
