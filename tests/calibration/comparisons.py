"""How often each test rejects, scenario by scenario: type I error, or power where the hazards differ.

Some methods answer for many data sets at once, through the kernels of the package; the others are the public
functions, called for each data set.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.special import chdtrc

import hpcstats as hs
from hpcstats.core import logrank
from hpcstats.core.risk_sets import BoolArray, FloatArray, place
from tests.calibration.fixed_time import melded
from tests.calibration.permutations import exact_p_values
from tests.calibration.samples import KINDS, Orders, Samples, cells, draw, orders
from tests.calibration.scenarios import EXACT, MEAN_YEARS, Scenario

LEVELS = (0.05, 0.01)
LEVEL = 0.95
ROUNDING = 1e-12
RESAMPLES = 499

MEDIAN_YEARS = MEAN_YEARS * math.log(2)


class Answer(NamedTuple):
    """A p-value and, where there is one, the interval of a difference that is 0 between equal groups."""

    p_value: float
    low: float = math.nan
    high: float = math.nan


Batch = Callable[[Samples], FloatArray]
Call = Callable[[hs.Surv, Any, np.random.Generator], Answer]


@dataclass(frozen=True, kw_only=True)
class Method:
    """One test, given in one of two ways.

    Attributes
    ----------
    batch : callable, optional
        From many data sets to their answers, (B, 3), or their p-values alone, (B, 1).
    call : callable, optional
        From response, group and random numbers to the answer of one data set.
    exact : bool
        Whether it promises never to reject above its level when groups, follow-up included, are exchangeable.
    replicates : int
        Data sets drawn in each scenario.
    skipped : range
        Numbers of relabellings that are not looked at, because each data set would take too long.
    all_times : bool
        Whether times in whole years are looked at too.
    """

    batch: Batch | None = None
    call: Call | None = None
    exact: bool = False
    replicates: int = 2_000
    skipped: range = range(0)
    all_times: bool = False

    def suits(self, scenario: Scenario) -> bool:
        """Say whether the method is looked at in a scenario."""
        relabellings = math.comb(sum(scenario.sizes), scenario.sizes[0])
        return relabellings not in self.skipped and (self.all_times or scenario.rounding == EXACT)


def asymptotic(seen: Orders) -> FloatArray:
    """Return the p-values of the log-rank test through its kernel, one for each order."""
    rows = np.arange(KINDS * seen.place.shape[1])
    risk = place((rows // KINDS).astype(np.float64), rows % 2 == 0)
    parts = []
    for part in seen.chunks():
        scores = logrank.scores(risk, rows // 2 % 2, 2, cells(part), logrank.unit)
        difference, variance = (scores.observed - scores.expected)[:, 0], scores.variance[:, 0, 0]
        known = variance > 1e-12
        statistic = difference**2 / np.where(known, variance, 1.0)
        parts.append(np.where(known, chdtrc(1, statistic), np.nan))
    return np.concatenate(parts)


def by_order(p_values: Callable[[Orders], FloatArray]) -> Batch:
    """Return a method that answers once for each order of leaving."""

    def batch(samples: Samples) -> FloatArray:
        seen = orders(samples)
        return p_values(seen)[seen.which, None]

    return batch


def log_rank(method: str) -> Call:
    """Return the log-rank test by resampling."""

    def call(response: hs.Surv, group: Any, generator: np.random.Generator) -> Answer:
        test = hs.logrank(response, group, method=method, n_resamples=RESAMPLES, seed=generator)
        return Answer(test.p_value)

    return call


def restricted_mean(method: str, horizon: float | None = None) -> Call:
    """Return the comparison of restricted means, to a horizon or to the end of the shorter follow-up."""

    def call(response: hs.Surv, group: Any, generator: np.random.Generator) -> Answer:
        test = hs.rmst_difference(
            response, group, horizon, method=method, n_resamples=RESAMPLES, seed=generator
        )
        limits = (math.nan, math.nan) if method == "permutation" else (test.low[0], test.high[0])
        return Answer(test.p_value[0], *limits)

    return call


def at_median(response: hs.Surv, group: Any, generator: np.random.Generator) -> Answer:
    """Compare S(t) by the normal approximation at the time at which half are left."""
    test = hs.compare_at(response, group, MEDIAN_YEARS, method="asymptotic")
    return Answer(test.p_value[0], test.low[0], test.high[0])


def medians(response: hs.Surv, group: Any, generator: np.random.Generator) -> Answer:
    """Compare medians."""
    test = hs.compare_medians(response, group)
    return Answer(test.p_value, test.low, test.high)


LARGE = range(1_000, 200_001)
"""Numbers of relabellings at which a function that looks at all of them takes too long for a simulation."""

METHODS: dict[str, Method] = {
    "log-rank, asymptotic": Method(batch=by_order(asymptotic), replicates=20_000, all_times=True),
    "log-rank, exact": Method(
        batch=by_order(exact_p_values),
        exact=True,
        replicates=20_000,
        all_times=True,
        skipped=range(100_000, 10**12),
    ),
    "log-rank, exact mid-p": Method(
        batch=by_order(partial(exact_p_values, mid_p=True)), replicates=20_000, skipped=range(100_000, 10**12)
    ),
    "log-rank, Monte Carlo": Method(call=log_rank("monte-carlo"), exact=True, all_times=True),
    "log-rank, imputation-permutation": Method(call=log_rank("imputation-permutation")),
    "RMST, asymptotic": Method(call=restricted_mean("asymptotic")),
    # A horizon that follows the data is no longer the same for every relabelling: only a fixed one is exact.
    "RMST, studentised permutation": Method(call=restricted_mean("studentised-permutation"), skipped=LARGE),
    "RMST to fixed horizon, studentised": Method(
        call=restricted_mean("studentised-permutation", MEDIAN_YEARS), exact=True, skipped=LARGE
    ),
    "RMST to fixed horizon, permutation": Method(
        call=restricted_mean("permutation", MEDIAN_YEARS), exact=True, skipped=LARGE
    ),
    "S(t), melded": Method(
        batch=partial(melded, time=MEDIAN_YEARS, level=LEVEL), exact=True, replicates=4_000
    ),
    "S(t), melded mid-p": Method(batch=partial(melded, time=MEDIAN_YEARS, level=LEVEL, mid_p=True)),
    "S(t), asymptotic": Method(call=at_median),
    "medians, melded": Method(call=medians, exact=True),
}


def measure(scenario: Scenario, method: str, number: int) -> Iterator[dict[str, Any]]:
    """Yield the one row of a test in a scenario; an undefined p-value rejects nothing."""
    found = answers(draw(scenario, number), METHODS[method], scenario.generator(method))
    p_value, low, high = found.T
    row: dict[str, Any] = {}
    for level in LEVELS:
        with np.errstate(invalid="ignore"):
            row |= share(p_value <= level + ROUNDING, f"rejects_{100 * level:g}")
    row["undefined"] = float(np.isnan(p_value).mean())
    if scenario.hazard_ratio == 1 and not (np.isnan(low) | np.isnan(high)).all():
        row |= interval(low, high)
    else:
        row |= dict.fromkeys(("covers", "covers_error", "unbounded", "length"), math.nan)
    yield row


def share(hits: BoolArray, name: str) -> dict[str, float]:
    """Return a share with its Monte-Carlo standard error."""
    value = float(hits.mean())
    return {name: value, f"{name}_error": math.sqrt(value * (1 - value) / hits.size)}


def interval(low: FloatArray, high: FloatArray) -> dict[str, float]:
    """Say how often intervals hold 0, how often an end is missing or infinite, and how long the others."""
    finite = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        found = share((low <= 0) & (high >= 0), "covers")
    length = float((high - low)[finite].mean()) if finite.any() else math.nan
    return found | {"unbounded": float((~finite).mean()), "length": length}


def answers(samples: Samples, method: Method, generator: np.random.Generator) -> FloatArray:
    """Return p-value, low and high of each data set, (B, 3), NaN where there is none."""
    found = np.full((len(samples), 3), np.nan)
    if method.batch is not None:
        told = method.batch(samples)
        found[:, : told.shape[1]] = told
        return found
    assert method.call is not None
    for row in range(len(samples)):
        try:
            response = hs.Surv.right(samples.time[row], samples.event[row], unit="years")
            found[row] = method.call(response, samples.group, generator)
        except hs.DesignError:
            # No events, or a group that does not reach the horizon: the data set has no answer.
            continue
    return found
