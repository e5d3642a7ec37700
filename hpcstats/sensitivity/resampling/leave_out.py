"""`leave_one_out`: what becomes of an answer without each patient, or without each paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.regression.fit import CoxFit
from hpcstats.results import Result
from hpcstats.sensitivity.refitting.choice import choose, shown
from hpcstats.sensitivity.refitting.cox_refits import CoxRefits
from hpcstats.sensitivity.refitting.refits import Evaluated, Refits
from hpcstats.sensitivity.refitting.sample import Sample
from hpcstats.sensitivity.resampling.influence import Influence

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LeaveOneOut(Result):
    """Estimates without each unit in turn. Made by `leave_one_out`.

    Attributes
    ----------
    columns : mapping
        What names the k quantities.
    left_out : tuple
        Names of the U units left out.
    estimate : ndarray, shape (k,)
        Estimates with everybody.
    sizes, events : ndarray of int, shape (U,)
        Patients and events that are left.
    estimates, change : ndarray, shape (U, k)
        Estimates without each unit, and their difference from (hazard ratios: ratio to) that with all.
    low, high : ndarray, shape (U, k), or None
        Wald limits, of Cox models with a model-based variance.
    order : ndarray of int, shape (U, k)
        Rank of the influence: 1 for the unit whose leaving out changes most.
    statuses, reasons : tuple of tuple of str
        For each unit and quantity "ok", "firth" (no maximum likelihood estimate exists, Firth's is given) or
        "not_estimable", and why.
    """

    columns: Mapping[str, tuple[Any, ...]]
    left_out: tuple[Any, ...]
    estimate: FloatArray
    sizes: IntArray
    events: IntArray
    estimates: FloatArray
    change: FloatArray
    low: FloatArray | None
    high: FloatArray | None
    order: IntArray
    statuses: tuple[tuple[str, ...], ...]
    reasons: tuple[tuple[str, ...], ...]

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Leave-one-out, n = {self.n}, events = {self.n_events}, {len(self.left_out)} left out in turn"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each unit left out and quantity, in the order of the units."""
        import pandas as pd

        k, size = self.estimate.size, len(self.left_out)
        columns: dict[str, Any] = {
            "left_out": [unit for unit in self.left_out for _ in range(k)],
            "n": np.repeat(self.sizes, k),
            "n_events": np.repeat(self.events, k),
        }
        columns |= {name: list(labels) * size for name, labels in self.columns.items()}
        columns["estimate"] = self.estimates.ravel()
        if self.low is not None and self.high is not None:
            columns |= {"low": self.low.ravel(), "high": self.high.ravel()}
        columns |= {"change": self.change.ravel(), "order": self.order.ravel()}
        columns["status"] = [status for row in self.statuses for status in row]
        columns["reason"] = [reason for row in self.reasons for reason in row]
        return pd.DataFrame(columns)


def leave_one_out(
    result: Any,
    by: Any = None,
    *,
    statistic: Any = None,
    data: Any = None,
    penalty: Any = "same",
) -> LeaveOneOut:
    """Hazard ratios, survival or medians without each patient in turn, or without each paper.

    Of few patients one can carry a result: this names whom. Judge by the change, not by whether a limit
    crosses a line.

    Parameters
    ----------
    result : CoxFit, SurvivalCurves, CumulativeHazard or Surv
        What is estimated again.
    by : column or name of a column, optional
        Leaves out one level after the other, such as each paper; without it each patient. "auto" takes the
        clusters of the fit.
    statistic : optional
        Of a fit "hazard_ratio" (default) or "coefficient"; else as in `bootstrap`.
    data : frame, optional
        Where names of columns are looked up, one row for each row the result was made from. A Cox model
        keeps the table it was fitted to.
    penalty : "same", "firth", None or NormalPrior
        How a Cox model is fitted again, as in `bootstrap`. Firth's estimate takes the place of a maximum
        likelihood estimate that does not exist, compared with Firth's estimate of everybody.

    Returns
    -------
    LeaveOneOut
        With `to_frame`: left_out, n, n_events, names of the quantity, estimate, low and high (Cox), change,
        order, status, reason.

    Raises
    ------
    DataError, DesignError, UnsupportedError
        As `bootstrap`.

    Notes
    -----
    Each estimate is a full refit, not a first-order approximation; all of them are one batch of weights.
    Limits are Wald's, from the inverse information of the refit; there are none where the fit has a robust
    variance. The change of a hazard ratio is its ratio to the one with everybody.

    Examples
    --------
    Six patients: without b the likelihood is monotone, and Firth's estimate takes its place.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import leave_one_out
    >>> y = hs.Surv.right([1, 2, 3, 4, 6, 7], [1, 1, 1, 0, 1, 1], id=list("abcdef"))
    >>> fit = hs.cox(y, {"x": [1, 0, 1, 0, 1, 0]})
    >>> columns = ["left_out", "n_events", "estimate", "change", "order", "status"]
    >>> leave_one_out(fit).to_frame()[columns].round(2)
      left_out  n_events  estimate  change  order status
    0        a         4      2.30    0.69      3     ok
    1        b         4      6.24    2.40      1  firth
    2        c         4      3.41    1.02      6     ok
    3        d         5      2.33    0.70      4     ok
    4        e         4      4.22    1.26      5     ok
    5        f         4      1.41    0.42      2     ok
    """
    if statistic is None and isinstance(result, CoxFit):
        statistic = "hazard_ratio"
    sample, refits = choose(result, statistic, penalty)
    unit = "case" if by is None else by
    units = sample.units(unit, False, data)
    level = result.level if isinstance(refits, CoxRefits) and not result.robust else None
    found = Influence.of(sample, refits, units, errors=level is not None)
    low, high = (None, None) if level is None else _limits(refits, found.left, level)
    finite = np.where(found.left.finite, found.left.values, np.nan)
    return LeaveOneOut(
        n=sample.n,
        n_events=sample.n_events,
        method=_sentence(sample, unit, refits, level),
        conventions=_conventions(refits),
        columns=dict(refits.columns),
        left_out=sample.unit_labels(unit, data),
        estimate=shown(refits, found.whole),
        sizes=found.sizes,
        events=found.events,
        estimates=shown(refits, finite),
        change=shown(refits, found.change),
        low=low,
        high=high,
        order=found.order,
        statuses=found.statuses,
        reasons=found.told,
    )


def _limits(refits: Refits, left: Evaluated, level: float) -> tuple[FloatArray, FloatArray]:
    assert left.errors is not None
    margin = normal_quantile(level) * left.errors
    return shown(refits, left.values - margin), shown(refits, left.values + margin)


def _sentence(sample: Sample, unit: Any, refits: Refits, level: float | None) -> str:
    what = "cluster" if sample.draws_clusters(unit) else "case"
    how = f", each fitted by {refits.words}" if refits.words else ""
    limits = "" if level is None else f", {formats.level(level)} Wald intervals"
    return f"Leave-one-{what}-out{how}{limits}."


def _conventions(refits: Refits) -> tuple[str, ...]:
    change = "ratio to" if refits.logarithmic else "difference from"
    return (f"Change: {change} the estimate with everybody.", "Order: 1 for the largest change.")
