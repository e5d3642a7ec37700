"""What a Lexis diagram draws and where: read from a frame, one row a patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hpcstats.columns import as_frame, is_missing
from hpcstats.errors import DataError, DesignError, listing

REQUIRED = ("patient_id", "source", "year_primary", "time", "lower", "upper", "year_report")
SEEN = ("seen_lower", "seen_upper")
_AHEAD, _BACK, _ROOM = 6, 3, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One patient: calendar years of primary and report, and the time of the event; NaN where not stated.

    Attributes
    ----------
    patient, source : str
        Identifier, and publication as printed.
    primary, report : float
        Calendar years.
    time, lower, upper : float
        Time of the event after the primary, and what the rounding of it leaves.
    seen_lower, seen_upper : float
        Limits of the time from the primary to the report.
    """

    patient: str
    source: str
    primary: float
    report: float
    time: float
    lower: float
    upper: float
    seen_lower: float
    seen_upper: float

    @property
    def followed(self) -> bool:
        """Whether the line begins at a known year."""
        return math.isfinite(self.primary) and math.isfinite(self.time)

    @property
    def whole(self) -> bool:
        """Whether both calendar years are known."""
        return self.followed and math.isfinite(self.report)

    @property
    def bounded(self) -> bool:
        """Whether the event is only known to lie before the report."""
        return not math.isfinite(self.primary) and math.isfinite(self.time) and math.isfinite(self.report)

    @property
    def drawn(self) -> bool:
        """Whether there is anything to draw."""
        return self.followed or self.bounded

    @property
    def end(self) -> tuple[float, float]:
        """Year and time at which the name of the source stands."""
        if self.bounded:
            return self.report, self.time
        if math.isfinite(self.report):
            return self.report, self.report - self.primary
        return self.primary + self.time, self.time


def courses_of(frame: Any) -> tuple[Course, ...]:
    """Read the frame; those with both years first, each part by year and identifier.

    Raises
    ------
    DataError
        For missing columns, a patient with two rows, or a report before the primary.
    DesignError
        If nobody can be drawn.
    """
    given = as_frame(frame, "courses")
    missing = [name for name in REQUIRED if name not in given.columns]
    if missing:
        raise DataError(f"courses has no column {listing(missing)}. It needs {', '.join(REQUIRED)}.")
    found = [_course(row) for row in given.to_dict(orient="records")]
    names = [course.patient for course in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"courses has several rows of {listing(twice)}. Give one row a patient.")
    early = [course.patient for course in found if course.report < course.primary]
    if early:
        raise DataError(f"The report comes before the primary for {listing(early)}. Correct the years.")
    if not any(course.drawn for course in found):
        raise DesignError("No patient has a time and a calendar year. There is nothing to draw.")
    return tuple(
        sorted(found, key=lambda one: (not one.drawn, not one.whole, _or_zero(one.report), one.patient))
    )


def _course(row: dict[Any, Any]) -> Course:
    def number(name: str) -> float:
        value = row.get(name)
        return math.nan if is_missing(value) else float(value)  # type: ignore[arg-type]

    return Course(
        patient=str(row["patient_id"]),
        source=str(row["source"]),
        primary=number("year_primary"),
        report=number("year_report"),
        time=number("time"),
        lower=number("lower"),
        upper=number("upper"),
        seen_lower=number("seen_lower"),
        seen_upper=number("seen_upper"),
    )


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Calendar years from `first` to `last` and times from 0 to `top`, on the sheet in millimetres.

    One year is as long on both axes, so that a patient moves along a line at 45 degrees.
    """

    first: float
    last: float
    top: float
    left: float
    upper: float
    per_year: float

    @classmethod
    def of(cls, found: Sequence[Course], left: float, upper: float, width: float, height: float) -> Plane:
        """Choose the ranges that hold everything drawn, and the scale that fits."""
        drawn = [course for course in found if course.drawn]
        begins = [one.primary if one.followed else one.report - _BACK for one in drawn]
        ends = [one.report if math.isfinite(one.report) else one.primary + one.time for one in drawn]
        heights = [
            value
            for one in drawn
            for value in (one.time, one.upper, one.end[1], one.seen_upper)
            if math.isfinite(value)
        ]
        first, last = 5 * math.floor(min(begins) / 5), max(ends) + _AHEAD
        top = max(heights) + _ROOM
        return cls(
            first=first,
            last=last,
            top=top,
            left=left,
            upper=upper,
            per_year=round(min(width / (last - first), height / top), 4),
        )

    def x(self, year: float) -> float:
        """Place a calendar year."""
        return round(self.left + (year - self.first) * self.per_year, 4)

    def y(self, time: float) -> float:
        """Place a time since the primary."""
        return round(self.upper + (self.top - time) * self.per_year, 4)

    @property
    def width(self) -> float:
        """Width in millimetres."""
        return (self.last - self.first) * self.per_year

    @property
    def height(self) -> float:
        """Height in millimetres."""
        return self.top * self.per_year

    def diagonal(self, primary: float, start: float, end: float) -> tuple[list[float], list[float]] | None:
        """Return the ends of a patient's line between two times, cut at the frame; None outside it."""
        begin, stop = max(start, self.first - primary, 0.0), min(end, self.last - primary, self.top)
        if stop <= begin:
            return None
        return [self.x(primary + begin), self.x(primary + stop)], [self.y(begin), self.y(stop)]


def latest_report(found: Sequence[Course]) -> float:
    """Return the year after which nothing is reported yet."""
    return max((one.report for one in found if one.drawn and math.isfinite(one.report)), default=math.nan)
