"""From a prepared mixture cure model to its maximum: inside, at the boundary, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq

from hpcstats.columns import FloatArray
from hpcstats.core.parametric.climb import Summit, climb
from hpcstats.core.parametric.cure import LINKS, Link
from hpcstats.core.parametric.existence import collapses
from hpcstats.core.parametric.likelihood import Observed
from hpcstats.regression.cure_models.mixture_start import mixture_start
from hpcstats.regression.parametric_models.distributions import Distribution
from hpcstats.regression.parametric_models.estimate import unreached
from hpcstats.regression.parametric_models.problem import Problem, taken
from hpcstats.results import Status

_GAIN = 1e-7
"""A gain in log-likelihood over the model without cure that is more than rounding."""
_FAR_BELOW = 1e3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CureEstimate:
    """What was found.

    Attributes
    ----------
    status, reason : str
        "ok" for a maximum inside, "boundary" where nobody is estimated to be cured.
    summit : Summit or None
        The maximum inside, in standardised coefficients.
    uncured : Summit or None
        The maximum where nobody is cured, of the coefficients without the incidence.
    lifelines_value : float
        Log-likelihood at the answer of lifelines; NaN where it has none.
    """

    status: Status = "ok"
    reason: str = ""
    summit: Summit | None = None
    uncured: Summit | None = None
    lifelines_value: float = np.nan

    @property
    def top(self) -> Summit | None:
        """The highest point of the likelihood, inside or at the boundary."""
        if self.status == "not_estimable":
            return None
        return self.uncured if self.status == "boundary" else self.summit


def estimate(
    distribution: Distribution,
    problem: Problem,
    plain: Problem,
    observed: Observed,
    location: FloatArray,
    terms: tuple[str, ...],
    link: str,
    engine: str,
) -> CureEstimate:
    """Look for the maximum; `plain` is the same model with nobody cured."""
    kept = observed.weights > 0
    why = _impossible(distribution, taken(observed, kept), location[kept])
    if why:
        return CureEstimate(status="not_estimable", reason=why)
    uncured, _ = plain.maximum()
    if uncured is not None and unreached(uncured, terms[: uncured.position.size]):
        uncured = None
    first, reached = None, np.nan
    if engine == "lifelines":
        first = mixture_start(distribution.name, problem, LINKS[link])
        reached = np.nan if first is None else problem.likelihood.value(first)
    summit, _ = problem.maximum(first)
    inside = summit is not None and not unreached(summit, terms)
    if inside and (uncured is None or summit is None or summit.value > uncured.value + _GAIN):
        return CureEstimate(summit=summit, uncured=uncured, lifelines_value=reached)
    if uncured is not None and (summit is None or summit.value <= uncured.value + _GAIN):
        reason = "the likelihood is largest where nobody is cured"
        return CureEstimate(status="boundary", reason=reason, uncured=uncured, lifelines_value=reached)
    return CureEstimate(
        status="not_estimable", reason=unreached(summit, terms), uncured=uncured, lifelines_value=reached
    )


def _impossible(distribution: Distribution, observed: Observed, location: FloatArray) -> str:
    """Say why there is no maximum where that can be decided: whoever is cured may be censored at any time."""
    if not np.isfinite(observed.upper).any():
        return "nobody had the event: that all are cured and that none is cannot be told apart"
    later = np.isinf(observed.upper)
    events = replace(observed, lower=np.where(later, 0.0, observed.lower))
    if distribution.collapsible and collapses(events, location, from_zero=distribution.from_zero):
        return (
            "the event times are met without any scatter (all at one time, say): the likelihood rises for "
            "ever as the scale goes to 0 and all others are cured"
        )
    return ""


def boundary_limit(problem: Problem, uncured: Summit, link: Link, z: float) -> float:
    """Return the upper profile limit of the cured fraction where nobody is estimated to be cured.

    Only for an incidence without covariates. 1 where the likelihood never falls enough.
    """
    wall = float(problem.likelihood.walls[-1]) * (1.0 if link.rising else -1.0)
    place = [np.append(uncured.position, -wall)]
    held = np.arange(place[0].size) == place[0].size - 1

    def beyond(incidence: float) -> float:
        """Return how far the likelihood has fallen more than allowed."""
        start = place[0].copy()
        start[-1] = incidence
        top = climb(problem.likelihood, start, held)
        if top is None:
            return _FAR_BELOW
        place[0] = top.position
        return min(2 * (uncured.value - top.value), _FAR_BELOW) - z * z

    if beyond(-wall) >= 0 or beyond(wall) <= 0:
        return 1.0
    place[0] = np.append(uncured.position, -wall)
    found = float(brentq(beyond, -wall, wall, xtol=1e-9))
    return float(link.fraction(np.array(found)))
