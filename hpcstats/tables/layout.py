"""How the width of a page is shared among the columns, in the formats that need to be told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpcstats.tables.table import Table

_PADDING = 3
_BOLD = 1.15
_CELL, _STUB, _WIDE = 16, 26, 44
PORTRAIT, LANDSCAPE = 105.0, 160.0
"""Characters of small print that a page of A4 holds side by side."""


def needs_landscape(table: Table) -> bool:
    """Tell whether the columns ask for more than an upright page."""
    return sum(wanted for _, wanted in _widths(table)) > PORTRAIT


def column_shares(table: Table) -> list[float]:
    """Return the share of the width of each column, row labels first; the shares add up to one.

    A column asks for its longest text, up to a limit from which on it wraps; where the page is too narrow
    for all wishes, columns give way as far as their longest word.
    """
    widths = _widths(table)
    least = sum(least for least, _ in widths)
    slack = sum(wanted for _, wanted in widths) - least
    page = LANDSCAPE if needs_landscape(table) else PORTRAIT
    granted = min(1.0, max(0.0, (page - least) / slack)) if slack else 0.0
    given = [least + granted * (wanted - least) for least, wanted in widths]
    return [width / sum(given) for width in given]


def _widths(table: Table) -> list[tuple[float, float]]:
    """Return for each column the width of its longest word, and the width it asks for."""
    limits = [_STUB, *(_WIDE if column.wide else _CELL for column in table.columns)]
    headings, *_ = table.cells()
    lines = [[str(row.label), *table.row_cells(row)] for row in table.rows if row.kind != "section"]
    return [_width(headings[i], [line[i] for line in lines], limit) for i, limit in enumerate(limits)]


def _width(heading: str, texts: list[str], limit: int) -> tuple[float, float]:
    words = [len(word) for text in texts for word in text.split()]
    bold = [_BOLD * len(word) for word in heading.split()]
    least = math.ceil(max([*words, *bold], default=0))
    longest = max([len(text) for text in [heading, *texts]])
    return least + _PADDING, max(least, min(longest, limit)) + _PADDING
