"""Drawing one lane of a swimmer plot: bar, symbols on three tracks, ranges, and how the observation ends."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from hpcstats.plots.lanes.courses import Course, Moment, moments_by_event
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.sheet import Sheet

BAR_HEIGHT = 1.0
BAR = palette.tint(palette.BLACK, 0.22)
SYMBOL_WIDTH = 1.9
END_LENGTH = 3.2
DOTS: palette.Dash = (0, (1.0, 1.5))
_EDGE = 0.5


@dataclass(frozen=True, slots=True)
class Symbol:
    """Marker, size in points, colour, and track: -1 above the bar, 0 on it, 1 below it."""

    marker: str
    size: float
    colour: str
    track: int = 0


SYMBOLS = {
    "local_recurrence": Symbol("s", 3.6, palette.ORANGE, -1),
    "spinal_metastasis": Symbol("D", 4.2, palette.VERMILLION),
    "spinal_progression": Symbol("^", 4.8, palette.PURPLE),
    "other_metastasis": Symbol("o", 3.9, palette.BLUE, 1),
    "death": Symbol("X", 5.6, palette.BLACK),
    "alive": Symbol(">", 4.6, palette.BLACK),
    "any": Symbol("o", 3.9, palette.GREY),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """Time axis in millimetres: time 0 at `left`, `per_unit` millimetres a unit."""

    left: float
    per_unit: float

    def at(self, time: float) -> float:
        """Place a time."""
        return self.left + time * self.per_unit


def draw_symbol(sheet: Sheet, kind: str, x: float, y: float, *, hollow: bool = False) -> None:
    """Draw one symbol at a place in millimetres; hollow if its time is known only as a range."""
    symbol = SYMBOLS[kind]
    sheet.line(
        [x],
        [y],
        linestyle="none",
        marker=symbol.marker,
        markersize=symbol.size,
        markerfacecolor="white" if hollow else symbol.colour,
        markeredgecolor=symbol.colour if hollow else "white" if symbol.marker == "X" else palette.BLACK,
        markeredgewidth=0.9 if hollow else _EDGE,
        zorder=5,
    )


def draw_primary(sheet: Sheet, x: float, y: float) -> None:
    """Draw the start of a lane: an upright stroke."""
    how = {"color": palette.BLACK, "linewidth": 1.6, "solid_capstyle": "butt"}
    sheet.line([x, x], [y - 1.7, y + 1.7], zorder=4, **how)


def draw_range(sheet: Sheet, first: float, last: float, y: float, colour: str) -> None:
    """Draw the dotted range in which an event lies."""
    sheet.line([first, last], [y, y], color=colour, linewidth=1.0, linestyle=DOTS, zorder=3.5)


def draw_possible_bar(sheet: Sheet, first: float, last: float, y: float) -> None:
    """Draw the hollow piece of a bar in which the observation ended."""
    top = y - BAR_HEIGHT / 2
    how = {"facecolor": "white", "edgecolor": palette.GREY, "linewidth": style.THIN_LINE}
    sheet.rectangle(first, top, last - first, BAR_HEIGHT, zorder=2.1, **how)


def draw_whisker(sheet: Sheet, first: float, last: float, y: float) -> None:
    """Draw the range that the rounding of a stated time leaves."""
    how = {"color": palette.VERMILLION, "linewidth": 1.1, "zorder": 4.5, "solid_capstyle": "butt"}
    sheet.line([first, last], [y, y], **how)
    for end in (first, last):
        sheet.line([end, end], [y - 0.8, y + 0.8], **how)


def draw_open_end(sheet: Sheet, x: float, y: float) -> None:
    """Draw the end of a bar after which nothing is stated: dots."""
    how = {"color": palette.GREY, "linewidth": 1.5, "linestyle": DOTS}
    sheet.line([x + 1.5, x + END_LENGTH + 1.2], [y, y], zorder=3, **how)


def draw_alive(sheet: Sheet, x: float, y: float, *, hollow: bool = False) -> None:
    """Draw the end of a bar whose patient was alive: an arrow."""
    if not hollow:
        sheet.line([x, x + END_LENGTH], [y, y], color=palette.BLACK, linewidth=0.9, zorder=3)
    draw_symbol(sheet, "alive", x + (0.0 if hollow else END_LENGTH), y, hollow=hollow)


def draw_course(sheet: Sheet, course: Course, scale: Scale, y: float, track: float) -> None:
    """Draw the lane of a dated course with its bar at `y`; `track` is the distance of the side tracks."""
    end = scale.at(course.observed)
    top = y - BAR_HEIGHT / 2
    sheet.rectangle(scale.left, top, end - scale.left, BAR_HEIGHT, facecolor=BAR, edgecolor="none", zorder=2)
    draw_primary(sheet, scale.left, y)
    placed = _draw_end(sheet, course, scale, y)
    for kind, moments in moments_by_event(course):
        _draw_ranges(sheet, kind, moments, scale, y + SYMBOLS[kind].track * track)
        placed += _placements(kind, moments, scale)
    for kind, x, hollow in _side_by_side(placed):
        draw_symbol(sheet, kind, x, y + SYMBOLS[kind].track * track, hollow=hollow)


Placement = tuple[str, float, bool]


def _placements(kind: str, moments: list[Moment], scale: Scale) -> list[Placement]:
    """Say where symbols belong: at their time, or, hollow, in the middle of their range."""
    spans = Counter((moment.lower, moment.upper) for moment in moments if moment.ranged)
    hollow = [
        (kind, (scale.at(lower) + scale.at(upper)) / 2 + (place - (number - 1) / 2) * SYMBOL_WIDTH, True)
        for (lower, upper), number in spans.items()
        for place in range(number)
    ]
    return [(kind, scale.at(moment.time), False) for moment in moments if moment.timed] + hollow


def _side_by_side(placed: list[Placement]) -> list[Placement]:
    """Step to the right of symbols on the same track that would be covered."""
    last: dict[int, float] = {}
    result = []
    for kind, x, hollow in sorted(placed, key=lambda item: item[1]):
        track = SYMBOLS[kind].track
        free = round(max(x, last.get(track, -math.inf) + SYMBOL_WIDTH), 4)
        last[track] = free
        result.append((kind, free, hollow))
    return result


def _draw_ranges(sheet: Sheet, kind: str, moments: list[Moment], scale: Scale, y: float) -> None:
    for moment in moments:
        if moment.timed and kind == "spinal_metastasis" and moment.upper > moment.lower:
            draw_whisker(sheet, scale.at(moment.lower), scale.at(moment.upper), y)
        elif moment.ranged:
            draw_range(sheet, scale.at(moment.lower), scale.at(moment.upper), y, SYMBOLS[kind].colour)


def _draw_end(sheet: Sheet, course: Course, scale: Scale, y: float) -> list[Placement]:
    """Draw how the bar ends; a death is a symbol still to be placed."""
    last, end = course.last, scale.at(course.observed)
    bounded = last is not None and last.ranged and last.upper > course.observed
    if bounded and last is not None:
        draw_possible_bar(sheet, end, scale.at(last.upper), y)
        end = scale.at(last.upper)
    if course.died:
        return [("death", end, last is not None and not last.timed)]
    if course.alive:
        draw_alive(sheet, end, y, hollow=bounded)
    elif not bounded:
        draw_open_end(sheet, end, y)
    return []


def draw_listed(sheet: Sheet, course: Course, left: float, y: float, step: float) -> None:
    """Draw a course without times: its events one after the other, not to scale."""
    kinds = [kind for kind, moments in moments_by_event(course) for _ in moments]
    end = left + step * (len(kinds) + 1)
    sheet.line([left, end], [y, y], color=palette.GREY, linewidth=style.THIN_LINE, linestyle=DOTS, zorder=2)
    draw_primary(sheet, left, y)
    for place, kind in enumerate(kinds, start=1):
        draw_symbol(sheet, kind, left + place * step, y, hollow=True)
    if course.died:
        draw_symbol(sheet, "death", end, y, hollow=True)
    elif course.alive:
        draw_symbol(sheet, "alive", end, y, hollow=True)
