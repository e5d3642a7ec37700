"""The result of a Kaplan-Meier estimate: curves, and the questions one asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.core import step_function
from hpcstats.core.pointwise import normal_quantile
from hpcstats.core.product_limit import greenwood_terms
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.nonparametric.curves import Curve, Curves

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SurvivalCurves(Curves):
    """Event-free proportions over time, a curve for each group, with pointwise intervals.

    Made by `kaplan_meier`. Curves stop at the last observation; nothing is extrapolated.

    Attributes
    ----------
    response : Surv
        The data the curves rest on.
    labels : tuple
        Group labels, ("all",) without groups.
    curves : tuple of Curve
        One curve a label, in the same order.
    interval : str
        Name of the interval method.
    level : float
        Confidence level.
    """

    weights: FloatArray

    name: ClassVar[str] = "Kaplan-Meier"

    @property
    def follow_up(self) -> dict[Any, float]:
        """End of follow-up of each group."""
        return {label: curve.end for label, curve in self}

    def at(self, times: Any) -> pd.DataFrame:
        """Return the estimates at given times from 0 to the end of follow-up.

        Raises
        ------
        DesignError
            For a time after the last observation of a group.
        """
        asked = self._times(times)
        self._within_follow_up(asked, "The estimate", allow_zero=False)
        untouched = np.nan if self.interval == "arcsin" else 1.0
        return self.stack(
            {
                "time": asked,
                "at_risk": self._number(rows, asked, after=False),
                **{
                    name: step_function.value_at(curve.time, getattr(curve, name), asked, before)
                    for name, before in (("estimate", 1.0), ("low", untouched), ("high", untouched))
                },
            }
            for curve, rows in self._with_rows()
        )

    def quantile(self, probability: Any = 0.5) -> pd.DataFrame:
        """Return the times by which a given proportion has had the event, with Brookmeyer-Crowley limits.

        The p-quantile is where the curve first reaches 1 - p; where it runs exactly at 1 - p, the midpoint
        of that flat (R's rule), decided by whole numbers. The limits are the same rule applied to the
        pointwise limits. A quantile that is not reached is NaN, its upper limit infinite.
        """
        asked = self._times(probability)
        if ((asked <= 0) | (asked >= 1)).any():
            raise DataError(f"probability must lie strictly between 0 and 1, not {probability!r}.")
        return self.stack(
            {"probability": asked}
            | dict(
                zip(
                    ("estimate", "low", "high"),
                    np.transpose([_quantile(curve, float(p)) for p in asked]),
                    strict=True,
                )
            )
            for curve in self.curves
        )

    def rmst(self, horizon: float) -> pd.DataFrame:
        """Return the restricted mean time without the event up to `horizon`: the area under the curve.

        The standard error is the root of sum A_k^2 d_k / (n_k (n_k - d_k)), A_k the area from t_k to the
        horizon; the interval is normal.

        Raises
        ------
        DesignError
            For a horizon after the last observation of a group whose curve has not reached 0.
        """
        asked = self._times(horizon)
        if asked.size != 1:
            raise DataError("rmst takes one horizon.")
        self._within_follow_up(asked, "The restricted mean", allow_zero=True)
        z = normal_quantile(self.level)
        return self.stack(_restricted_mean(curve, float(asked[0]), z) for curve in self.curves)

    def risk_table(self, times: Any) -> pd.DataFrame:
        """Return, just after each time, how many are still at risk and how many had left, by event or not.

        Without delayed entry ``at_risk + events + censored`` is n at every time.
        """
        asked = self._times(times)
        return self.stack(
            {
                "time": asked,
                "at_risk": self._number(rows, asked, after=True),
                "events": step_function.value_at(curve.time, np.cumsum(curve.events), asked, 0.0),
                "censored": step_function.value_at(curve.time, np.cumsum(curve.censored), asked, 0.0),
            }
            for curve, rows in self._with_rows()
        )

    def _with_rows(self) -> Iterator[tuple[Curve, Any]]:
        return ((curve, self.groups.rows(number)) for number, curve in enumerate(self.curves))

    def _number(self, rows: Any, asked: FloatArray, *, after: bool) -> FloatArray:
        """Weigh those with entry < t <= exit, or, just `after` t, those with entry <= t < exit."""
        weights = self.weights[rows]

        def up_to(times: FloatArray) -> FloatArray:
            return step_function.weight_up_to(times[rows], weights, asked, including=after)

        leaving = up_to(self.response.time)
        if self.response.entry is None:
            return np.sum(weights, dtype=np.float64) - leaving
        return up_to(self.response.entry) - leaving

    def _times(self, values: Any) -> FloatArray:
        asked = as_numbers([values] if np.ndim(values) == 0 else values, "times")
        if not asked.size or not (np.isfinite(asked).all() and (asked >= 0).all()):
            raise DataError(f"Times asked for must be numbers from 0 on, not {values!r}.")
        return asked

    def _within_follow_up(self, asked: FloatArray, what: str, *, allow_zero: bool) -> None:
        latest = asked.max()
        late = [
            f"{label}: {curve.end:g}"
            for label, curve in self
            if latest > curve.end * (1 + SAME_TIME) and not (allow_zero and curve.estimate[-1] == 0)
        ]
        if late:
            raise DesignError(
                f"{what} at {latest:g} {self.response.unit} lies beyond the end of follow-up "
                f"({listing(late)}). Ask for an earlier time; nothing is extrapolated."
            )


def _quantile(curve: Curve, probability: float) -> tuple[float, float, float]:
    height = 1.0 - probability
    side = step_function.exact_side(curve.counts, curve.estimate[None], probability)
    estimate = step_function.crossing(curve.time, curve.estimate, height, side)
    low = step_function.crossing(curve.time, curve.low, height)
    high = step_function.crossing(curve.time, curve.high, height)
    return estimate, low, float("inf") if np.isnan(high) else high


def _restricted_mean(curve: Curve, horizon: float, z: float) -> dict[str, list[float]]:
    terms = greenwood_terms(curve.counts)
    area, variance = step_function.restricted_area(curve.time, curve.estimate[None], terms, horizon)
    mean, error = float(area[0]), float(np.sqrt(variance[0]))
    return {
        "horizon": [horizon],
        "estimate": [mean],
        "std_error": [error],
        "low": [mean - z * error],
        "high": [mean + z * error],
    }
