"""`mean_cumulative`: the mean number of events a patient has had by a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.errors import UnsupportedError, check_option
from hpcstats.groups import confidence_level, number_of
from hpcstats.recurrence.histories import Histories
from hpcstats.recurrence.limits import INTERVALS
from hpcstats.recurrence.mean_curve import Part, curve_of, few_with_events, warn_of_unobserved
from hpcstats.recurrence.mean_curves import MeanCumulative
from hpcstats.surv import Surv

VARIANCES = {
    "lawless-nadeau": "robust variance by the influence of each patient",
    "poisson": "variance of a Poisson process",
    "sample": "sample variance of the patients' own numbers, everybody followed up alike",
}
CONVENTIONS = (
    "At risk at t: start < t <= stop; events at t count against those who die or leave at t.",
    "Before the first event the mean is 0 and has no upper limit (NaN).",
    (
        "An event of the only patient under observation adds nothing to the robust variance: limits from "
        "there on are too narrow, and with interval='log-t' not given (NaN)."
    ),
    "The curve stops at the last observation.",
)
OF_DEATH = "A death at t does not reduce the proportion alive before events at t."


def mean_cumulative(
    response: Surv,
    group: Any = None,
    *,
    interval: str = "log",
    level: float = 0.95,
    variance: str = "lawless-nadeau",
    weights: Any = None,
    death: str = "terminal",
) -> MeanCumulative:
    r"""Mean number of events a patient has had by time t, with pointwise intervals, by group.

    Use it for events that can happen again: Kaplan-Meier knows the first one only. Rows need no model, and
    events of one patient may depend on each other in any way. With deaths in `response` it is the mean over
    all patients, the dead having no further events; censoring them instead would describe a world without
    death. Censoring must have nothing to do with the number of events.

    Parameters
    ----------
    response : Surv
        From `Surv.counting`; with ``terminal=`` where patients can die. Delayed entry and gaps are honoured.
    group : column, optional
        One label a row, the same in all rows of a patient; a curve is made for each.
    interval : {"log", "plain", "log-t"}
        Pointwise interval: normal on the log or the plain scale (then cut at 0), or for few patients
        Student's t on the log scale with n - 1 degrees of freedom and the variance times n / (n - 1), which
        ends where an event befell the only patient under observation.
    level : float
        Confidence level, a proportion.
    variance : {"lawless-nadeau", "poisson", "sample"}
        Robust; that of a Poisson process (too small where patients differ); or the sample variance of the
        patients' own numbers, which is right only up to the time at which the first of them leaves.
    weights : column of numbers, optional
        How often each patient counts, the same in all rows of one; whole numbers give what the repeated
        patients give.
    death : {"terminal", "censoring"}
        Whether deaths end the recurrences (Ghosh and Lin), or only the observation (Nelson): then the mean is
        that of patients who never die.

    Returns
    -------
    MeanCumulative
        With `to_frame`, `at`, `risk_table`, `difference`, `statistic`.

    Raises
    ------
    DataError
        For a group or weight that changes within a patient, and a level outside (0, 1).
    UnsupportedError
        For another kind of response, unknown options, and a variance where it is not defined.

    Warns
    -----
    NonIdentifiableWarning
        Where nobody is under observation for a time: what happens then is not counted.

    Notes
    -----
    .. math:: \hat\mu(t) = \sum_{t_k \le t} \hat S(t_k-) \frac{d_k}{Y_k}, \qquad
        \widehat{\mathrm{var}}\,\hat\mu(t) = \sum_i \hat\psi_i(t)^2

    with d events among Y patients under observation and S the Kaplan-Meier estimate of being alive, 1 where
    nobody dies. The influence of patient i is the derivative by the weight of i,

    .. math:: \hat\psi_i(t) = \sum_{t_k \le t} \frac{\hat S(t_k-)}{Y_k}
        \Big(n_{ik} - Y_{ik}\frac{d_k}{Y_k}\Big)
        - \sum_{t_k \le t} \{\hat\mu(t) - \hat\mu(t_k)\}
        \frac{D_{ik} - Y_{ik} D_k / Y_k}{Y_k - D_k}

    n, D and Y with two indices being events, death and presence of patient i. Without deaths this is Lawless
    and Nadeau's variance, R's ``survfit(id=)`` and ``reda::mcf``; with deaths it equals Ghosh and Lin's in
    large samples, and exactly the infinitesimal jackknife. The Poisson variance is the sum of d/Y^2. Nelson
    1988 (Journal of Quality Technology 20:24-35); Lawless & Nadeau 1995
    (doi:10.1080/00401706.1995.10484300); Cook & Lawless 1997 (Statistics in Medicine 16:911-924); Ghosh & Lin
    2000 (doi:10.1111/j.0006-341X.2000.00554.x).

    Examples
    --------
    Five patients, two with two events: 1/5, then + 1/5, + 1/4, + 1/4, + 1/2.

    >>> import hpcstats as hs
    >>> y = hs.Surv.counting(
    ...     start=[0, 2, 5, 0, 3, 0, 0, 4, 0],
    ...     stop=[2, 5, 9, 3, 7, 6, 4, 8, 3],
    ...     event=[1, 1, 0, 1, 0, 0, 1, 1, 0],
    ...     id=[1, 1, 1, 2, 2, 3, 4, 4, 5],
    ... )
    >>> curves = hs.mean_cumulative(y, interval="log-t")
    >>> curves.at([5, 8]).round(4)
      group  time  at_risk  estimate  std_error    low    high
    0   all   5.0        4       0.9     0.3324  0.286  2.8325
    1   all   8.0        2       1.4     0.3681  0.619  3.1666
    """
    check_option("interval", interval, INTERVALS)
    check_option("variance", variance, VARIANCES)
    check_option("death", death, ("terminal", "censoring"))
    level = confidence_level(level)
    histories = Histories.of(response, "mean_cumulative")
    groups, case = histories.groups(group), histories.weights(weights)
    terminal = death == "terminal" and bool((histories.deaths & (case > 0)[histories.patient]).any())
    _defined(histories, variance, case, terminal)
    parts = []
    for number in range(len(groups.labels)):
        chosen = np.zeros(histories.size, dtype=np.bool_)
        chosen[groups.counted_rows(number, case)] = True
        rows, patients = histories.rows_of(chosen, death=death == "terminal")
        parts.append(Part(rows, case[patients], histories.unobserved(chosen)))
    warnings = warn_of_unobserved(groups.labels, parts)
    curves = tuple(curve_of(part, variance, interval, level) for part in parts)
    n_events = number_of(case[histories.patient][response.event])
    return MeanCumulative(
        n=number_of(case),
        n_events=n_events,
        method=_sentence(interval, level, variance, terminal),
        conventions=(
            *CONVENTIONS,
            *((OF_DEATH,) if terminal else ()),
            *few_with_events(groups.labels, parts, interval),
        ),
        warnings=warnings,
        status="ok" if n_events else "boundary",
        reason="" if n_events else "no events: the mean is 0 throughout and has no upper limit",
        response=response,
        histories=histories,
        groups=groups,
        weights=case,
        curves=curves,
        interval=interval,
        variance=variance,
        level=level,
        terminal=terminal,
    )


def _defined(histories: Histories, variance: str, weights: FloatArray, terminal: bool) -> None:
    """Refuse a variance where it has no definition."""
    if variance == "poisson" and terminal:
        raise UnsupportedError(
            "variance='poisson' has no definition with deaths: they are no Poisson process. Write "
            "variance='lawless-nadeau', or death='censoring'."
        )
    if variance != "sample":
        return
    late = np.flatnonzero((histories.begin() > 0) & (weights > 0))
    gaps = histories.with_gaps()
    if late.size or gaps.size or (weights % 1).any():
        raise UnsupportedError(
            "variance='sample' counts the events of whole patients observed from 0 on without a gap "
            f"({histories.names(np.union1d(late, gaps))}). Write variance='lawless-nadeau'."
        )


def _sentence(interval: str, level: float, variance: str, terminal: bool) -> str:
    what = (
        "Ghosh-Lin estimate of the mean number of events with death as terminal event"
        if terminal
        else ("Nelson's mean cumulative function")
    )
    return (
        f"{what} with pointwise {formats.level(level)} {interval} interval ({INTERVALS[interval]}; "
        f"{VARIANCES[variance]})."
    )
