"""API pages: one for each package of the list in ``api_reference.py``, with a page for each name."""

from pathlib import Path

from api_reference import API_REFERENCE

GENERATED = Path(__file__).parents[1] / "api" / "generated"


def _page(package, sections):
    """Return the text of a package's page."""
    lines = [package, "=" * len(package), "", f".. automodule:: {package}", "   :no-members:", ""]
    lines += [f".. currentmodule:: {package}", ""]
    for title, names in sections.items():
        lines += [title, "-" * len(title), "", ".. autosummary::", "   :toctree: objects", "   :nosignatures:", ""]
        lines += [*(f"   {name}" for name in names), ""]
    return "\n".join(lines)


def _write_if_changed(path, text):
    """Leave an unchanged page its time, so that Sphinx does not read it again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write_pages(app, config):
    """Write the pages before autosummary looks for them."""
    GENERATED.mkdir(parents=True, exist_ok=True)
    for package, sections in API_REFERENCE.items():
        _write_if_changed(GENERATED / f"{package}.rst", _page(package, sections))


def setup(app):
    """Write the pages first of all."""
    app.connect("config-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
