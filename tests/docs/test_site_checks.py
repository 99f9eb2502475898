"""The checks of the finished site find what is loaded from elsewhere, a search without its files, and slow examples."""

import runpy
from pathlib import Path

import pytest

pytest.importorskip("sphinx")

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_extensions"
remote_files = runpy.run_path(str(EXTENSIONS / "offline.py"))["remote_files"]
SITE = runpy.run_path(str(EXTENSIONS / "finished_site.py"))


def test_what_is_loaded_from_elsewhere(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "index.html").write_text(
        '<link href="https://e.org/a.css" rel="stylesheet"><link rel="canonical" href="https://e.org/index.html">'
        '<script src="//e.org/b.js"></script><script src="_static/b.js"></script><a href="https://e.org">x</a>'
        '<img src="https://e.org/c.png"><img src="data:image/png;base64,//8=">'
        '<p style="background: url(//e.org/d.png)">'
        "<style>@font-face { src: url('https://e.org/e.woff') }</style><pre>@import 'https://e.org/f.css'</pre>"
    )
    (tmp_path / "_static" / "site.css").write_text(
        '@import "https://e.org/g.css"; @import "basic.css"; /* url(https://e.org/h.png) */ a { color: red }\n'
        '@import url(//e.org/i.css); b { background: url( "https://e.org/j.png" ) }\n'
        "c { background: url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'\"), url(k.png) }"
    )
    assert remote_files(tmp_path) == [
        ("index.html", "<link> https://e.org/a.css"),
        ("index.html", "<script> //e.org/b.js"),
        ("index.html", "<img> https://e.org/c.png"),
        ("index.html", "url(//e.org/d.png"),
        ("index.html", "url('https://e.org/e.woff"),
        ("_static/site.css", '@import "https://e.org/g.css'),
        ("_static/site.css", "url(//e.org/i.css"),
        ("_static/site.css", 'url( "https://e.org/j.png'),
    ]


def test_the_files_of_the_search(tmp_path):
    (tmp_path / "search.html").touch()
    assert SITE["missing_files"](tmp_path) == ["searchindex.js"]
    (tmp_path / "searchindex.js").touch()
    assert SITE["missing_files"](tmp_path) == []


def test_slow_examples(tmp_path):
    gen_rst = pytest.importorskip("sphinx_gallery.gen_rst")
    for name, minutes, seconds in [("plot_a", 0, 29.9), ("plot_b", 0, 31.25), ("plot_c", 1, 2.0)]:
        (tmp_path / f"{name}.rst").write_text("Title\n" + gen_rst.TIMING_CONTENT.format(minutes, seconds))
    (tmp_path / "plot_d.rst").write_text("not run")
    assert SITE["slow_examples"](tmp_path, 30) == [("plot_c", 62.0), ("plot_b", 31.25)]
