"""`aalen_johansen`: how likely each of several events is by each time."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.competing import variance as competing_variance
from hpcstats.core.competing.incidence import Incidence, count_causes, cumulative_incidence
from hpcstats.core.competing.influence import infinitesimal_jackknife
from hpcstats.core.competing.limits import SCALES
from hpcstats.core.risk_sets import place
from hpcstats.errors import NonIdentifiableWarning, check_option, listing, warn
from hpcstats.groups import Groups, case_weights, confidence_level, needs_kind, number_of
from hpcstats.nonparametric.competing.curves import CumulativeIncidence, IncidenceCurve
from hpcstats.surv import Surv

VARIANCES = {
    "infinitesimal-jackknife": "infinitesimal-jackknife variance",
    "greenwood": "Greenwood-type (delta-method) variance",
    "aalen": "Aalen-type variance",
}

CONVENTIONS = (
    "At risk at t: entry < t <= exit; at equal times events precede censorings.",
    "Tied events of different causes share one risk set.",
    "Cumulative incidences and the event-free proportion add up to 1 at every time.",
    "The curves stop at the last observation.",
)


def aalen_johansen(
    response: Surv,
    group: Any = None,
    *,
    interval: str = "log-log",
    level: float = 0.95,
    weights: Any = None,
    variance: str = "infinitesimal-jackknife",
) -> CumulativeIncidence:
    r"""Cumulative incidence F_k(t): the proportion in whom event k is the first of several events by time t.

    Use it where one event prevents, or ends the wait for, another: recurrence, metastasis or death,
    whichever comes first. One minus Kaplan-Meier, with the other events censored, overstates each of them:
    it answers what would happen if they could not occur, and the sum of such answers can exceed 1. With a
    single cause the two are the same.

    Parameters
    ----------
    response : Surv
        From `Surv.competing`, optionally with delayed entry.
    group : column, optional
        One label a row; curves are made for each.
    interval : {"log-log", "plain", "log", "logit", "arcsin", "complementary-log-log"}
        Scale on which the pointwise interval is symmetric. "log-log" is that of log(-log F) (R's
        ``survfit``), "complementary-log-log" that of log(-log(1 - F)) (R's ``etm``).
    level : float
        Confidence level, a proportion.
    weights : column of numbers, optional
        Case weights; whole numbers give what the repeated rows give, others are sampling weights.
    variance : {"infinitesimal-jackknife", "greenwood", "aalen"}
        The first two differ with delayed entry, and with fractional weights, which the former takes as
        sampling weights and the latter as counts; the former is R's ``survfit``. "aalen" is that of R's
        ``cmprsk::cuminc``, as a rule somewhat larger.

    Returns
    -------
    CumulativeIncidence
        With `to_frame`, `at`, `risk_table`, `event_free`, `conditional`.

    Raises
    ------
    DataError
        For columns of another length, missing labels, unusable weights, or a level outside (0, 1).
    UnsupportedError
        For another kind of response, and unknown options.

    Warns
    -----
    NonIdentifiableWarning
        When delayed entry lets everybody at risk have an event although others were observed later.

    Notes
    -----
    With n_j at risk, d_kj events of cause k and d_j of any cause at t_j,

    .. math:: \hat F_k(t) = \sum_{t_j \le t} \hat S(t_j-) \frac{d_{kj}}{n_j}, \qquad
        \hat S(t) = \prod_{t_j \le t} \left(1 - \frac{d_j}{n_j}\right)

    Nothing is put in an order within a tie, and the estimate is exact with ties. The limits have no width
    where F is 0 and do not exist where F is 1: neither says that the uncertainty is nil. Aalen & Johansen
    1978 (Scand J Stat 5:141); variance: Dinse & Larson 1986 (doi:10.1093/biomet/73.2.379), Aalen 1978
    (doi:10.1214/aos/1176344247); the log-log scale: Choudhury 2002 (doi:10.1002/sim.1116).

    Examples
    --------
    Ten patients; at time 2 both causes occur, among the nine then at risk.

    >>> import hpcstats as hs
    >>> y = hs.Surv.competing(
    ...     [1, 2, 2, 3, 4, 5, 5, 6, 7, 8],
    ...     [1, 2, 1, 0, 1, 2, 2, 0, 1, 0],
    ...     causes=["relapse", "death"],
    ... )
    >>> curves = hs.aalen_johansen(y)
    >>> curves.at([2, 5]).round(4)
      group    cause  time  at_risk  estimate  std_error     low    high
    0   all  relapse   2.0        9    0.2000     0.1265  0.0309  0.4747
    1   all  relapse   5.0        5    0.3167     0.1525  0.0733  0.6029
    2   all    death   2.0        9    0.1000     0.0949  0.0057  0.3581
    3   all    death   5.0        5    0.3333     0.1575  0.0779  0.6232
    >>> curves.risk_table(5)
      group    cause  time  at_risk  events  censored
    0   all  relapse   5.0        3       3         1
    1   all    death   5.0        3       3         1
    """
    needs_kind(
        response,
        ("competing",),
        "aalen_johansen",
        "Write Surv.competing(time, cause, causes=[...]); for one kind of event use hs.kaplan_meier.",
    )
    check_option("interval", interval, SCALES)
    check_option("variance", variance, VARIANCES)
    level = confidence_level(level)
    groups, case = Groups.of(group, response), case_weights(weights, response)
    curves = tuple(
        _curve(response, groups.counted_rows(k, case), case, variance, (level, interval))
        for k in range(len(groups.labels))
    )
    fragile = "" if response.entry is None else _emptied_early(groups, curves)
    if fragile:
        warn(fragile, NonIdentifiableWarning)
    events = number_of(case[response.event]) if case[response.event].any() else 0
    return CumulativeIncidence(
        n=number_of(case),
        n_events=events,
        method=(
            f"Aalen-Johansen cumulative incidence with pointwise {formats.level(level)} {interval} interval "
            f"({VARIANCES[variance]})."
        ),
        conventions=CONVENTIONS,
        warnings=(fragile,) if fragile else (),
        status="ok" if events else "boundary",
        reason="" if events else "no events: the curves are 0 throughout and their variance 0",
        response=response,
        groups=groups,
        weights=case,
        curves=curves,
        interval=interval,
        level=level,
        variance=variance,
    )


def _curve(
    response: Surv, rows: Any, weights: FloatArray, variance: str, limits: tuple[float, str]
) -> IncidenceCurve:
    entry = None if response.entry is None else response.entry[rows]
    cause, case = response.status[rows], weights[rows]
    risk = place(response.time[rows], cause > 0, entry)
    found = cumulative_incidence(count_causes(risk, cause, len(response.causes), case[None]))
    repeated = not (case % 1).any()
    if variance == "infinitesimal-jackknife" and not (repeated and entry is None):
        spread = infinitesimal_jackknife(risk, cause, case if repeated else case**2, found)
    else:
        spread = _spread(found, variance)
    return IncidenceCurve(
        time=risk.times,
        counts=found.counts.total,
        estimate=found.estimate[0],
        survival=found.survival[0],
        events_by_cause=found.counts.events[0],
        std_error=np.sqrt(spread),
        level=limits[0],
        interval=limits[1],
    )


def _spread(found: Incidence, variance: str) -> FloatArray:
    """Return the variance (K, T) of counts: of whole weights without entry the jackknife's is Greenwood's."""
    formula = competing_variance.aalen if variance == "aalen" else competing_variance.greenwood
    spread: FloatArray = formula(found)[0]
    return spread


def _emptied_early(groups: Groups, curves: tuple[IncidenceCurve, ...]) -> str:
    """Say where everybody at risk had an event although others were observed later."""
    found = []
    for label, curve in zip(groups.labels, curves, strict=True):
        zero = np.flatnonzero(curve.survival == 0)
        if zero.size and curve.at_risk[zero[0] + 1 :].any():
            found.append(f"{label}: at {curve.time[zero[0]]:g}")
    if not found:
        return ""
    return (
        f"With delayed entry everybody then at risk had an event ({listing(found)}), so that the curves stay "
        "as they are from there on whatever follows. Condition on a later time, when enough patients are "
        "under observation."
    )
