"""The logarithmic axis of ratios: where it ends, which ticks it has, where a ratio lies in millimetres."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from hpcstats.errors import DesignError
from hpcstats.plots.page.sheet import text_width

LEAST, MOST = 1e-3, 1e3
"""Where an axis ends at the latest, unless asked for otherwise."""
_AT_LEAST = (0.5, 2.0)
_BEYOND = 6.0
_SPACE = 1.2
_STEPS: tuple[tuple[float, ...], ...] = (
    (1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8),
    (1, 1.5, 2, 3, 4, 6, 8),
    (1, 2, 5),
    (1, 3),
    (1,),
)


@dataclass(frozen=True, slots=True)
class RatioAxis:
    """A logarithmic axis on the sheet.

    Attributes
    ----------
    low, high : float
        The ratios at its ends.
    left, width : float
        Where it lies on the sheet, in millimetres.
    """

    low: float
    high: float
    left: float
    width: float

    def at(self, ratio: float) -> float:
        """Return where a ratio lies, in millimetres; beyond an end the end."""
        inside = min(max(ratio, self.low), self.high)
        share = math.log(inside / self.low) / math.log(self.high / self.low)
        return round(self.left + share * self.width, 4)

    def holds(self, ratio: float) -> bool:
        """Tell whether a ratio lies on the axis."""
        return self.low <= ratio <= self.high

    @property
    def ticks(self) -> tuple[float, ...]:
        """As many round ratios as have room for their words; 1 among them if it lies on the axis."""
        ticks: tuple[float, ...] = ()
        for ticks in _candidates(self.low, self.high):
            if self._roomy(ticks):
                break
        return ticks

    def _roomy(self, ticks: tuple[float, ...]) -> bool:
        ends = [(self.at(tick), text_width(words(tick)) / 2) for tick in ticks]
        return all(
            one + half + _SPACE <= other - next_half for (one, half), (other, next_half) in pairwise(ends)
        )


def words(tick: float) -> str:
    """Write a tick.

    Examples
    --------
    >>> words(0.5), words(1000.0), words(1e6)
    ('0.5', '1000', '1e6')
    """
    return f"{tick:g}" if 1e-4 <= tick < 1e5 else f"{tick:.0e}".replace("e-0", "e-").replace("e+0", "e")


def limits_of(estimates: Iterable[float], limits: Iterable[float]) -> tuple[float, float]:
    """Choose where the axis of these ratios ends: all estimates on it, intervals as far as is sensible.

    It ends, rounded, at most a factor of 6 beyond the outermost estimate, so that one wide interval does not
    squeeze all others, and within 0.001 and 1000.

    Examples
    --------
    >>> limits_of([0.8, 2.4], [0.3, 1.6, 0.85, 5.9])
    (0.2, 10.0)
    >>> limits_of([2.4], [0.001, 1451.9])
    (0.1, 20.0)
    """
    known = [*(x for x in estimates if 0 < x < math.inf), 1.0]
    ends = [x for x in limits if 0 < x < math.inf]
    # Where an interval has no estimate its limits are all there is to see.
    furthest = (min(known) / _BEYOND, max(known) * _BEYOND)
    low = max(min([*known, *ends]), furthest[0], LEAST)
    high = min(max([*known, *ends]), furthest[1], MOST)
    return _rounded(min(low, _AT_LEAST[0]), up=False), _rounded(max(high, _AT_LEAST[1]), up=True)


def _rounded(end: float, *, up: bool) -> float:
    """Move an end of the axis outwards to the next of 1, 2, 5, 10, ..."""
    power = math.floor(math.log10(end))
    steps = [float(f"{step * 10.0**power:.10g}") for step in (1, 2, 5, 10)]
    slack = 1e-9
    if up:
        return next(step for step in steps if step >= end * (1 - slack))
    return next(step for step in reversed(steps) if step <= end * (1 + slack))


def checked(limits: tuple[float, float]) -> tuple[float, float]:
    """Refuse limits of an axis that are none.

    Raises
    ------
    DesignError
        Unless 0 < low < high, both finite.
    """
    low, high = limits
    if not 0 < low < high < math.inf:
        raise DesignError(
            f"limits={limits!r} are no ends of a ratio axis. Write two ratios, such as (0.1, 10)."
        )
    return float(low), float(high)


def _candidates(low: float, high: float) -> Iterator[tuple[float, ...]]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in _STEPS:
        ticks = (step * 10.0**power for power in range(first, last + 1) for step in steps)
        # Ten significant digits: 3 * 0.1 is the tick 0.3.
        yield tuple(tick for tick in (float(f"{tick:.10g}") for tick in ticks) if low <= tick <= high)
    for apart in range(2, max(3, last - first + 1)):
        powers = (power for power in range(first, last + 1) if power % apart == 0)
        yield tuple(10.0**power for power in powers if low <= 10.0**power <= high)
    yield (1.0,) if low <= 1 <= high else ()
