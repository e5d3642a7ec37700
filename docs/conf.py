"""Sphinx configuration: every warning is an error in `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hpcstats

project = "hpcstats"
author = "The hpcstats authors"
copyright = "The hpcstats authors"
version = release = hpcstats.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "docs._extensions.gallery",
    "docs._extensions.connections",
    "docs._extensions.checklists",
    "docs._extensions.examples",
    "docs._extensions.public_names",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "_templates", "_extensions"]
nitpicky = False

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

templates_path = ["_templates"]
autosummary_generate = True
autosummary_imported_members = True  # a room gathers its public names from its modules ...
autosummary_ignore_module_all = False  # ... and lists them in __all__
autodoc_typehints = "none"  # numpydoc's sections state the types in words
numpydoc_show_class_members = False  # the class template shows them in full

html_theme = "pydata_sphinx_theme"
html_title = "hpcstats"
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["../figures/report.html"]  # the page for reviewers, to which the numbers of captions lead
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "hpcstats"},
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "navigation_depth": 2,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": []}

# Results share a vocabulary: `terms` of one class may be an attribute of several others.
suppress_warnings = ["ref.python"]
