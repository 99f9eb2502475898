"""Configuration of the documentation: ``make docs`` builds it without a network."""

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS / "_extensions")]

import matplotlib  # noqa: E402

matplotlib.use("agg")

from sklearn_hash import __version__  # noqa: E402

project = "sklearn_hash"
author = "The sklearn_hash developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "api_pages",
    "mathml",
    "fitted_names",
    "method_figures",
    "method_results",
    "offline",
    "finished_site",
    "local_links",
]
exclude_patterns = ["_build", "_extensions", "_templates"]
templates_path = ["_templates"]

# Pages are MyST Markdown, docstrings and the gallery reStructuredText.
myst_enable_extensions = ["colon_fence", "dollarmath", "deflist"]
myst_heading_anchors = 4

html_math_renderer = "mathml"  # browsers draw it by themselves

# -- API ---------------------------------------------------------------------------------------------------------------
autosummary_generate = True
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_use_plots = False

# -- Gallery -----------------------------------------------------------------------------------------------------------
sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["gallery"],
    "filename_pattern": r"plot_",
    "ignore_pattern": r"(^|/)(?!plot_)[^/]*\.py$",  # scripts that are no pages
    "within_subsection_order": "gallery_order.order",
    "doc_module": ("sklearn_hash",),
    "backreferences_dir": "api/generated/backreferences",
    "reference_url": {"sklearn_hash": None},
    "download_all_examples": False,
    "remove_config_comments": True,
    "capture_repr": (),  # what a last line returns is no output to show
    "show_signature": False,
    "write_computation_times": False,
    "abort_on_example_error": False,
    "only_warn_on_example_error": False,
}

# -- Pages -------------------------------------------------------------------------------------------------------------
html_theme = "pydata_sphinx_theme"
html_title = f"sklearn_hash {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["figures.js"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "sklearn_hash"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": {"**": ["page-toc", "sg_download_links"]},
    "show_prev_next": True,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 7,
}
html_sidebars = {"index": [], "quick_start": [], "coming_from": [], "changelog": []}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
