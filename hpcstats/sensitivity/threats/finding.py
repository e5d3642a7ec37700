"""What is concluded: on which side of no difference an estimate lies, and whether its interval does."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hpcstats import formats

OPEN = "open"
ABOVE = "above"
BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An estimate with its limits beside the value of no difference, or a test.

    Attributes
    ----------
    estimate : float
        As shown; infinite where it is known to lie beyond any number, NaN where it is unknown.
    null : float
        The value of no difference.
    level : float
        Confidence level; a test concludes where p < 1 - level.
    low, high : float
        Limits; NaN of a test.
    p_value : float
        Decides where there are no limits.

    Examples
    --------
    >>> Finding(estimate=2.5, null=1.0, level=0.95, low=1.2, high=5.1).side
    'above'
    >>> Finding(estimate=-2.0, null=0.0, level=0.95, p_value=0.2).side
    'open'
    """

    estimate: float
    null: float
    level: float
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan

    @property
    def sign(self) -> int:
        """On which side of the null value the estimate lies: 1, -1, or 0 where on neither or unknown."""
        return (self.estimate > self.null) - (self.estimate < self.null)

    @property
    def has_limits(self) -> bool:
        """Whether the interval decides, and not the p-value."""
        return not (math.isnan(self.low) or math.isnan(self.high))

    @property
    def threshold(self) -> float:
        """What the p-value of a test has to be below: 0.05 at a level of 0.95, to the last digit."""
        return round(1 - self.level, 12)

    @property
    def side(self) -> str:
        """What is concluded: "above", "below", "open" (no difference shown), or "" where unknown."""
        if self.has_limits:
            return ABOVE if self.low > self.null else BELOW if self.high < self.null else OPEN
        if math.isnan(self.p_value):
            return ""
        if self.p_value >= self.threshold:
            return OPEN
        return {1: ABOVE, -1: BELOW}.get(self.sign, "")

    def words(self) -> str:
        """Say what is concluded and by what."""
        told = {
            ABOVE: f"a difference is shown, above {self.null:g}",
            BELOW: f"a difference is shown, below {self.null:g}",
            OPEN: "no difference is shown",
        }
        level = formats.level(self.level)
        by = {
            ABOVE: f"the {level} interval lies above {self.null:g}",
            BELOW: f"the {level} interval lies below {self.null:g}",
            OPEN: f"the {level} interval holds {self.null:g}",
        }
        if self.has_limits:
            return f"{told[self.side]}: {by[self.side]}"
        sign = "<" if self.side != OPEN else "\N{GREATER-THAN OR EQUAL TO}"
        return f"{told[self.side]}: p {sign} {self.threshold:g}"


def unknown(of: Finding) -> Finding:
    """Return a finding of the same kind of which nothing is known."""
    return Finding(estimate=math.nan, null=of.null, level=of.level)
