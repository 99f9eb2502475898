"""Pages of the documentation: their links lead somewhere, and a table of contents has each of them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = ("_build", "gallery", "generated")
PAGES = sorted(
    path for path in DOCS.rglob("*.md") if not any(part in GENERATED for part in path.relative_to(DOCS).parts)
)
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]


def without_code(text):
    return re.sub(r"(?ms)^(```|:::).*?^\1|`[^`\n]*`", "", text)


def links(page):
    """Targets of the links of a page, the titled references at its end included."""
    text = without_code(page.read_text())
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"(?m)^\[[^\]]+\]: (\S+)$", text)


def anchors(page):
    """Anchors of the headings of a page, made as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```", "", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [*PAGES, *TOP], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for link in links(page):
        if "://" in link:
            assert re.fullmatch(r"https?://[\w.-]+\.[a-z]+(/\S*)?", link), link
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def contents(page):
    """Pages that the tables of contents of a page list."""
    found = set()
    for block in re.findall(r"(?ms)^```\{toctree\}\n(.*?)^```", page.read_text()):
        for entry in (line.strip() for line in block.splitlines()):
            if entry and not entry.startswith(":"):
                found |= set(page.parent.glob(f"{entry}.md"))
    return found


def test_a_table_of_contents_has_every_page():
    reached, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        waiting += contents(page) - reached
    assert set(PAGES) - reached == set()


def test_the_page_of_benchmarks_names_every_script():
    page = (DOCS / "benchmarks.md").read_text()
    scripts = [path.name for path in (ROOT / "examples" / "benchmarks").glob("*.py")]
    assert [name for name in scripts if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", ["search", "genindex", "py-modindex"])
def test_no_page_takes_the_place_of_one_that_sphinx_writes(name):
    assert not (DOCS / f"{name}.md").exists()
