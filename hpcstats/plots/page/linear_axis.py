"""The plain axis of times and proportions: where a value lies in millimetres."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from hpcstats.plots.page.sheet import round_ticks

_BEYOND = 3.0


@dataclass(frozen=True, slots=True)
class LinearAxis:
    """An axis on the sheet, of the same use as `ratio_axis.RatioAxis`.

    Attributes
    ----------
    low, high : float
        The values at its ends.
    left, width : float
        Where it lies on the sheet, in millimetres.
    """

    low: float
    high: float
    left: float
    width: float

    def at(self, value: float) -> float:
        """Return where a value lies, in millimetres; beyond an end the end."""
        inside = min(max(value, self.low), self.high)
        return round(self.left + (inside - self.low) / (self.high - self.low) * self.width, 4)

    def holds(self, value: float) -> bool:
        """Tell whether a value lies on the axis."""
        return self.low <= value <= self.high

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round values."""
        return tuple(round_ticks(self.high, 5, [1, 2, 2.5, 5, 10]))


def limits_of(estimates: Iterable[float], limits: Iterable[float]) -> tuple[float, float]:
    """Choose where the axis ends: all estimates lie on it, limits as far as is sensible; it begins at 0.

    Examples
    --------
    >>> limits_of([4.0, 5.0], [2.0, 9.0, float("inf")])
    (0.0, 9.45)
    >>> limits_of([4.0, 5.0], [2.0, 90.0])
    (0.0, 15.75)
    """
    largest = max((value for value in estimates if math.isfinite(value)), default=1.0)
    furthest = max((value for value in limits if math.isfinite(value)), default=largest)
    return 0.0, round(1.05 * max(largest, min(furthest, _BEYOND * largest)), 6) or 1.0
