"""What is asked of a comparison of restricted means: two groups, a horizon, a method, all checked."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.compare.restricted_mean.permutation import (
    ENUMERABLE,
    ENUMERATED,
    Relabellings,
    number_of_relabellings,
)
from hpcstats.core.restricted_mean import Means, PooledSample
from hpcstats.core.risk_sets import SAME_TIME, count, place
from hpcstats.errors import DataError, DesignError, UnsupportedError, check_option, listing
from hpcstats.groups import ALTERNATIVES, Groups, confidence_level, needs_kind
from hpcstats.randomness import generator_of
from hpcstats.surv import Surv

METHODS = ("auto", "asymptotic", "permutation", "exact", "studentised-permutation")
VARIANCES = ("greenwood", "nelson-aalen")
RULES = ("ignore", "extend", "switch", "average", "weibull", "pseudo-observations")
"""Methods 1 to 6 of Horiguchi & Uno."""
STUDENTISED_RULES = RULES[:3]
SMALL = 50
"""Patients in the smaller group below which "auto" permutes."""
AUTO_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """One comparison, checked: what every later step reads."""

    response: Surv
    groups: Groups
    horizon: float
    default_horizon: bool
    asked: str
    inference: str
    level: float
    alternative: str
    rule: str
    sample: PooledSample
    means: tuple[Means, Means]

    @property
    def scale(self) -> FloatArray:
        """How large a contrast can sensibly be: the horizon for the difference, one for log ratios."""
        return np.array([self.horizon, 1.0, 1.0])


def design_of(
    response: Surv,
    group: Any,
    horizon: float | None,
    method: str,
    level: float,
    alternative: str,
    inestimable: str | int,
    variance: str,
) -> Design:
    """Check everything that is asked and return it, with the means of the two groups."""
    needs_kind(response, ("right",), "rmst_difference", "It needs one right-censored row a patient.")
    check_option("method", method, METHODS)
    check_option("alternative", alternative, ALTERNATIVES)
    check_option("variance", variance, VARIANCES)
    rule, level = _rule(inestimable), confidence_level(level)
    groups = Groups.two(group, response, "rmst_difference")
    inference = _inference(response, groups, method)
    _check_combination(response, inference, rule)
    tau = _horizon(response, groups, horizon)
    risk = place(response.time, response.event, response.entry)
    sample = PooledSample(risk=risk, exit_=response.time, horizon=tau, variance=variance)
    if rule == "pseudo-observations" and inference == "permutation":
        _check_pseudo_observations(groups, sample)
    weights = [(groups.codes == number)[None].astype(float) for number in (0, 1)]
    first, second = (sample.means(count(risk, part), part, "extend") for part in weights)
    return Design(
        response=response,
        groups=groups,
        horizon=tau,
        default_horizon=horizon is None,
        asked=method,
        inference=inference,
        level=level,
        alternative=alternative,
        rule=rule,
        sample=sample,
        means=(first, second),
    )


def check_drawing(n_resamples: Any, seed: Any) -> None:
    """Refuse an unusable number of relabellings or seed, whether or not any are drawn."""
    if isinstance(n_resamples, bool) or not isinstance(n_resamples, (int, np.integer)) or n_resamples < 1:
        raise DataError(f"n_resamples must be a whole number, 1 or more, not {n_resamples!r}.")
    generator_of(seed)


def _rule(inestimable: Any) -> str:
    if isinstance(inestimable, int) and not isinstance(inestimable, bool) and 1 <= inestimable <= len(RULES):
        return RULES[inestimable - 1]
    if inestimable not in RULES:
        raise UnsupportedError(
            f"inestimable={inestimable!r} is not known. Write one of: {', '.join(map(repr, RULES))}; or its "
            "number, 1 to 6."
        )
    return str(inestimable)


def _inference(response: Surv, groups: Groups, method: str) -> str:
    if method == "auto":
        small = groups.sizes.min() < SMALL and response.entry is None
        return "studentised-permutation" if small else "asymptotic"
    return "permutation" if method == "exact" else method


def _check_combination(response: Surv, inference: str, rule: str) -> None:
    if inference == "asymptotic":
        return
    if response.entry is not None:
        raise UnsupportedError(
            "With delayed entry a permutation of group labels is not defined: it would hold entry times "
            "exchangeable too, and a relabelled group may have nobody at risk. Write method='asymptotic'."
        )
    if inference == "studentised-permutation" and rule not in STUDENTISED_RULES:
        raise UnsupportedError(
            f"inestimable={rule!r} gives a restricted mean without a standard error, so there is nothing to "
            f"studentise. Write one of: {listing(STUDENTISED_RULES)}; or method='permutation'."
        )


def _horizon(response: Surv, groups: Groups, asked: float | None) -> float:
    """Return the horizon, refused where a group's curve ends above 0 before it."""
    ends = {label: _reach(response, groups, number) for number, label in enumerate(groups.labels)}
    latest = min(reach for _, reach in ends.values())
    if asked is None:
        asked = latest if isfinite(latest) else max(last for last, _ in ends.values())
    if isinstance(asked, bool) or not isinstance(asked, (int, float, np.integer, np.floating)):
        raise DataError(f"horizon must be one number, not {asked!r}.")
    if not isfinite(asked) or asked <= 0:
        raise DataError(f"horizon must be a positive finite number of {response.unit}, not {asked!r}.")
    early = [f"{label}: {last:g}" for label, (last, reach) in ends.items() if asked > reach * (1 + SAME_TIME)]
    if early:
        raise DesignError(
            f"The restricted mean to {asked:g} {response.unit} is not identified in every group: follow-up "
            f"ends with a censored observation before ({listing(early)}). Ask for a horizon up to {latest:g}."
        )
    return float(asked)


