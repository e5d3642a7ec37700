"""How the width of a page is shared among the columns, in the formats that need to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpcstats.tables.table import Table

_PADDING = 2
_NARROW, _STUB, _WIDE = 14, 26, 44


def column_shares(table: Table) -> list[float]:
    """Return the share of the width of each column, row labels first; the shares add up to one.

    A column asks for its longest text, up to a limit from which on it wraps, and never for less than
    its longest word.
    """
    limits = [_STUB, *(_WIDE if column.wide else _NARROW for column in table.columns)]
    sections = {str(row.label) for row in table.rows if row.kind == "section"}
    lines = [row for row in table.cells() if row[0] not in sections or any(row[1:])]
    wanted = [_wanted([line[i] for line in lines], limit) for i, limit in enumerate(limits)]
    return [width / sum(wanted) for width in wanted]


def _wanted(texts: list[str], limit: int) -> int:
    word = max((len(word) for text in texts for word in text.split()), default=0)
    return max(word, min(max(map(len, texts)), limit)) + _PADDING
