"""`lexis_diagram`: calendar time against time since the primary, and what reports can have seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.columns import as_frame
from hpcstats.numbers import Number, Text, patient_list
from hpcstats.plots.lexis.drawing import draw
from hpcstats.plots.lexis.plan import REQUIRED, SEEN, Course, courses_of, latest_report
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure

if TYPE_CHECKING:
    import pandas as pd


def lexis_diagram(
    courses: Any,
    *,
    event: str = "Spinal metastasis",
    xlabel: str = "Calendar year",
    ylabel: str = "Years since the primary tumour",
    caption: Text | None = None,
) -> Figure:
    """Each patient as a line at 45 degrees from the year of the primary to the event, and on to its report.

    The report ends what could have been seen: an event later than that is not in the data, and for a recent
    primary that is soon. So reported times are short of long ones, the more the younger the primary
    (`lynden_bell` corrects for it). Nothing is estimated here. What is not stated is not guessed: without the
    year of the primary the event is a hollow symbol on a dotted line that ends with the report.

    Parameters
    ----------
    courses : frame
        One row a patient: patient_id, source (as printed), year_primary and year_report (calendar years),
        time, lower, upper (of the event after the primary, and what rounding leaves); optionally seen_lower
        and seen_upper (limits of the time from the primary to the report). Missing where not stated.
    event : str
        Name of the event.
    xlabel, ylabel : str
        Names of the axes.
    caption : Text, optional
        Default: what is drawn, with the numbers of patients.

    Returns
    -------
    Figure
        174 mm wide; its data are the rows of `courses` in the order drawn, with a column `drawn`: "line",
        "before the report" or "not drawn".

    Raises
    ------
    DataError
        For missing columns, two rows of a patient, or a report before the primary.
    DesignError
        If nobody can be drawn.

    Examples
    --------
    >>> import hpcstats as hs
    >>> figure = hs.plots.lexis_diagram(
    ...     {
    ...         "patient_id": ["a", "b", "c"],
    ...         "source": ["Mao 2020", "Brass 2004", "Unknown"],
    ...         "year_primary": [2007, None, None],
    ...         "time": [10, 5, 3],
    ...         "lower": [9.5, 4.5, 2.5],
    ...         "upper": [10.5, 5.5, 3.5],
    ...         "year_report": [2020, 2004, None],
    ...     }
    ... )
    >>> figure.data["drawn"].tolist()
    ['line', 'before the report', 'not drawn']
    """
    found = courses_of(courses)
    with style.context():
        sheet = draw(found, event, xlabel, ylabel)
    return Figure(
        figure=sheet.canvas,
        data=_data(courses, found),
        caption=caption or default_caption(found, event),
        alt_text=alternative(found, event),
    )


def _data(courses: Any, found: Sequence[Course]) -> pd.DataFrame:
    frame = as_frame(courses, "courses")
    order = {course.patient: number for number, course in enumerate(found)}
    kinds = {course.patient: _kind(course) for course in found}
    patients = frame["patient_id"].astype(str)
    shown = [*REQUIRED, *(name for name in SEEN if name in frame.columns)]
    frame = frame[shown].assign(drawn=patients.map(kinds), _order=patients.map(order))
    return frame.sort_values("_order", kind="stable", ignore_index=True).drop(columns="_order")


def _kind(course: Course) -> str:
    return "line" if course.followed else "before the report" if course.bounded else "not drawn"


def default_caption(found: Sequence[Course], event: str) -> Text:
    """Say what the lines are, with the numbers of patients."""

    def counted(name: str, chosen: Sequence[Course]) -> Number:
        return Number(
            id=f"lexis.{name}",
            value=len(chosen),
            text=str(len(chosen)),
            how="Count of patients.",
            patients=patient_list(course.patient for course in chosen),
        )

    lines = [course for course in found if course.followed]
    bounded = [course for course in found if course.bounded]
    left_out = [course for course in found if not course.drawn]
    noun = event.lower()
    parts: list[str | Number] = [
        "Lexis diagram: calendar time against time since the primary tumour. Black lines: ",
        counted("lines", lines),
        f" patients whose year of the primary is stated, followed to the {noun}; dashed on to the report. ",
    ]
    if bounded:
        parts += [
            "Dotted: ",
            counted("bounded", bounded),
            f" whose year of the primary is not stated; the {noun} lies some time before the report. ",
        ]
    if left_out:
        parts += ["Not drawn: ", counted("not_drawn", left_out), " without a time or without any year. "]
    parts.append(
        "A report ends what could have been seen. Years are calendar years, so that the time to a report is "
        "known within a year on either side (thin bar). Shaded: after the latest report; of recent primaries "
        "only early events can have been reported."
    )
    return Text.of(*parts)


def alternative(found: Sequence[Course], event: str) -> str:
    """Describe the diagram: lines, times, years, and what lies beyond the reports."""
    lines = [course for course in found if course.followed]
    bounded = [course for course in found if course.bounded]
    noun = event.lower()
    sentences = [
        "Lexis diagram. Horizontal axis: calendar year. Vertical axis: years since the primary tumour."
    ]
    if lines:
        years = [course.primary for course in lines]
        sentences.append(
            f"{len(lines)} diagonal lines of primaries from {min(years):.0f} to {max(years):.0f}, with the "
            f"{noun} after {_range([course.time for course in lines])} years."
        )
    if bounded:
        sentences.append(
            f"{len(bounded)} hollow symbols without a year of the primary, at "
            f"{_range([course.time for course in bounded])} years, before their reports."
        )
    latest = latest_report(found)
    if math.isfinite(latest):
        sentences.append(f"The region after the latest report ({latest:.0f}) is shaded as not reported yet.")
    return " ".join(sentences)


def _range(values: Sequence[float]) -> str:
    low, high = formats.years(min(values)), formats.years(max(values))
    return low if low == high else f"{low} to {high}"
