"""Examples end with their last line: the blank line that ends a doctest is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def _trim(_app: Sphinx, doctree: nodes.document) -> None:
    for block in list(doctree.findall(nodes.literal_block)):
        text = block.astext().rstrip()
        # Code is highlighted only where the source and the text of the node agree.
        if block.rawsource == block.astext() and text:
            block.rawsource = text
            block.clear()
            block.append(nodes.Text(text))


def setup(app: Sphinx) -> dict[str, Any]:
    """Trim every block when its page has been read."""
    app.connect("doctree-read", _trim)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