def _reach(response: Surv, groups: Groups, number: int) -> tuple[float, float]:
    """Return a group's last time, and the latest horizon: infinite where its curve comes to 0."""
    last = float(response.time[groups.rows(number)].max())
    return last, last if np.isnan(zero_from(response, groups, number)) else np.inf


def zero_from(response: Surv, groups: Groups, number: int) -> float:
    """Return the first time at which everybody at risk in a group has the event, NaN if there is none."""
    rows = groups.rows(number)
    entry = None if response.entry is None else response.entry[rows]
    risk = place(response.time[rows], response.event[rows], entry)
    counts = count(risk, np.ones((1, rows.size)))
    emptied = np.flatnonzero((counts.events == counts.at_risk)[0] & (counts.at_risk[0] > 0))
    return float(risk.times[emptied[0]]) if emptied.size else np.nan


def _check_pseudo_observations(groups: Groups, sample: PooledSample) -> None:
    for number, label in enumerate(groups.labels):
        rows = groups.codes == number
        if rows.sum() < 2 or sample.leave_one_out(rows)[1].any():
            raise DesignError(
                f"Pseudo-observations do not exist for group {label!r}: without one of its patients its "
                "restricted mean is not identified. Ask for an earlier horizon or another rule."
            )


def chosen_relabellings(design: Design, n_resamples: int, seed: Any) -> tuple[Relabellings, str]:
    """Return all relabellings where they are few or all are asked for, else seeded draws and their seed."""
    second = design.groups.codes == 1
    number = number_of_relabellings(second)
    if design.asked == "exact" and number > ENUMERABLE:
        raise DesignError(
            f"There are {number:,} relabellings, more than the {ENUMERABLE:,} that method='exact' looks at. "
            "Write method='permutation', which draws some at random."
        )
    if number <= (ENUMERABLE if design.asked == "exact" else ENUMERATED):
        return Relabellings(second, number, None), ""
    default = AUTO_SEED if design.asked == "auto" and seed is None else seed
    generator, shown = generator_of(default)
    return Relabellings(second, int(n_resamples), generator), shown
