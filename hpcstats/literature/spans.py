"""Times as the literature gives them: a point, or only limits, on one clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hpcstats.formats import settled


@dataclass(frozen=True, slots=True)
class Span:
    """A time with the limits that wording and rounding allow.

    Attributes
    ----------
    point : float or None
        The time as a date; None where only limits are known (a bound is never read as a date).
    lower, upper : float
        Earliest and latest possible time; `upper` is infinite where nothing limits it.
    """

    point: float | None
    lower: float
    upper: float

    @classmethod
    def reported(cls, time: float, lower: float, upper: float, precision: str) -> Span:
        """Read one row of events.csv (missing numbers are not-a-number).

        A time is a date if it is given and meant as one, or if its two limits coincide.

        Examples
        --------
        >>> Span.reported(8, 8, float("nan"), "bound")
        Span(point=None, lower=8.0, upper=inf)
        >>> Span.reported(0, 0, 0, "bound").point
        0.0
        """
        low = 0.0 if math.isnan(lower) else float(lower)
        high = math.inf if math.isnan(upper) else float(upper)
        dated = not math.isnan(time) and precision != "bound"
        point = float(time) if dated else low if low == high else None
        return cls(point, low, high)

    @classmethod
    def not_stated(cls) -> Span:
        """A time of which nothing is known."""
        return cls(None, 0.0, math.inf)

    @property
    def informative(self) -> bool:
        """Whether the limits exclude anything."""
        return self.lower > 0 or math.isfinite(self.upper)

    def after(self, start: Span) -> Span:
        """Move a time counted from `start` to the clock of `start`: points add, limits add.

        Where the time of `start` is not stated, nothing is known on its clock.

        Examples
        --------
        >>> Span(1, 0.5, 1.5).after(Span(8, 7.5, 8.5))
        Span(point=9.0, lower=8.0, upper=10.0)
        """
        if not start.informative:
            return Span.not_stated()
        point = None if self.point is None or start.point is None else settled(start.point + self.point)
        return Span(point, settled(start.lower + self.lower), settled(start.upper + self.upper))

    def since(self, start: Span) -> Span:
        """Count a time from `start` instead: the widest limits that both allow, not below zero.

        Examples
        --------
        >>> Span(21, 19.5, 22.5).since(Span(17, 16, 18))
        Span(point=4.0, lower=1.5, upper=6.5)
        """
        if not (start.informative and self.informative):
            return Span.not_stated()
        both = self.point is not None and start.point is not None
        point = max(0.0, settled(self.point - start.point)) if both else None  # type: ignore[operator]
        lower = max(0.0, settled(self.lower - start.upper)) if math.isfinite(start.upper) else 0.0
        return Span(point, lower, max(0.0, settled(self.upper - start.lower)))

    def at_least(self, lower: float) -> Span:
        """Raise the lower limit, as far as the point and the upper limit allow."""
        return Span(self.point, min(max(self.lower, lower), self.upper), self.upper)


def first_of(spans: tuple[Span, ...]) -> Span:
    """Return the time of the earliest of several events.

    It is dated only if no undated event may have come before the earliest dated one.

    Examples
    --------
    >>> first_of((Span(10.0, 9.5, 10.5), Span(None, 0.0, 10.5)))
    Span(point=None, lower=0.0, upper=10.5)
    """
    points = [span.point for span in spans if span.point is not None]
    earliest = min(points, default=None)
    if earliest is not None and any(span.point is None and span.lower < earliest for span in spans):
        earliest = None
    return Span(earliest, min(span.lower for span in spans), min(span.upper for span in spans))
