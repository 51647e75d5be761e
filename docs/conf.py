"""How docs/ is built; `ci/docs` does it. Nothing is loaded from elsewhere: pages read the same without a network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import fuzzlab

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "fuzzlab"
copyright = "the fuzzlab developers"  # noqa: A001 - Sphinx's name for it
version = release = fuzzlab.__version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = f"fuzzlab {version}"
html_static_path = ["_static"]
html_css_files = ["fuzzlab.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "tango"
pygments_dark_style = "monokai"

TITLED = re.compile(r'^```(\w+) ([^`\n]*?)title="([^"\n]+)"[^`\n]*$', re.MULTILINE)
"""A block with a file's name, as `tests/pages.py` reads it. GitHub shows the block without it; here it is a caption."""


def _captions(_app: Sphinx, _page: str, source: list[str]) -> None:
    source[0] = TITLED.sub(r"```{code-block} \1\n:caption: \3\n", source[0])


def setup(app: Sphinx) -> None:
    """Have captions made before a page is read."""
    app.connect("source-read", _captions)
