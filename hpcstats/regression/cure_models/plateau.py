"""The Kaplan-Meier estimate of the cured fraction: the height at which the curve ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.limits.likelihood_limits import likelihood_limits
from hpcstats.core.limits.pointwise import normal_quantile, survival_limits
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import count, place
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True)
class Plateau:
    """The height of the Kaplan-Meier curve after its last event, 1 - F(t_n).

    Under sufficient follow-up it estimates the cured fraction (Maller & Zhou 1992,
    doi:10.1093/biomet/79.4.731); otherwise it is the cured and those whose event has not come yet.

    Attributes
    ----------
    estimate, low, high : float
        The height and its limits: constrained likelihood ratio, with delayed entry log-log.
    level : float
        Confidence level.
    last_event, last_observation : float
        The last event and the last time at which anybody was observed; the plateau lies between them.
    at_risk : int
        Patients still observed just after the last event.
    """

    estimate: float
    low: float
    high: float
    level: float
    last_event: float
    last_observation: float
    at_risk: int


def plateau_of(response: Surv, level: float) -> Plateau | None:
    """Return the plateau of right-censored times; None for others, and without events."""
    if response.kind != "right" or not response.n_events:
        return None
    risk = place(response.time, response.event, response.entry)
    counts = count(risk, np.ones((1, len(response))))
    curve, greenwood = product_limit(counts)
    last = int(np.flatnonzero(counts.events[0])[-1])
    z = normal_quantile(level)
    if response.entry is None:
        lows, highs = likelihood_limits(risk.times, counts, z).on_times(risk.times)
    else:
        lows, highs = survival_limits(curve[0], greenwood[0], z, "log-log")
    return Plateau(
        estimate=float(curve[0, last]),
        low=float(lows[last]),
        high=float(highs[last]),
        level=level,
        last_event=float(risk.times[last]),
        last_observation=float(response.time.max()),
        at_risk=int(counts.at_risk[0, last] - counts.events[0, last]),
    )
