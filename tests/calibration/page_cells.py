"""How shares are written on the page, and which of many is shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from tests.calibration.results import Rows

NONE = "–"


def percent(share: float) -> str:
    """Write a share as a percentage with one decimal."""
    return NONE if math.isnan(share) else f"{100 * share:.1f}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def span(rows: Rows, name: str) -> str:
    """Write the smallest and the largest share."""
    values = [percent(row[name]) for row in sorted(rows, key=lambda row: row[name])]
    return NONE if not values else values[0] if values[0] == values[-1] else f"{values[0]} to {values[-1]}"


def only(rows: Rows, name: str) -> str:
    """Write the share of the one row there is."""
    return percent(rows[0][name]) if rows else NONE


def in_the_middle(row: dict[str, float]) -> bool:
    """Say whether S lies from 0.2 to 0.8."""
    return 0.2 <= round(row["survival"], 2) <= 0.8


def lowest_where_usable(rows: Rows) -> float:
    """Return the lowest coverage among data sets with an interval of some length, where half have one."""
    middle = [row for row in rows if in_the_middle(row)]
    usable = [(row["coverage"], 1 - row["undefined"] - row["without_length"]) for row in middle]
    return min((covers / among for covers, among in usable if among >= 0.5), default=math.nan)
