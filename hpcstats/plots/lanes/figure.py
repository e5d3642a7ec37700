"""`swimmer`: the course of every patient, one lane each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.columns import as_frame
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text, patient_list
from hpcstats.plots.lanes.courses import AS_NAMED, NOT_STATED, Course, courses
from hpcstats.plots.lanes.drawing import Scale, draw_course, draw_listed
from hpcstats.plots.lanes.key import WORDS, Entries, symbols_of, words_of
from hpcstats.plots.page import alt_text, palette, style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, round_ticks, widest

if TYPE_CHECKING:
    import pandas as pd

MECHANISMS = {"csf_seeding": "CSF seeding"}
_WHISKER = "Whisker: range left by the rounding of the stated time. "
_LANE = 5.0
_TIGHTEST_LANE = 4.3
_GAP = 3.0
_ZEBRA = palette.tint(palette.BLACK, 0.045)
_GRID = palette.tint(palette.BLACK, 0.15)


def swimmer(
    lanes: Any,
    *,
    event: str | None = "spinal_metastasis",
    events: Mapping[str, str] | None = None,
    xlabel: str = "Years from the primary tumour",
    mechanisms: Mapping[str, str] | None = None,
    caption: Text | None = None,
) -> Figure:
    """The course of each patient from the primary tumour to the last contact, one lane a patient.

    Lanes are sorted by the time of `event`; patients whose time is not stated are listed below, not to scale.
    The bar ends where observation is certain; an arrow means alive, dots mean that nothing later is stated.
    Where only a range is known its symbol is hollow and the range dotted. The rounding of the event's time is
    drawn as a whisker. Symbols that would cover one another are set side by side.

    Parameters
    ----------
    lanes : frame
        One row a patient and event, on the clock of the primary, as `hpcstats.literature.swimmer_lanes` makes
        it: patient_id, source, event, time, lower, upper, state, mechanism.
    event : str or None
        The event every patient had, by which lanes are sorted; None sorts by the length of the observation.
    events : mapping, optional
        Kinds of event, at most four, to their words in the key, where they are not those of the package.
    xlabel : str
        Name of the time axis.
    mechanisms : mapping, optional
        Mechanism code to the words shown.
    caption : Text, optional
        Default: what is drawn, with the numbers of patients.

    Returns
    -------
    Figure
        174 mm wide; its data are the rows of `lanes` in the order drawn, with the number of the lane.

    Raises
    ------
    DataError
        For missing columns or unknown events and states.
    DesignError
        For more patients than fit on a page.

    Examples
    --------
    >>> import hpcstats as hs
    >>> lanes = {
    ...     "patient_id": ["a", "a"],
    ...     "source": ["Brass 2004"] * 2,
    ...     "mechanism": ["contiguous"] * 2,
    ...     "event": ["spinal_metastasis", "last_follow_up"],
    ...     "time": [5, 8.25],
    ...     "lower": [4.5, 6.7],
    ...     "upper": [5.5, 9.8],
    ...     "state": [None, "alive_with_disease"],
    ... }
    >>> figure = hs.plots.swimmer(lanes)
    >>> figure.numbers[0].text
    '1'
    """
    symbols = AS_NAMED if events is None else symbols_of(events, event)
    words_in_key = WORDS if events is None else words_of(events, symbols)
    found = courses(lanes, event, symbols)
    shown = MECHANISMS | dict(mechanisms or {})
    if not found:
        raise DesignError("lanes holds no patient. Give at least one.")
    with style.context():
        sheet = _draw(_Plan.of(found, xlabel, shown, words_in_key))
    words = caption or default_caption(found, event)
    return Figure(
        figure=sheet.canvas,
        data=_data(lanes, found),
        caption=words,
        alt_text=alt_text.swimmer(found, event, shown),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is drawn and where, in millimetres."""

    dated: tuple[Course, ...]
    undated: tuple[Course, ...]
    mechanisms: Mapping[str, str]
    xlabel: str
    lane: float
    entries: Entries

    @classmethod
    def of(
        cls, found: tuple[Course, ...], xlabel: str, mechanisms: Mapping[str, str], words: Mapping[str, str]
    ) -> _Plan:
        entries = Entries(found, style.DOUBLE_WIDTH - 2 * MARGIN, words)
        fixed = MARGIN * 2 + entries.height + 6 * LINE_HEIGHT + 8
        room = (style.MAXIMUM_HEIGHT - fixed) / len(found)
        if room < _TIGHTEST_LANE:
            most = int((style.MAXIMUM_HEIGHT - fixed) / _TIGHTEST_LANE)
            raise DesignError(
                f"{len(found)} lanes do not fit on a page; at most {most} do. Draw a part of the patients."
            )
        dated = tuple(course for course in found if course.dated)
        undated = tuple(course for course in found if not course.dated)
        return cls(
            dated=dated,
            undated=undated,
            mechanisms=mechanisms,
            xlabel=xlabel,
            lane=round(min(_LANE, room), 2),
            entries=entries,
        )

    @property
    def heads(self) -> tuple[str, ...]:
        """Headings of the columns of words; the route has one where any is stated."""
        routes = {course.mechanism for course in (*self.dated, *self.undated)}
        return ("Source", "Last contact") if routes == {NOT_STATED} else ("Source", "Route", "Last contact")

    def cells(self, course: Course) -> tuple[str, ...]:
        """Words at the right of a lane."""
        route = (self.mechanisms.get(course.mechanism, course.mechanism),) if "Route" in self.heads else ()
        return course.source, *route, course.state

    @property
    def columns(self) -> tuple[float, ...]:
        """Left ends of the columns of words."""
        rows = [self.heads, *(self.cells(course) for course in (*self.dated, *self.undated))]
        end, ends = style.DOUBLE_WIDTH - MARGIN + _GAP, []
        for column in reversed(range(len(self.heads))):
            end = end - _GAP - widest([row[column] for row in rows])
            ends.append(end)
        return tuple(reversed(ends))

    @property
    def end(self) -> float:
        """End of the time axis."""
        return max((course.furthest for course in self.dated), default=1.0) or 1.0

    @property
    def scale(self) -> Scale:
        """The time axis."""
        left = MARGIN + 2.5
        return Scale(left, (self.columns[0] - 7.0 - left) / self.end)


