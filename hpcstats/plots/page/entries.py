"""The entries of a key above a figure: symbols with their words, flowing into rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, text_width

Draw = Callable[[Sheet, float, float], None]
Entry = tuple[str, Draw]

_ROW = LINE_HEIGHT + 0.9
_SAMPLE = 6.0
_GAP = 5.0


def height(entries: Sequence[Entry], width: float) -> float:
    """Return the height of the key in millimetres."""
    return _ROW * len(_rows(entries, width))


def draw_entries(sheet: Sheet, entries: Sequence[Entry], width: float, top: float) -> None:
    """Draw the key, at most `width` millimetres wide, with its upper edge at `top`."""
    for number, row in enumerate(_rows(entries, width)):
        x, y = MARGIN, top + number * _ROW
        for words, draw in row:
            draw(sheet, x + _SAMPLE / 2 - 0.5, y + LINE_HEIGHT * 0.42)
            sheet.write(x + _SAMPLE, y, words)
            x += _SAMPLE + text_width(words) + _GAP


def _rows(entries: Sequence[Entry], width: float) -> list[list[Entry]]:
    rows: list[list[Entry]] = [[]]
    used = 0.0
    for words, draw in entries:
        wide = _SAMPLE + text_width(words)
        if rows[-1] and used + wide > width:
            rows.append([])
            used = 0.0
        rows[-1].append((words, draw))
        used += wide + _GAP
    return rows
