"""The result of a Kaplan-Meier estimate: curves, and the questions one asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core import step_function
from hpcstats.errors import DataError, check_option
from hpcstats.nonparametric.beta_product import BetaProduct
from hpcstats.nonparametric.curve_answers import at_times, pieces, quantiles, restricted_mean
from hpcstats.nonparametric.curves import Curves
from hpcstats.nonparametric.further_answers import (
    FurtherAnswers,
    asked_probabilities,
    asked_times,
    refuse_beyond,
)
from hpcstats.nonparametric.intervals import SHOWN, Asked
from hpcstats.nonparametric.numbers_at import under_observation
from hpcstats.nonparametric.survival_curve import SurvivalCurve

if TYPE_CHECKING:
    import pandas as pd

BEYOND = ("refuse", "limits")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SurvivalCurves(FurtherAnswers, Curves):
    """Event-free proportions over time, a curve for each group, with pointwise intervals.

    Made by `kaplan_meier`. Curves stop at the last observation; nothing is extrapolated.

    Attributes
    ----------
    response : Surv
        The data the curves rest on.
    curves : tuple of SurvivalCurve
        One curve a label, in the same order.
    interval : str
        Name of the interval method.
    level : float
        Confidence level.
    asked : Asked
        Level, sides and kind of the limits.
    procedure : BetaProduct or None
        Options of the beta product confidence procedure, where that is the interval.
    """

    curves: tuple[SurvivalCurve, ...]
    weights: FloatArray
    asked: Asked
    procedure: BetaProduct | None = None

    name: ClassVar[str] = "Kaplan-Meier"

    def __iter__(self) -> Iterator[tuple[Any, SurvivalCurve]]:
        return zip(self.labels, self.curves, strict=True)

    @property
    def interval_shown(self) -> str:
        """Level and kind of the pointwise interval as captions and tables print them."""
        sided = "" if self.asked.sided == "two-sided" else "one-sided "
        return f"{sided}{formats.level(self.level)} {SHOWN.get(self.interval, self.interval)}"

    @property
    def follow_up(self) -> dict[Any, float]:
        """End of follow-up of each group."""
        return {label: curve.end for label, curve in self}

    def at(self, times: Any, beyond: str = "refuse") -> pd.DataFrame:
        """Return the estimates at given times from 0 on.

        Parameters
        ----------
        times : number or column of numbers
            From 0 to the end of follow-up.
        beyond : {"refuse", "limits"}
            What to do with later times: refuse them, or give the limits that still hold there beside an
            estimate of NaN. Those of the beta product do; other limits are NaN.

        Raises
        ------
        DesignError
            For a time after the last observation of a group, unless `beyond` is "limits".
        """
        check_option("beyond", beyond, BEYOND)
        asked = asked_times(times)
        if beyond == "refuse":
            self._within_follow_up(asked, "The estimate", allow_zero=False)
        return self.stack(
            {"time": asked, "at_risk": self._number(rows, asked, after=False), **at_times(curve, asked)}
            for curve, rows in self._with_rows()
        )

    def pieces(self) -> pd.DataFrame:
        """Return the estimate and its limits over the whole time axis, as pieces [start, end).

        The pieces begin at 0 and at each observed time (with grouped times also where an interval begins);
        the last one has no end. On it the estimate, and limits other than those of the beta product, hold at
        its beginning only. Limits that differ just after the beginning of a piece stand in ``low_after`` and
        ``high_after``, Monte-Carlo standard errors of limits in ``low_error`` and ``high_error``.
        """
        return self.stack(pieces(curve) for curve in self.curves)

    def quantile(self, probability: Any = 0.5) -> pd.DataFrame:
        """Return the times by which a given proportion has had the event, with Brookmeyer-Crowley limits.

        The p-quantile is where the curve first reaches 1 - p; where it runs exactly at 1 - p, the midpoint
        of that flat (R's rule), decided by whole numbers. A quantile that is not reached is NaN.
        Pointwise limits that say something before the first event (beta product, Thomas-Grunkemeier, Rothman,
        shifted Borkowf) are inverted over the whole time axis: from where the lower limit first reaches
        1 - p, which can be 0, to where the upper limit first lies below it. With other intervals the rule of
        the estimate is applied to the pointwise limits. An upper limit not reached is infinite.
        """
        asked = asked_probabilities(probability)
        return self.stack({"probability": asked, **quantiles(curve, asked)} for curve in self.curves)

    def rmst(self, horizon: float) -> pd.DataFrame:
        """Return the restricted mean time without the event up to `horizon`: the area under the curve.

        The standard error is the root of sum A_k^2 d_k / (n_k (n_k - d_k)), A_k the area from t_k to the
        horizon; the interval is normal, whatever the interval of the curve. One-sided, the other end is 0 or
        the horizon.

        Raises
        ------
        DesignError
            For a horizon after the last observation of a group whose curve has not reached 0.
        """
        asked = asked_times(horizon, "horizon")
        if asked.size != 1:
            raise DataError("rmst takes one horizon.")
        self._within_follow_up(asked, "The restricted mean", allow_zero=True)
        return self.stack(restricted_mean(curve, float(asked[0])) for curve in self.curves)

    def risk_table(self, times: Any) -> pd.DataFrame:
        """Return, just after each time, how many are still at risk and how many had left, by event or not.

        Without delayed entry ``at_risk + events + censored`` is n at every time.
        """
        asked = asked_times(times)
        return self.stack(
            {
                "time": asked,
                "at_risk": self._number(rows, asked, after=True),
                "events": step_function.value_at(curve.time, np.cumsum(curve.events), asked, 0.0),
                "censored": step_function.value_at(curve.time, np.cumsum(curve.censored), asked, 0.0),
            }
            for curve, rows in self._with_rows()
        )

    def _with_rows(self) -> Iterator[tuple[SurvivalCurve, Any]]:
        return ((curve, self.groups.rows(number)) for number, curve in enumerate(self.curves))

    def _number(self, rows: Any, asked: FloatArray, *, after: bool) -> FloatArray:
        return under_observation(self.response, rows, self.weights[rows], asked, after=after)

    def _within_follow_up(self, asked: FloatArray, what: str, *, allow_zero: bool) -> None:
        ended = {label for label, curve in self if allow_zero and curve.estimate[-1] == 0}
        ends = {label: curve.end for label, curve in self if label not in ended}
        refuse_beyond(asked, ends, what, self.response.unit)
