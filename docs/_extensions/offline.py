"""Check that no page loads anything from the network: scripts, styles, fonts and pictures lie beside it."""

import re
from html.parser import HTMLParser
from pathlib import Path

from sphinx.util import logging

_SOURCES = ("src", "srcset", "poster", "data")
_LINKS = {"stylesheet", "icon", "manifest", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch"}
_REMOTE = re.compile(r"\s*(https?:)?//")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_IN_CSS = re.compile(r"""(?:url\(|@import)\s*["']?\s*(?:https?:)?//[^"')\s;]*""", re.IGNORECASE)


def _in_css(text):
    return [match[0] for match in _IN_CSS.finditer(_COMMENT.sub("", text))]


class _Page(HTMLParser):
    """What a page loads from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.found, self.style = [], False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        loaded = [attrs[name] for name in _SOURCES if name in attrs]
        if tag == "link" and _LINKS & set(attrs.get("rel", "").lower().split()):
            loaded.append(attrs.get("href", ""))
        self.found += [f"<{tag}> {target}" for target in loaded if _REMOTE.match(target)]
        self.found += _in_css(attrs.get("style", ""))
        self.style = tag == "style"

    def handle_endtag(self, tag):
        self.style = False

    def handle_data(self, data):
        if self.style:
            self.found += _in_css(data)


def remote_files(folder):
    """Pages and style sheets with what they load from elsewhere, as pairs of texts."""
    folder, found = Path(folder), []
    for path in sorted(folder.rglob("*.html")) + sorted(folder.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        loaded = _in_css(text) if path.suffix == ".css" else _Page(text).found
        found += [(str(path.relative_to(folder)), target) for target in loaded]
    return found


def warn_of_remote_files(app, exception):
    """Warn of each; with ``-W`` the build fails."""
    if exception is None and app.builder.format == "html":
        for path, target in remote_files(app.outdir):
            logging.getLogger(__name__).warning("%s loads a remote file: %s", path, target)


def setup(app):
    """Look at the files when all are written."""
    app.connect("build-finished", warn_of_remote_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
