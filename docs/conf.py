"""Sphinx configuration: every warning is an error in `make docs`."""

from __future__ import annotations

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
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "_templates"]
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
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
}

# Results share a vocabulary: `terms` of one class may be an attribute of several others.
suppress_warnings = ["ref.python"]
