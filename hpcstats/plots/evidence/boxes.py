"""Boxes and arrows of a flow diagram: text wrapped to the box, the box made to fit its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hpcstats.plots.page import palette
from hpcstats.plots.page.sheet import LINE_HEIGHT, Sheet, wrap
from hpcstats.plots.page.style import AXIS_LINE

PADDING = 1.5
USED = palette.tint(palette.BLUE, 0.14)
EXCLUDED = palette.WHITE
EVIDENCE = palette.tint(palette.BLACK, 0.05)
_HEAD_LENGTH = 1.7
_HANGING = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One box: a bold heading, lines below it, and counted items with a hanging indent.

    Attributes
    ----------
    width : float
        Width in millimetres.
    heading : str
        Bold words; may be empty.
    lines : sequence of str
        Words below the heading, wrapped.
    items : sequence of (str, str)
        A count and its words, a row or more each.
    fill : str
        Colour of the box.
    centred : bool
        Whether the words are centred.
    """

    width: float
    heading: str = ""
    lines: Sequence[str] = ()
    items: Sequence[tuple[str, str]] = ()
    fill: str = EVIDENCE
    centred: bool = False

    @property
    def _room(self) -> float:
        return self.width - 2 * PADDING

    def _heading(self) -> list[str]:
        return wrap(self.heading, self._room, "bold") if self.heading else []

    def _body(self) -> list[str]:
        return [part for line in self.lines for part in wrap(line, self._room)]

    def _items(self) -> list[tuple[str, list[str]]]:
        return [(count, wrap(words, self._room - _HANGING)) for count, words in self.items]

    @property
    def height(self) -> float:
        """Height in millimetres."""
        rows = len(self._heading()) + len(self._body()) + sum(len(words) for _, words in self._items())
        return round(rows * LINE_HEIGHT + 2 * PADDING - 0.9, 2)

    def draw(self, sheet: Sheet, left: float, top: float) -> None:
        """Draw the box with its upper left corner at (left, top)."""
        frame = {"facecolor": self.fill, "edgecolor": palette.BLACK, "linewidth": AXIS_LINE}
        sheet.rectangle(left, top, self.width, self.height, zorder=2, **frame)
        y = top + PADDING
        how = {"ha": "center" if self.centred else "left"}
        x = left + (self.width / 2 if self.centred else PADDING)
        sheet.write_lines(x, y, self._heading(), weight="bold", **how)
        y += LINE_HEIGHT * len(self._heading())
        sheet.write_lines(x, y, self._body(), **how)
        y += LINE_HEIGHT * len(self._body())
        for count, words in self._items():
            sheet.write(left + PADDING + _HANGING - 1.2, y, count, ha="right")
            sheet.write_lines(left + PADDING + _HANGING, y, words)
            y += LINE_HEIGHT * len(words)


def arrow(sheet: Sheet, xs: Sequence[float], ys: Sequence[float]) -> None:
    """Draw a line through points in millimetres, with an arrow head at the last, upright or level."""
    sheet.line(xs, ys, color=palette.BLACK, linewidth=AXIS_LINE, solid_joinstyle="miter", zorder=1)
    level = ys[-1] == ys[-2]
    back = _HEAD_LENGTH / 2 * 0.9
    sheet.line(
        [xs[-1] - (back if level else 0.0)],
        [ys[-1] - (0.0 if level else back)],
        linestyle="none",
        marker=">" if level else "v",
        markersize=3.6,
        color=palette.BLACK,
        markeredgewidth=0.3,
        zorder=3,
    )
