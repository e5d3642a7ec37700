"""From a prepared problem to its maximum, or to the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.parametric.climb import Summit
from hpcstats.core.parametric.existence import collapses, separation
from hpcstats.core.parametric.likelihood import Observed
from hpcstats.errors import listing
from hpcstats.regression.parametric_models.distributions import Distribution
from hpcstats.regression.parametric_models.lifelines_start import lifelines_start
from hpcstats.regression.parametric_models.problem import Problem, taken
from hpcstats.results import Status

ENGINES = ("lifelines", "own")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimate:
    """What was found.

    Attributes
    ----------
    status, reason : str
        Whether the maximum exists, and why not.
    summit : Summit or None
        The maximum, in standardised coefficients.
    lifelines_value : float
        Log-likelihood at the answer of lifelines; NaN where it has none.
    elsewhere : float
        How far above the summit the likelihood rises along a way that has no end.
    """

    status: Status = "ok"
    reason: str = ""
    summit: Summit | None = None
    lifelines_value: float = np.nan
    elsewhere: float = 0.0


def estimate(
    distribution: Distribution,
    problem: Problem,
    observed: Observed,
    location: FloatArray,
    terms: tuple[str, ...],
    engine: str,
) -> Estimate:
    """Look for the maximum; `location` is the design matrix as given, `terms` names all coefficients."""
    kept = observed.weights > 0
    why = impossible(distribution, taken(observed, kept), location[kept], terms)
    if why:
        return Estimate(status="not_estimable", reason=why)
    first, reached = None, np.nan
    if engine == "lifelines":
        first = lifelines_start(distribution.name, problem)
        reached = np.nan if first is None else problem.likelihood.value(first)
    summit, elsewhere = problem.maximum(first)
    why = unreached(summit, terms)
    if why:
        return Estimate(status="not_estimable", reason=why)
    return Estimate(summit=summit, lifelines_value=reached, elsewhere=elsewhere)


def impossible(
    distribution: Distribution, observed: Observed, location: FloatArray, terms: tuple[str, ...]
) -> str:
    """Say why the likelihood has no finite maximum, where that can be decided; empty otherwise."""
    if not np.isfinite(observed.upper).any():
        return "nobody had the event: the likelihood rises for ever as the times go to infinity"
    direction = separation(observed, location, from_zero=distribution.from_zero)
    if direction.any():
        names = [name for name, part in zip(terms, direction, strict=False) if part and name != "Intercept"]
        return (
            f"the covariates separate those with the event from some without ({listing(names)}): the "
            "likelihood rises for ever as their times go to infinity, or to 0"
        )
    if distribution.collapsible and collapses(observed, location, from_zero=distribution.from_zero):
        return (
            "all that is known of the event times is met without any scatter (one distinct event time, and "
            "nobody observed longer, is enough): the likelihood rises for ever as the scale goes to 0"
        )
    return ""


def unreached(summit: Summit | None, terms: tuple[str, ...]) -> str:
    """Say why a climb did not end at a certified maximum; empty if it did."""
    if summit is None:
        return "the likelihood does not exist at any of the places to begin from"
    runaway = summit.runaway
    if runaway is None and summit.certified:
        return ""
    if runaway is None:
        return (
            f"no maximum could be certified: a further step would still add {summit.decrement / 2:.1g} to "
            "the log-likelihood"
        )
    largest = np.abs(runaway).max()
    names = [name for name, part in zip(terms, runaway, strict=True) if abs(part) > 0.3 * largest]
    return f"the likelihood has no finite maximum: it goes on rising, or stays flat, along {listing(names)}"