def _draw(plan: _Plan) -> Sheet:
    top = MARGIN + plan.entries.height + 2.0
    first = top + LINE_HEIGHT + 0.8
    bottom = first + plan.lane * len(plan.dated)
    axis = 2 * LINE_HEIGHT + 3.4 if plan.dated else 0.0
    listed = bottom + axis + LINE_HEIGHT + 1.4
    height = listed + plan.lane * len(plan.undated) if plan.undated else bottom + axis
    sheet = Sheet(style.DOUBLE_WIDTH, round(height + MARGIN, 2))
    plan.entries.draw(sheet, MARGIN)
    for x, head in zip(plan.columns, plan.heads, strict=True):
        sheet.write(x, top, head, weight="bold")
    if plan.dated:
        _draw_axis(sheet, plan, first, bottom)
    _draw_lanes(sheet, plan, plan.dated, first)
    for number, course in enumerate(plan.dated):
        draw_course(sheet, course, plan.scale, first + (number + 0.5) * plan.lane, plan.lane * 0.34)
    if plan.undated:
        sheet.write(
            MARGIN, listed - LINE_HEIGHT - 0.6, "Time not stated (events listed, not to scale)", weight="bold"
        )
        _draw_lanes(sheet, plan, plan.undated, listed)
    for number, course in enumerate(plan.undated):
        draw_listed(sheet, course, plan.scale.left, listed + (number + 0.5) * plan.lane, 6.0)
    return sheet


def _draw_lanes(sheet: Sheet, plan: _Plan, lanes: Sequence[Course], top: float) -> None:
    for number, course in enumerate(lanes):
        y = top + number * plan.lane
        if number % 2 == 0:
            sheet.rectangle(
                MARGIN, y, sheet.width - 2 * MARGIN, plan.lane, facecolor=_ZEBRA, edgecolor="none", zorder=0
            )
        for x, words in zip(plan.columns, plan.cells(course), strict=True):
            sheet.write(x, y + plan.lane / 2, words, va="center_baseline")


def _draw_axis(sheet: Sheet, plan: _Plan, top: float, bottom: float) -> None:
    scale, line = plan.scale, bottom + 0.8
    how = {"color": palette.BLACK, "linewidth": style.AXIS_LINE, "solid_capstyle": "projecting"}
    sheet.line([scale.left, scale.at(plan.end)], [line, line], **how)
    for tick in round_ticks(plan.end, 7, [1, 2, 5, 10]):
        x = scale.at(tick)
        sheet.line([x, x], [top, bottom], color=_GRID, linewidth=0.4, zorder=0.5)
        sheet.line([x, x], [line, line + 0.9], **how)
        sheet.write(x, line + 1.5, f"{tick:g}", ha="center")
    sheet.write((scale.left + scale.at(plan.end)) / 2, line + 1.7 + LINE_HEIGHT, plan.xlabel, ha="center")


def _data(lanes: Any, found: Sequence[Course]) -> pd.DataFrame:
    frame = as_frame(lanes, "lanes").copy()
    order = {course.patient: number for number, course in enumerate(found, start=1)}
    numbers = [order[str(patient)] for patient in frame["patient_id"]]
    frame = frame.drop(columns="lane", errors="ignore")
    frame.insert(0, "lane", numbers)
    return frame.sort_values("lane", kind="stable", ignore_index=True)


def default_caption(found: Sequence[Course], event: str | None) -> Text:
    """Say what the lanes are, with the numbers of patients."""
    words, patients = (event or "").replace("_", " "), patient_list(course.patient for course in found)
    order = f"the time from the primary tumour to the {words}" if event else "the length of the observation"
    undated = sum(not course.dated for course in found)

    def counted(name: str, value: int) -> Number:
        return Number(
            id=f"lanes.{name}", value=value, text=str(value), how="Count of lanes.", patients=patients
        )

    return Text.of(
        "Course of ",
        counted("n", len(found)),
        f" reported patients{f' with {words}' if event else ''}, sorted by {order}",
        *(("; for ", counted("undated", undated), " of them that time is not stated") if undated else ()),
        ". A bar ends where observation is certain; the last contact lies within its hollow piece, if it has "
        "one. " + (_WHISKER if event else "") + "Hollow symbol: time known only as the dotted range. Symbols "
        "that would cover one another are moved to the right of their time; the stated times stand in the "
        "data of the figure.",
    )
