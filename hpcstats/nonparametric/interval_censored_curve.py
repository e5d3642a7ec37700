"""The result of `turnbull`: a curve that is known between regions, and bounds inside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.interval.bootstrap import bootstrap_limits
from hpcstats.core.interval.bounds import Bounds, bounds, bounds_of
from hpcstats.core.interval.regions import Regions
from hpcstats.core.interval.turnbull import Maximum
from hpcstats.core.resampling.resampling_weights import Units
from hpcstats.nonparametric.further_answers import asked_probabilities, asked_times
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class IntervalCensoredCurve(Result):
    """Event-free proportion over time from intervals that hold the events. Made by `turnbull`.

    The curve is 1 minus the mass of the regions that have passed; inside a region with mass it is not
    determined, and all answers give both bounds there.

    Attributes
    ----------
    response : Surv
        The data.
    weights : ndarray, shape (n,)
        Case weights.
    log_likelihood : float
        At the maximum.
    kkt_gap : float
        How far the gradient exceeds its largest permitted value: the maximum is certified by a gap near 0,
        and n times the gap bounds what the log-likelihood lacks.
    interval : str
        Name of the interval method.
    level : float
        Confidence level.
    n_resamples : int
        Resamples behind the limits, which are drawn when limits are first asked for.
    seed : str
        What to write to draw the same ones again.
    """

    response: Surv
    weights: FloatArray
    regions: Regions
    maximum: Maximum
    interval: str
    level: float
    n_resamples: int
    seed: str
    entropy: tuple[int, ...]
    _bounds: list[Bounds] = field(default_factory=list, repr=False)
    _limits: list[Bounds] = field(default_factory=list, repr=False)

    summary_fields = (
        *Result.summary_fields,
        "log_likelihood",
        "kkt_gap",
        "interval",
        "level",
        "n_resamples",
        "seed",
    )

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood at the maximum."""
        return float(self.maximum.log_likelihood[0])

    @property
    def kkt_gap(self) -> float:
        """Largest excess of the gradient over what a maximum permits, to twelve decimals."""
        return round(max(0.0, float(self.maximum.gap[0])), 12)

    @property
    def left(self) -> FloatArray:
        """Left ends of the regions with mass."""
        return _kept(self.regions.left, self._with_mass)

    @property
    def right(self) -> FloatArray:
        """Right ends of the regions with mass: the left one for a single time, perhaps infinite at last."""
        return _kept(self.regions.right, self._with_mass)

    @property
    def mass(self) -> FloatArray:
        """Probability of each region with mass."""
        return _kept(self.maximum.mass[0], self._with_mass)

    @property
    def estimate(self) -> FloatArray:
        """Event-free proportion after the right end of each region with mass."""
        left: FloatArray = np.append(np.cumsum(self.mass[::-1])[::-1][1:], 0.0)
        return left

    @property
    def bounds(self) -> Bounds:
        """Smallest and largest curve of greatest likelihood, on the whole time axis."""
        if not self._bounds:
            self._bounds.append(bounds_of(self.regions, self.weights[None] > 0, self.maximum))
        return self._bounds[0]

    @property
    def limits(self) -> Bounds:
        """Pointwise limits on the whole time axis; the resamples are drawn when they are first asked for."""
        if not self._limits:
            found = bootstrap_limits(
                self.regions, Units.of_rows(self.weights), self.n_resamples, self.level, self.entropy
            )
            self._limits.append(found)
        return self._limits[0]

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Turnbull estimate, n = {self.n}, events = {self.n_events}, time in {self.response.unit}, "
            f"log-likelihood {self.log_likelihood:.8g}"
        )

    @property
    def interval_shown(self) -> str:
        """Level and kind of the pointwise interval as captions and tables print them."""
        return f"{formats.level(self.level)} {self.interval}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers behind the curve."""
        return self.response.patients(self.weights > 0)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each region with mass: left, right, mass, estimate after it, low, high.

        Limits are those at the right end; NaN where it is infinite.
        """
        import pandas as pd

        right = self.right
        finite = np.isfinite(right)
        limits = np.full((2, right.size), np.nan)
        limits[:, finite] = np.concatenate(self.limits.at(right[finite]))
        columns = {"left": self.left, "right": right, "mass": self.mass, "estimate": self.estimate}
        return pd.DataFrame(columns | {"low": limits[0], "high": limits[1]})

    def at(self, times: Any) -> pd.DataFrame:
        """Return what is known of the curve at given times: between which values it lies, and limits.

        Parameters
        ----------
        times : number or column of numbers
            From 0 on. Beyond the last end the lower bound falls to 0 unless the curve has.
        """
        import pandas as pd

        asked = asked_times(times)
        (low, high), (lower, upper) = self.bounds.at(asked), self.limits.at(asked)
        columns = {"time": asked, "estimate_low": low[0], "estimate_high": high[0]}
        return pd.DataFrame(columns | {"low": lower[0], "high": upper[0]})

    def quantile(self, probabilities: Any) -> pd.DataFrame:
        """Return between which times each quantile of the time to the event lies, with limits.

        Parameters
        ----------
        probabilities : number or column of numbers
            Strictly between 0 and 1; 0.5 is the median. Limits invert the pointwise ones.
        """
        import pandas as pd

        asked = asked_probabilities(probabilities)
        found = [self.bounds.quantiles(value) + self.limits.quantiles(value) for value in asked.tolist()]
        names = ("estimate_low", "estimate_high", "low", "high")
        ends = {name: [float(row[k][0]) for row in found] for k, name in enumerate(names)}
        return pd.DataFrame({"probability": asked} | ends)

    def pieces(self) -> pd.DataFrame:
        """Return the bounds and limits over the whole time axis, as open pieces and the times between them.

        One row for each: start, end (equal for a single time), estimate_low, estimate_high, low, high.
        """
        import pandas as pd

        times = self.regions.times
        starts = np.concatenate([[0.0], np.repeat(times, 2)])
        ends = np.concatenate([np.repeat(times, 2), [np.inf]])
        columns = {"start": starts, "end": ends, "estimate_low": self.bounds.low[0]}
        columns |= {"estimate_high": self.bounds.high[0]}
        columns |= {"low": self.limits.low[0], "high": self.limits.high[0]}
        # Before an exact time 0 there is nothing.
        kept = (ends > starts) | (np.arange(ends.size) % 2 == 1)
        return pd.DataFrame({name: values[kept] for name, values in columns.items()})

    def statistic(self, times: Any) -> BoundsUnderWeights:
        """Return a function of case weights for `hpcstats.bootstrap`, `jackknife` and `leave_one_out`.

        Parameters
        ----------
        times : number or column of numbers
            Where the curve is read; the function gives both bounds at each.

        Examples
        --------
        >>> import hpcstats as hs
        >>> y = hs.Surv.interval([0, 2, 2, 4, 4], [2, 4, 4, 6, 6], id=list("abcde"))
        >>> curve = hs.turnbull(y, seed=1)
        >>> found = hs.bootstrap(y, 200, statistic=curve.statistic(4), kind="percentile", seed=1)
        >>> found.to_frame()["quantity"].tolist()
        ['smallest S(4)', 'largest S(4)']
        """
        return BoundsUnderWeights(self.regions, asked_times(times))

    @property
    def _with_mass(self) -> BoolArray:
        return np.asarray(self.maximum.mass[0] > 0)


def _kept(values: FloatArray, kept: BoolArray) -> FloatArray:
    return np.asarray(values[kept], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class BoundsUnderWeights:
    """The bounds of a Turnbull curve at some times as a function of case weights (B, n).

    Attributes
    ----------
    regions : Regions
        Regions of all rows.
    times : ndarray
        Where the curve is read.
    """

    regions: Regions
    times: FloatArray

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the values, both bounds at each time in turn."""
        return tuple(f"{kind} S({time:g})" for time in self.times for kind in ("smallest", "largest"))

    def __call__(self, weights: FloatArray) -> FloatArray:
        """Return the bounds (B, 2 times)."""
        low, high = bounds(self.regions, weights).at(self.times)
        return np.stack([low, high], axis=2).reshape(len(weights), -1)
