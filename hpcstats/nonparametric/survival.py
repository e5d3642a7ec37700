"""`kaplan_meier`: the event-free proportion over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import count, place
from hpcstats.core.tally import tally
from hpcstats.errors import NonIdentifiableWarning, check_option, listing, warn
from hpcstats.groups import Groups, case_weights, confidence_level, needs_kind, number_of
from hpcstats.nonparametric.beta_product import BetaProduct
from hpcstats.nonparametric.choice import Chosen, choose
from hpcstats.nonparametric.intervals import LOWER_LIMITS, SIDES, Asked
from hpcstats.nonparametric.survival_curve import SurvivalCurve
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.surv import Surv

CONVENTIONS = (
    "At risk at t: entry < t <= exit; at equal times events precede censorings.",
    "A quantile that the curve does not reach is NaN, its upper limit infinite.",
    "Quantiles: midpoint where the curve is flat exactly at 1 - p.",
    "The curve stops at the last observation.",
)


def kaplan_meier(
    response: Surv,
    group: Any = None,
    *,
    interval: str | BetaProduct = "auto",
    level: float = 0.95,
    weights: Any = None,
    sided: str = "two-sided",
    lower_limit: str = "usual",
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
    interval : str or BetaProduct
        Pointwise interval. "auto" is the beta product confidence procedure ("bpcp"), which holds its level in
        small samples and is defined at every time; with delayed entry, or weights that are not whole numbers,
        "log-log". A `BetaProduct` gives it with options, "bpcp-midp" its mid-p form. "log-log", "plain",
        "log", "logit" and "arcsin" are scales on which an interval with Greenwood's variance is symmetric.
        "thomas-grunkemeier" (likelihood ratio), "rothman" (effective binomial), "borkowf" (hybrid variance;
        the same as "borkowf-log", beside "borkowf-plain", "borkowf-shifted-log", "borkowf-shifted-plain") and
        "strawderman-wells" (Edgeworth; may narrow as the level rises, where few events went before) are
        defined, as the beta product is, without delayed entry and for whole weights.
    level : float
        Confidence level of the interval, or of the one limit; a proportion.
    weights : column of numbers, optional
        Case weights; whole numbers give what the repeated rows give.
    sided : {"two-sided", "lower", "upper"}
        Both limits, or one limit at the whole level; the other end is then 0 or 1.
    lower_limit : {"usual", "peto", "dorey-korn"}
        Variance of the lower limit of the intervals that rest on Greenwood's; not with sided="upper".

    Returns
    -------
    SurvivalCurves
        With `to_frame`, `at`, `pieces`, `quantile`, `rmst`, `risk_table`.

    Raises
    ------
    DataError
        For columns of another length, missing labels, or a level outside (0, 1).
    UnsupportedError
        For another kind of response, an unknown interval, an interval where it is not defined, or a modified
        lower limit of an upper one.

    Notes
    -----
    .. math:: \hat S(t) = \prod_{t_k \le t} \left(1 - \frac{d_k}{n_k}\right), \qquad
              \widehat{\mathrm{var}}\,\hat S = \hat S^2 \sum_{t_k \le t} \frac{d_k}{n_k (n_k - d_k)}

    At risk at t means entry < t <= exit. Limits that rest on Greenwood's variance are undefined (NaN) where
    S = 0, as in R's ``survfit``. Where S = 1 "plain", "log", "log-log" and "logit" give 1 to 1, an interval
    without width that says nothing of the uncertainty, and "arcsin" NaN. Kaplan & Meier 1958
    (doi:10.1080/01621459.1958.10501452); beta product: Fay, Brittain & Proschan 2013
    (doi:10.1093/biostatistics/kxt016); log-log: Kalbfleisch & Prentice 1980; the choice of scale: Borgan &
    Liestøl 1990.

    Examples
    --------
    Remission of 21 children under 6-mercaptopurine (Freireich et al. 1963): S(10) = .753 (.501 to .915),
    median 23 weeks (11 to infinity).

    >>> import hpcstats as hs
    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> km = hs.kaplan_meier(hs.Surv.right(weeks, relapse, unit="weeks"))
    >>> km.at([10]).round(4)
      group  time  at_risk  estimate     low   high
    0   all  10.0       15    0.7529  0.5008  0.915
    >>> km.quantile(0.5)
      group  probability  estimate   low  high
    0   all          0.5      23.0  11.0   inf
    >>> hs.kaplan_meier(km.response, interval="thomas-grunkemeier").at([10, 20]).round(4)
      group  time  at_risk  estimate     low    high
    0   all  10.0       15    0.7529  0.5401  0.9037
    1   all  20.0        8    0.6275  0.3950  0.8214
    """
    needs_kind(response, ("right",), "kaplan_meier", "It needs one right-censored row a patient: Surv.right.")
    check_option("sided", sided, SIDES)
    check_option("lower_limit", lower_limit, LOWER_LIMITS)
    level = confidence_level(level)
    groups = Groups.of(group, response)
    case = case_weights(weights, response)
    asked = Asked(level=level, sided=sided, lower_limit=lower_limit)
    chosen = choose(interval, response, weights=None if weights is None else case, asked=asked)
    given = None if weights is None else case
    everybody = group is None and weights is None
    curves = tuple(
        _curve(response, slice(None) if everybody else groups.counted_rows(k, case), given, chosen, asked)
        for k in range(len(groups.labels))
    )
    if chosen.at_once:
        for curve in curves:
            _ = curve.limits
    fragile = "" if response.entry is None else _emptied_early(groups, curves)
    if fragile:
        warn(fragile, NonIdentifiableWarning)
    number = len(response) if given is None else number_of(case)
    events = response.n_events if given is None else number_of(case[response.event])
    return SurvivalCurves(
        n=number,
        n_events=events,
        method=chosen.sentence(asked),
        conventions=(chosen.convention, *CONVENTIONS),
        warnings=(fragile,) if fragile else (),
        status="ok" if events else "boundary",
        reason="" if events else "no events: the curve is 1 throughout and its variance 0",
        response=response,
        groups=groups,
        weights=case,
        curves=curves,
        interval=chosen.name,
        level=level,
        asked=asked,
        procedure=chosen.procedure,
    )


def _curve(
    response: Surv, rows: Any, weights: FloatArray | None, chosen: Chosen, asked: Asked
) -> SurvivalCurve:
    entry = None if response.entry is None else response.entry[rows]
    time, event = response.time[rows], response.event[rows]
    if weights is None and entry is None:
        times, counts = tally(time, event)
    else:
        risk = place(time, event, entry)
        times, counts = (
            risk.times,
            count(risk, np.ones((1, time.size)) if weights is None else weights[rows][None]),
        )
    survival, greenwood = product_limit(counts)
    return SurvivalCurve(
        time=times,
        counts=counts,
        estimate=survival[0],
        greenwood=greenwood[0],
        interval=chosen.method,
        asked=asked,
    )


def _emptied_early(groups: Groups, curves: tuple[SurvivalCurve, ...]) -> str:
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
