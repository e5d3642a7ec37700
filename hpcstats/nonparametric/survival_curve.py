"""One Kaplan-Meier curve, which works its limits out when it is first asked for them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.limits.pieces import Limits
from hpcstats.nonparametric.curves import Curve
from hpcstats.nonparametric.intervals import Asked, Estimated, IntervalMethod, limits_of
from hpcstats.results import freeze


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCurve(Curve):
    """One event-free proportion over time with its pointwise interval.

    Attributes
    ----------
    time, at_risk, events, censored, estimate : ndarray, shape (T,)
        The curve on its grid of distinct times of event or censoring.
    greenwood : ndarray, shape (T,)
        The Greenwood sum.
    std_error, low, high : ndarray, shape (T,)
        Standard error and limits there.
    limits : Limits
        The limits over the whole time axis.
    """

    greenwood: FloatArray
    interval: IntervalMethod
    asked: Asked
    _limits: list[Limits] = field(default_factory=list, repr=False)

    @property
    def limits(self) -> Limits:
        """The limits over the whole time axis."""
        if not self._limits:
            estimated = Estimated(
                times=self.time, counts=self.counts, survival=self.estimate, greenwood=self.greenwood
            )
            limits = limits_of(self.interval, estimated, self.asked)
            freeze(limits)
            self._limits.append(limits)
        return self._limits[0]

    @property
    def std_error(self) -> FloatArray:
        """Greenwood standard error, undefined where the curve is 0."""
        alive = self.estimate > 0
        return np.where(alive, self.estimate * np.sqrt(np.where(alive, self.greenwood, 0)), np.nan)

    @property
    def low(self) -> FloatArray:
        """Lower limits at the times of the grid."""
        return self.limits.on_times(self.time)[0]

    @property
    def high(self) -> FloatArray:
        """Upper limits at the times of the grid."""
        return self.limits.on_times(self.time)[1]
