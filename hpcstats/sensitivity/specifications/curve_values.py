"""`MedianTime` and `SurvivalAt`: values of a Kaplan-Meier curve as the answer of a specification."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.errors import DataError, check_option
from hpcstats.groups import needs_kind
from hpcstats.nonparametric import SurvivalCurves, kaplan_meier
from hpcstats.nonparametric.beta_product import BetaProduct
from hpcstats.nonparametric.choice import AUTO
from hpcstats.nonparametric.intervals import INTERVALS
from hpcstats.sensitivity.specifications.outcome import Outcome
from hpcstats.sensitivity.specifications.shared import Shared
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MedianTime:
    """The median of a Kaplan-Meier curve, or another quantile, stated for a multiverse.

    Attributes
    ----------
    response : Surv
        Right-censored times of all patients of the curve.
    probability : float
        Proportion that has had the event by then.
    interval : str or BetaProduct
        As in `hpcstats.kaplan_meier`.
    null : float, optional
        A time that separates two conclusions.
    label : str
        What is estimated, as it is printed.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import MedianTime, multiverse
    >>> y = hs.Surv.right([6, 6, 7, 10, 13, 22], [1, 1, 1, 0, 1, 1])
    >>> def build(interval):
    ...     return MedianTime(response=y, interval=interval)
    >>> found = multiverse({"interval": ["bpcp", "log-log"]}, build, main={"interval": "bpcp"})
    >>> found.to_frame()[["interval", "estimate", "low", "high"]]
      interval  estimate  low  high
    0     bpcp      10.0  6.0   inf
    1  log-log      10.0  6.0   inf
    """

    response: Surv
    probability: float = 0.5
    interval: str | BetaProduct = "auto"
    null: float | None = None
    label: str = "Median time"

    def check(self, level: float) -> None:  # noqa: ARG002 (as asked for)
        """Refuse what is stated wrongly, whatever the data.

        Raises
        ------
        UnsupportedError, DataError
            For no response, an unknown interval, or a probability that is none.
        """
        _check(self.response, self.interval, "MedianTime")
        if not _is_number(self.probability) or not 0 < self.probability < 1:
            raise DataError(
                f"probability must be a number strictly between 0 and 1, not {self.probability!r}. Write 0.5 "
                "for the median."
            )

    def solve(self, shared: Shared, level: float) -> Outcome:
        """Estimate the curve, or take the one that there is, and read the quantile.

        Raises
        ------
        HpcstatsError
            As `hpcstats.kaplan_meier`.
        """
        km = _curve(self.response, self.interval, shared, level)
        reason = f"the curve does not reach {1 - self.probability:g}"
        return _read(km, km.quantile(self.probability), self.label, self.null, reason)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalAt:
    """The proportion without the event at a time, stated for a multiverse.

    Attributes
    ----------
    response : Surv
        Right-censored times of all patients of the curve.
    time : float
        The time.
    interval : str or BetaProduct
        As in `hpcstats.kaplan_meier`.
    null : float, optional
        A proportion that separates two conclusions.
    label : str
        What is estimated, as it is printed.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import SurvivalAt, multiverse
    >>> y = hs.Surv.right([6, 6, 7, 10, 13, 22], [1, 1, 1, 0, 1, 1])
    >>> def build(interval):
    ...     return SurvivalAt(response=y, time=7, interval=interval)
    >>> found = multiverse({"interval": ["bpcp", "log-log"]}, build, main={"interval": "bpcp"})
    >>> found.to_frame()[["interval", "estimate", "low", "high"]].round(3)
      interval  estimate    low   high
    0     bpcp       0.5  0.118  0.882
    1  log-log       0.5  0.111  0.804
    """

    response: Surv
    time: float
    interval: str | BetaProduct = "auto"
    null: float | None = None
    label: str = "Proportion without the event"

    def check(self, level: float) -> None:  # noqa: ARG002 (as asked for)
        """Refuse what is stated wrongly, whatever the data.

        Raises
        ------
        UnsupportedError, DataError
            For no response, an unknown interval, or a time that is none.
        """
        _check(self.response, self.interval, "SurvivalAt")
        if not _is_number(self.time) or not 0 <= self.time < math.inf:
            raise DataError(f"time must be a number from 0 on, not {self.time!r}.")

    def solve(self, shared: Shared, level: float) -> Outcome:
        """Estimate the curve, or take the one that there is, and read it at the time.

        Raises
        ------
        HpcstatsError
            As `hpcstats.kaplan_meier`; DesignError beyond the end of follow-up.
        """
        km = _curve(self.response, self.interval, shared, level)
        return _read(km, km.at([self.time]), self.label, self.null, "not estimable at this time")


def _check(response: Any, interval: Any, what: str) -> None:
    needs_kind(response, ("right",), what, "It needs Surv.right.")
    if not isinstance(interval, BetaProduct):
        check_option("interval", interval, (AUTO, *INTERVALS))


def _is_number(given: Any) -> bool:
    return isinstance(given, (int, float, np.integer, np.floating)) and not isinstance(given, bool)


def _curve(response: Surv, interval: str | BetaProduct, shared: Shared, level: float) -> SurvivalCurves:
    key = ("curve", shared.name(response), repr(interval), level)
    return shared.once(key, lambda: kaplan_meier(response, interval=interval, level=level))


def _read(km: SurvivalCurves, found: pd.DataFrame, label: str, null: float | None, reason: str) -> Outcome:
    row = found.iloc[0]
    estimate = float(row["estimate"])
    return Outcome(
        estimate=estimate,
        low=float(row["low"]),
        high=float(row["high"]),
        n=km.n,
        n_events=km.n_events,
        label=label,
        null=null,
        status="not_estimable" if math.isnan(estimate) else "ok",
        reason=reason if math.isnan(estimate) else "",
        patients=km.patients(),
    )
