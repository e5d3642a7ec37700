"""Drawing a Lexis diagram: the plane, the region not reported yet, and the line of each patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.patheffects import withStroke

from hpcstats.plots.lexis.labels import Box, Name, Segment, mark_box, placed
from hpcstats.plots.lexis.plan import Course, Plane, latest_report
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.entries import Entry, draw_entries, height
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, round_ticks, text_width, wrap

_SHADE = palette.tint(palette.BLACK, 0.10)
_GUIDE = palette.tint(palette.BLACK, 0.16)
_DOTS: palette.Dash = (0, (1.0, 1.5))
_DASHES: palette.Dash = (0, (3.0, 2.0))
_BAR = 1.5
_BACK = 2.6
_EVERY = 5


def draw(found: Sequence[Course], event: str, xlabel: str, ylabel: str) -> Sheet:
    """Draw everything on a sheet as wide as the page."""
    width = style.DOUBLE_WIDTH
    entries = _entries(found, event)
    key = height(entries, width - 2 * MARGIN)
    left = MARGIN + LINE_HEIGHT + text_width("00") + 3.5
    upper = MARGIN + key + 2.0
    below = 2 * LINE_HEIGHT + 3.4
    room = style.MAXIMUM_HEIGHT - upper - below - MARGIN
    plane = Plane.of(found, left, upper, width - left - MARGIN, room)
    sheet = Sheet(width, round(upper + plane.height + below + MARGIN, 2))
    draw_entries(sheet, entries, width - 2 * MARGIN, MARGIN)
    shaded = _draw_unseen(sheet, plane, latest_report(found))
    _draw_guides(sheet, plane)
    _draw_axes(sheet, plane, xlabel, ylabel)
    lines = [segment for course in found if course.drawn for segment in _draw_course(sheet, plane, course)]
    _draw_names(sheet, plane, found, lines, shaded)
    return sheet


def _draw_unseen(sheet: Sheet, plane: Plane, latest: float) -> list[Box]:
    """Shade what comes after the latest report, and return the room of the words in it."""
    if not math.isfinite(latest):
        return []
    left, right = plane.x(latest), plane.x(plane.last)
    sheet.rectangle(
        left, plane.upper, right - left, plane.height, facecolor=_SHADE, edgecolor="none", zorder=0
    )
    words = wrap("Not reported yet: late events of recent primaries", right - left - 2)
    sheet.write_lines((left + right) / 2, plane.upper + 1.2, words, ha="center")
    return [(left, plane.upper, right, plane.upper + 1.2 + LINE_HEIGHT * len(words))]


def _draw_guides(sheet: Sheet, plane: Plane) -> None:
    """Draw the lines along which primaries of every fifth year move."""
    first = _EVERY * math.ceil((plane.first - plane.top) / _EVERY)
    for primary in range(first, math.ceil(plane.last), _EVERY):
        ends = plane.diagonal(primary, 0.0, plane.top)
        if ends is not None:
            sheet.line(*ends, color=_GUIDE, linewidth=0.4, zorder=0.5)


def _draw_axes(sheet: Sheet, plane: Plane, xlabel: str, ylabel: str) -> None:
    how = {"color": palette.BLACK, "linewidth": style.AXIS_LINE, "solid_capstyle": "projecting"}
    bottom, right = plane.y(0.0), plane.x(plane.last)
    sheet.line([plane.left, right], [bottom, bottom], **how)
    sheet.line([plane.left, plane.left], [plane.upper, bottom], **how)
    for year in range(math.ceil(plane.first), math.floor(plane.last) + 1):
        x = plane.x(year)
        named = year % _EVERY == 0
        sheet.line([x, x], [bottom, bottom + (1.2 if named else 0.6)], **how)
        if named:
            sheet.write(x, bottom + 1.7, str(year), ha="center")
    for tick in round_ticks(plane.top, 8, [1, 2, 5, 10]):
        y = plane.y(tick)
        sheet.line([plane.left - 0.9, plane.left], [y, y], **how)
        sheet.write(plane.left - 1.6, y, f"{tick:g}", ha="right", va="center_baseline")
    sheet.write((plane.left + right) / 2, bottom + 1.9 + LINE_HEIGHT, xlabel, ha="center")
    middle = (plane.upper + bottom) / 2
    sheet.write(MARGIN, middle, ylabel, rotation=90, va="center", rotation_mode="default")


def _draw_course(sheet: Sheet, plane: Plane, course: Course) -> list[Segment]:
    """Draw one patient and return the lines that were drawn."""
    if course.bounded:
        return [_draw_bounded(sheet, plane, course)]
    segments: list[Segment] = []
    parts: list[tuple[float, float, dict[str, Any]]] = [
        (0.0, course.time, {"color": palette.BLACK, "linewidth": 1.1, "zorder": 2})
    ]
    if math.isfinite(course.report):
        until = course.report - course.primary
        parts.append((course.time, until, {"color": palette.GREY, "linewidth": 0.9, "linestyle": _DASHES}))
    for start, end, how in parts:
        ends = plane.diagonal(course.primary, start, end)
        if ends is not None:
            sheet.line(*ends, **how)
            segments.append((ends[0][0], ends[1][0], ends[0][1], ends[1][1]))
    _draw_rounding(sheet, plane, course)
    if math.isfinite(course.report):
        _draw_report(sheet, plane, course)
    _diamond(sheet, plane.x(course.primary + course.time), plane.y(course.time))
    sheet.line(
        [plane.x(course.primary)], [plane.y(0.0)], linestyle="none", marker="o", markersize=3.2,
        markerfacecolor=palette.BLACK, markeredgecolor=palette.BLACK, markeredgewidth=0.5, zorder=4,
    )  # fmt: skip
    return segments


def _draw_bounded(sheet: Sheet, plane: Plane, course: Course) -> Segment:
    """Draw an event that is only known to lie before its report."""
    x, y = plane.x(course.report), plane.y(course.time)
    begin = x - _BACK * plane.per_year
    sheet.line([begin, x], [y, y], color=palette.VERMILLION, linewidth=1.0, linestyle=_DOTS)
    _bar(sheet, x, y)
    _diamond(sheet, (begin + x) / 2, y, hollow=True)
    return begin, y, x, y


def _draw_rounding(sheet: Sheet, plane: Plane, course: Course) -> None:
    """Draw what the rounding of the time leaves, along the line of the patient."""
    if math.isfinite(course.lower) and math.isfinite(course.upper):
        ends = plane.diagonal(course.primary, course.lower, course.upper)
        if ends is not None:
            sheet.line(*ends, color=palette.VERMILLION, linewidth=2.2, solid_capstyle="butt", zorder=3)


def _draw_report(sheet: Sheet, plane: Plane, course: Course) -> None:
    """Draw the report and the range in which its years leave the time from the primary to it."""
    x = plane.x(course.report)
    if math.isfinite(course.seen_lower) and math.isfinite(course.seen_upper):
        ends = [plane.y(course.seen_lower), plane.y(course.seen_upper)]
        sheet.line([x, x], ends, color=palette.BLUE, linewidth=0.8, zorder=3, solid_capstyle="butt")
        for y in ends:
            sheet.line([x - 0.7, x + 0.7], [y, y], color=palette.BLUE, linewidth=0.8, zorder=3)
    _bar(sheet, x, plane.y(course.report - course.primary))


def _bar(sheet: Sheet, x: float, y: float) -> None:
    sheet.line(
        [x, x], [y - _BAR, y + _BAR], color=palette.BLUE, linewidth=2.2, solid_capstyle="butt", zorder=4
    )


def _diamond(sheet: Sheet, x: float, y: float, *, hollow: bool = False) -> None:
    sheet.line(
        [x], [y], linestyle="none", marker="D", markersize=4.2,
        markerfacecolor="white" if hollow else palette.VERMILLION,
        markeredgecolor=palette.VERMILLION if hollow else palette.BLACK,
        markeredgewidth=0.9 if hollow else 0.5, zorder=5,
    )  # fmt: skip


def _draw_names(
    sheet: Sheet, plane: Plane, found: Sequence[Course], lines: Sequence[Segment], taken: Sequence[Box]
) -> None:
    drawn = [course for course in found if course.drawn]
    names = [_name(plane, course) for course in drawn]
    marks = [*taken, *(box for course in drawn for box in _marks(plane, course))]
    frame = (plane.left + 0.5, plane.upper, sheet.width - MARGIN, plane.y(0.0))
    for name, box in zip(names, placed(names, marks, lines, frame), strict=True):
        middle = round((box[1] + box[3]) / 2, 3)
        words = sheet.write(round(box[0], 3), middle, name.words, va="center_baseline", zorder=6)
        words.set_path_effects([withStroke(linewidth=1.8, foreground="white")])


def _name(plane: Plane, course: Course) -> Name:
    x, y = plane.x(course.end[0]), plane.y(course.end[1])
    return Name(course.source, x, y, x - _BACK * plane.per_year if course.bounded else x)


def _marks(plane: Plane, course: Course) -> list[Box]:
    x, y = plane.x(course.end[0]), plane.y(course.end[1])
    if course.bounded:
        return [mark_box(x, y, 0.6, _BAR), mark_box(x - _BACK * plane.per_year / 2, y)]
    happened, half = plane.x(course.primary + course.time), 1.2
    if math.isfinite(course.lower) and math.isfinite(course.upper):
        half = max(half, (course.upper - course.lower) * 0.35 * plane.per_year)
    event = mark_box(happened, plane.y(course.time), half, half)
    if not math.isfinite(course.seen_upper):
        return [event, mark_box(x, y, 0.6, _BAR)]
    return [event, (x - 1.0, plane.y(course.seen_upper), x + 1.0, plane.y(course.seen_lower))]


def _entries(found: Sequence[Course], event: str) -> list[Entry]:
    """List what occurs."""
    entries: list[Entry] = []
    if any(one.followed for one in found):
        entries += [("Primary tumour", _primary), (f"{event}, with rounding range", _event)]
    if any(one.whole for one in found):
        entries.append(("Report, with the range its years leave", _report))
    if any(one.bounded for one in found):
        entries.append(
            (f"Year of the primary not stated: {event.lower()} some time before the report", _bound)
        )
    return entries


def _primary(sheet: Sheet, x: float, y: float) -> None:
    sheet.line([x - 0.5, x + 2.2], [y + 0.5, y - 1.6], color=palette.BLACK, linewidth=1.1)
    sheet.line([x - 0.5], [y + 0.5], linestyle="none", marker="o", markersize=3.2, color=palette.BLACK)


def _event(sheet: Sheet, x: float, y: float) -> None:
    how = {"color": palette.VERMILLION, "linewidth": 2.2, "solid_capstyle": "butt"}
    sheet.line([x - 1.5, x + 1.5], [y + 1.5, y - 1.5], **how)
    _diamond(sheet, x, y)


def _report(sheet: Sheet, x: float, y: float) -> None:
    thin = {"color": palette.BLUE, "linewidth": 0.8}
    sheet.line([x - 2.6, x], [y, y], color=palette.GREY, linewidth=0.9, linestyle=_DASHES)
    sheet.line([x, x], [y - 2.0, y + 2.0], **thin)
    for end in (y - 2.0, y + 2.0):
        sheet.line([x - 0.7, x + 0.7], [end, end], **thin)
    sheet.line([x, x], [y - 1.0, y + 1.0], color=palette.BLUE, linewidth=2.2, solid_capstyle="butt")


def _bound(sheet: Sheet, x: float, y: float) -> None:
    sheet.line([x - 2.4, x + 2.2], [y, y], color=palette.VERMILLION, linewidth=1.0, linestyle=_DOTS)
    _diamond(sheet, x - 0.3, y, hollow=True)
    _bar(sheet, x + 2.2, y)
