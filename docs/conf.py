"""How the documentation is built: offline, from Markdown, warnings as errors."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from specification_pages import write_pages  # noqa: E402 - beside this file

project = "Equitable"
author = "The Equitable maintainers"
copyright = "The Equitable maintainers; Apache-2.0"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "furo"
html_title = "Equitable"
html_static_path = ["_static"]
html_css_files = ["reading.css"]
html_show_sphinx = False
html_copy_source = False
html_extra_path = ["reference/gaps.schema.json"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
# Annotations name types of other projects, whose pages are not read from here.
nitpicky = False

# Pages made from the specification tests, so that the two cannot differ.
write_pages(HERE.parent / "tests" / "specification", HERE / "specification")
