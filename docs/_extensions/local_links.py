"""Check the links of the finished pages: each one within the site leads to a file, and to an anchor that it has.

Sphinx checks its own references; this sees what templates, the gallery and raw links have made of them, too.
"""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.util import logging

_TARGETS = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src", "object": "data"}


class _Page(HTMLParser):
    """Links and anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = set(), {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors |= {attrs[name] for name in ("id", "name") if attrs.get(name)}
        target = attrs.get(_TARGETS.get(tag, ""))
        if target:
            self.links.add(target)


def broken_links(folder):
    """Pages and their links that lead nowhere, as pairs of texts."""
    folder = Path(folder).resolve()
    paths = (path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts)  # templates of the theme
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in paths}
    found = []
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages[target].anchors if target in pages else {unquote(parts.fragment)}
            if not target.exists() or unquote(parts.fragment) not in known:
                found.append((str(path.relative_to(folder)), link))
    return found


def warn_of_broken_links(app, exception):
    """Warn of each; with ``-W`` the build fails."""
    if exception is None and app.builder.format == "html":
        for page, link in broken_links(app.outdir):
            logging.getLogger(__name__).warning("%s has a link that leads nowhere: %s", page, link)


def setup(app):
    """Look at the pages when all are written."""
    app.connect("build-finished", warn_of_broken_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
