"""The check of the finished pages finds links without a file or an anchor, and no others."""

import runpy
from pathlib import Path

import pytest

pytest.importorskip("sphinx")

ROOT = Path(__file__).parents[2]
broken_links = runpy.run_path(str(ROOT / "docs" / "_extensions" / "local_links.py"))["broken_links"]


def test_links_that_lead_nowhere(tmp_path):
    (tmp_path / "sub folder").mkdir()
    (tmp_path / "index.html").write_text(
        '<h1 id="here"></h1><a href="#here"></a><a href="#">top</a><a href="sub%20folder/page.html#there">x</a>'
        '<a href="https://example.org/none#x"></a><a href="mailto:a@b.c"></a><img src="figure.png">'
        '<a href="#missing"></a><a href="none.html"></a><a href="sub%20folder/page.html#not"></a><img src="none.png">'
    )
    (tmp_path / "sub folder" / "page.html").write_text('<a name="there" href="../index.html#here"></a>')
    (tmp_path / "figure.png").write_bytes(b"")
    assert broken_links(tmp_path) == [
        ("index.html", "#missing"),
        ("index.html", "none.html"),
        ("index.html", "none.png"),
        ("index.html", "sub%20folder/page.html#not"),
    ]
