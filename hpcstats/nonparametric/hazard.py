"""`nelson_aalen`: the cumulative hazard over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import hazard_limits, normal_quantile
from hpcstats.core.product_limit import cumulative_hazard, cumulative_hazard_successive
from hpcstats.core.risk_sets import Counts, count, place
from hpcstats.errors import UnsupportedError, check_option
from hpcstats.groups import Groups, case_weights, confidence_level, needs_kind, number_of
from hpcstats.nonparametric.curves import Curve, Curves
from hpcstats.surv import Surv

VARIANCES = ("poisson", "binomial", "ties", "log-survival")
TIED = ("together", "successive")
INTERVALS = ("log", "plain")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HazardCurve(Curve):
    """One cumulative hazard with its standard error and limits, arrays of shape (T,)."""

    std_error: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CumulativeHazard(Curves):
    """Cumulative hazards over time, one for each group. Made by `nelson_aalen`.

    Attributes
    ----------
    response : Surv
        The data.
    curves : tuple of HazardCurve
        Estimates with standard error and limits.
    """

    curves: tuple[HazardCurve, ...]

    name: ClassVar[str] = "Nelson-Aalen"


def nelson_aalen(
    response: Surv,
    group: Any = None,
    *,
    variance: str = "poisson",
    tied: str = "together",
    interval: str = "log",
    level: float = 0.95,
    weights: Any = None,
) -> CumulativeHazard:
    r"""Cumulative hazard A(t), with pointwise intervals, by group.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    group : column, optional
        One label a row.
    variance : {"poisson", "binomial", "ties", "log-survival"}
        Terms d/n^2 (R's default) · (n-d)d/n^3 · (n-d)d/(n^2(n-1)) · d/(n(n-d)).
    tied : {"together", "successive"}
        Tied events at one common n (Nelson-Aalen), or one after another at n, n-1, ...
        (Fleming-Harrington; variance sum of 1/(n-j)^2, whole-number weights only).
    interval : {"log", "plain"}
        Scale on which the interval is symmetric.
    level : float
        Confidence level, a proportion.
    weights : column of numbers, optional
        Case weights.

    Returns
    -------
    CumulativeHazard
        With `to_frame`.

    Raises
    ------
    DataError, UnsupportedError
        As `kaplan_meier`.

    Notes
    -----
    .. math:: \hat A(t) = \sum_{t_k \le t} \frac{d_k}{n_k}, \qquad
              \widehat{\mathrm{var}}\,\hat A = \sum_{t_k \le t} \frac{d_k}{n_k^2}

    Nelson 1972 (doi:10.1080/00401706.1972.10488991); Aalen 1978 (doi:10.1214/aos/1176344247).

    Examples
    --------
    Five patients, one censored: 1/5, then 1/5 + 1/4, then + 1/2.

    >>> import hpcstats as hs
    >>> hs.nelson_aalen(hs.Surv.right([1, 2, 3, 4, 5], [1, 1, 0, 1, 0])).to_frame()[
    ...     "estimate"
    ... ].tolist()
    [0.2, 0.45, 0.45, 0.95, 0.95]
    """
    needs_kind(response, ("right",), "nelson_aalen", "It needs one right-censored row a patient: Surv.right.")
    for name, value, allowed in (
        ("variance", variance, VARIANCES),
        ("tied", tied, TIED),
        ("interval", interval, INTERVALS),
    ):
        check_option(name, value, allowed)
    level = confidence_level(level)
    shown = formats.level(level)
    kind = f"{variance} variance" if tied == "together" else "variance sum of 1/(n-j)^2"
    groups, case = Groups.of(group, response), case_weights(weights, response)
    if tied == "successive" and (case % 1).any():
        raise UnsupportedError("tied='successive' needs whole-number weights: tied events fail one by one.")
    z = normal_quantile(level)
    curves = tuple(
        _curve(response, groups.counted_rows(k, case), case, (variance, tied, interval), z)
        for k in range(len(groups.labels))
    )
    return CumulativeHazard(
        n=number_of(case),
        n_events=number_of(case[response.event]),
        method=f"Nelson-Aalen estimate with pointwise {shown} {interval} interval ({kind}).",
        conventions=(f"Tied events are taken {tied}.", "At risk at t: entry < t <= exit."),
        status="ok" if case[response.event].any() else "boundary",
        reason="" if case[response.event].any() else "no events: the cumulative hazard is 0 throughout",
        response=response,
        groups=groups,
        curves=curves,
        interval=interval,
        level=level,
    )


def _curve(
    response: Surv, rows: Any, weights: FloatArray, choices: tuple[str, str, str], z: float
) -> HazardCurve:
    variance, tied, interval = choices
    entry = None if response.entry is None else response.entry[rows]
    risk = place(response.time[rows], response.event[rows], entry)
    counts = count(risk, weights[rows][None])
    hazard, spread = _estimate(counts, variance, tied)
    low, high = hazard_limits(hazard[0], spread[0], z, interval)
    return HazardCurve(
        time=risk.times,
        counts=counts,
        estimate=hazard[0],
        std_error=np.sqrt(spread[0]),
        low=low,
        high=high,
    )


def _estimate(counts: Counts, variance: str, tied: str) -> tuple[FloatArray, FloatArray]:
    if tied == "successive":
        return cumulative_hazard_successive(counts)
    return cumulative_hazard(counts, variance)
