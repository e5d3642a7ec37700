"""`kaplan_meier`: the event-free proportion over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.pointwise import TRANSFORMS, normal_quantile, survival_limits
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import count, place
from hpcstats.errors import NonIdentifiableWarning, check_option, listing, warn
from hpcstats.groups import Groups, case_weights, confidence_level, needs_kind, number_of
from hpcstats.nonparametric.curves import Curve
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.surv import Surv

CONVENTIONS = (
    "At risk at t: entry < t <= exit; at equal times events precede censorings.",
    "Standard error and limits are undefined (NaN) where the curve is 0.",
    "A quantile that the curve does not reach is NaN, its upper limit infinite.",
    "Quantiles: midpoint where the curve is flat exactly at 1 - p.",
    "The curve stops at the last observation.",
)


def kaplan_meier(
    response: Surv,
    group: Any = None,
    *,
    interval: str = "log-log",
    level: float = 0.95,
    weights: Any = None,
) -> SurvivalCurves:
    r"""Proportion S(t) still free of the event at time t, with pointwise intervals, by group.

    Use it for one kind of event and censoring that is unrelated to prognosis. With competing events
    1 - S(t) overstates the risk.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    group : column, optional
        One label a row; a curve is made for each.
    interval : {"log-log", "plain", "log", "logit", "arcsin"}
        Scale on which the pointwise interval is symmetric.
    level : float
        Confidence level, a proportion.
    weights : column of numbers, optional
        Case weights; whole numbers give what the repeated rows give.

    Returns
    -------
    SurvivalCurves
        With `to_frame`, `at`, `quantile`, `rmst`, `risk_table`.

    Raises
    ------
    DataError
        For columns of another length, missing labels, or a level outside (0, 1).
    UnsupportedError
        For another kind of response or an unknown interval.

    Notes
    -----
    .. math:: \hat S(t) = \prod_{t_k \le t} \left(1 - \frac{d_k}{n_k}\right), \qquad
              \widehat{\mathrm{var}}\,\hat S = \hat S^2 \sum_{t_k \le t} \frac{d_k}{n_k (n_k - d_k)}

    At risk at t means entry < t <= exit. Limits are undefined (NaN) where S = 0, as in R's ``survfit``.
    Kaplan & Meier 1958 (doi:10.1080/01621459.1958.10501452); log-log: Kalbfleisch & Prentice 1980; the
    choice of scale: Borgan & Liestøl 1990.

    Examples
    --------
    Remission of 21 children under 6-mercaptopurine (Freireich et al. 1963): S(10) = .753, median 23 weeks.

    >>> import hpcstats as hs
    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> km = hs.kaplan_meier(hs.Surv.right(weeks, relapse, unit="weeks"))
    >>> km.at([10]).round(4)
      group  time  at_risk  estimate     low    high
    0   all  10.0       15    0.7529  0.5032  0.8894
    >>> km.quantile(0.5)
      group  probability  estimate   low  high
    0   all          0.5      23.0  13.0   inf
    """
    needs_kind(response, ("right",), "kaplan_meier", "It needs one right-censored row a patient: Surv.right.")
    check_option("interval", interval, TRANSFORMS)
    level = confidence_level(level)
    shown = formats.level(level)
    groups = Groups.of(group, response)
    case = case_weights(weights, response)
    z = normal_quantile(level)
    curves = tuple(
        _curve(response, groups.counted_rows(k, case), case, z, interval) for k in range(len(groups.labels))
    )
    fragile = _emptied_early(groups, curves)
    if fragile:
        warn(fragile, NonIdentifiableWarning)
    return SurvivalCurves(
        n=number_of(case),
        n_events=number_of(case[response.event]),
        method=f"Kaplan-Meier estimate with pointwise {shown} {interval} interval (Greenwood variance).",
        conventions=CONVENTIONS,
        warnings=(fragile,) if fragile else (),
        status="ok" if case[response.event].any() else "boundary",
        reason=""
        if case[response.event].any()
        else "no events: the curve is 1 throughout and its variance 0",
        response=response,
        groups=groups,
        weights=case,
        curves=curves,
        interval=interval,
        level=level,
    )


def _curve(response: Surv, rows: Any, weights: FloatArray, z: float, interval: str) -> Curve:
    entry = None if response.entry is None else response.entry[rows]
    risk = place(response.time[rows], response.event[rows], entry)
    counts = count(risk, weights[rows][None])
    survival, greenwood = product_limit(counts)
    low, high = survival_limits(survival[0], greenwood[0], z, interval)
    alive = survival[0] > 0
    error = np.where(alive, survival[0] * np.sqrt(np.where(alive, greenwood[0], 0)), np.nan)
    return Curve(
        time=risk.times,
        at_risk=counts.at_risk[0],
        events=counts.events[0],
        censored=counts.censored[0],
        estimate=survival[0],
        std_error=error,
        low=low,
        high=high,
    )


def _emptied_early(groups: Groups, curves: tuple[Curve, ...]) -> str:
    """Say where everybody at risk failed although others were observed later."""
    found = []
    for label, curve in zip(groups.labels, curves, strict=True):
        zero = np.flatnonzero(curve.estimate == 0)
        if zero.size and curve.at_risk[zero[0] + 1 :].any():
            found.append(f"{label}: at {curve.time[zero[0]]:g}")
    if not found:
        return ""
    return (
        f"With delayed entry everybody then at risk had the event ({listing(found)}), so the curve is 0 from "
        "there on whatever follows. Condition on a later time, when enough patients are under observation."
    )
