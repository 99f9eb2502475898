"""After the build: the files of the search are there, and slow examples of the gallery are named."""

import re
from pathlib import Path

from sphinx.util import logging

_TIME = re.compile(r"\*\*Total running time of the script:\*\* \((\d+) minutes ([\d.]+) seconds\)")


def missing_files(folder):
    """Files of the search that the site does not have."""
    return [name for name in ("search.html", "searchindex.js") if not (Path(folder) / name).is_file()]


def slow_examples(gallery, seconds):
    """Names and times of the examples that ran longer, as sphinx-gallery wrote them on their pages, slowest first."""
    times = {}
    for page in Path(gallery).rglob("plot_*.rst"):
        for minutes, rest in _TIME.findall(page.read_text(encoding="utf-8")):
            times[page.stem] = 60 * int(minutes) + float(rest)
    return sorted(((name, time) for name, time in times.items() if time > seconds), key=lambda pair: -pair[1])


def look(app, exception):
    """Warn of missing files. Times depend on the load of the machine, so that they are printed only."""
    if exception is not None or app.builder.name != "html":
        return
    logger = logging.getLogger(__name__)
    for name in missing_files(app.outdir):
        logger.warning("the site has no %s", name)
    for name, time in slow_examples(Path(app.srcdir) / "gallery", 30):
        logger.info("%s ran for %.0f s, more than an example of the gallery should", name, time)


def setup(app):
    """Look at the site when all is written."""
    app.connect("build-finished", look)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
