"""Check that no page loads anything from the network: scripts, styles, fonts and pictures lie beside it."""

import re
from pathlib import Path

from sphinx.util import logging

_LOADS = re.compile(
    r"""<(?:script|img|iframe|source)[^>]+src="(?:https?:)?//[^"]*"""
    r"""|<link[^>]+rel="stylesheet"[^>]+href="(?:https?:)?//[^"]*"""
)


def warn_of_remote_files(app, exception):
    """Warn of each page that loads a file of another place; with ``-W`` the build fails."""
    if exception is not None or app.builder.format != "html":
        return
    logger = logging.getLogger(__name__)
    for page in sorted(Path(app.outdir).rglob("*.html")):
        for match in _LOADS.finditer(page.read_text(encoding="utf-8")):
            logger.warning("%s loads a remote file: %s", page.relative_to(app.outdir), match[0])


def setup(app):
    """Look at the pages when all are written."""
    app.connect("build-finished", warn_of_remote_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
