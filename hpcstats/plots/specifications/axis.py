"""The upright axis of a specification curve: logarithmic for ratios, plain for all else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from hpcstats import formats
from hpcstats.columns import IntArray
from hpcstats.plots.page import ratio_axis
from hpcstats.plots.page.linear_axis import LinearAxis
from hpcstats.plots.page.ratio_axis import RatioAxis, words

if TYPE_CHECKING:
    from hpcstats.sensitivity.specifications import Multiverse

HEIGHT = 58.0
"""Its length in millimetres."""


@dataclass(frozen=True, slots=True)
class PlainAxis(LinearAxis):
    """A linear axis that need not begin at 0."""

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round values."""
        found = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(self.low, self.high)
        return tuple(formats.settled(tick) for tick in map(float, found) if self.holds(tick))


def shown(tick: float, *, ratio: bool) -> str:
    """Write a tick."""
    return words(tick) if ratio else f"{tick:g}".replace("-", "\N{MINUS SIGN}")


def axis_of(found: Multiverse, order: IntArray) -> RatioAxis | PlainAxis:
    """Choose the axis: all estimates on it, intervals as far as is sensible."""
    estimates = found.estimates[order].tolist()
    ends = [
        *found.shown(found.column("low"))[order].tolist(),
        *found.shown(found.column("high"))[order].tolist(),
    ]
    if found.logarithmic:
        return RatioAxis(*ratio_axis.limits_of(estimates, ends), 0.0, HEIGHT)
    known = np.array([x for x in (*estimates, found.null) if x is not None and math.isfinite(x)])
    spread = float(np.ptp(known)) or abs(float(known[0])) or 1.0
    near = [x for x in ends if math.isfinite(x) and known.min() - spread <= x <= known.max() + spread]
    low, high = min([*known, *near]), max([*known, *near])
    pad = 0.03 * ((high - low) or 1.0)
    return PlainAxis(formats.settled(low - pad), formats.settled(high + pad), 0.0, HEIGHT)
