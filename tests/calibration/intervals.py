"""Coverage, length and existence of the pointwise intervals of a curve, scenario by scenario.

Limits come from the table of methods that `kaplan_meier` uses, or from the batched kernel behind it. They are
worked out once for each distinct order of leaving, at every place where they can change, and then read for
each data set at the times asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import comb
from typing import Any

import numpy as np

from hpcstats.core import risk_sets
from hpcstats.core.limits import beta_product
from hpcstats.core.limits.pointwise import TRANSFORMS, survival_limits
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import Counts, FloatArray, count
from hpcstats.nonparametric.intervals import INTERVALS, Asked, Estimated, limits_of
from tests.calibration.samples import KINDS, Orders, cells, draw, orders, positions
from tests.calibration.scenarios import EXACT, Scenario, targets

LEVEL = 0.95
BETA_PRODUCTS = {"bpcp": False, "bpcp-midp": True}
"""Name to whether it is the mid-p variant: the intervals that hold at every time, whatever the follow-up."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """One interval: its name in `kaplan_meier` and the variant of its lower limit; whether it is slow."""

    interval: str
    lower_limit: str = "usual"
    slow: bool = False

    @property
    def asked(self) -> Asked:
        """What is asked of the interval."""
        return Asked(level=LEVEL, lower_limit=self.lower_limit)


# "borkowf" is another name of "borkowf-log".
METHODS: dict[str, Method] = {
    **{
        name: Method(interval=name, slow=name == "thomas-grunkemeier")
        for name in (
            "bpcp",
            "bpcp-midp",
            "log-log",
            "logit",
            "arcsin",
            "plain",
            "log",
            "thomas-grunkemeier",
            "rothman",
            "strawderman-wells",
            "borkowf-log",
            "borkowf-plain",
            "borkowf-shifted-log",
            "borkowf-shifted-plain",
        )
    },
    "log-log, Peto": Method(interval="log-log", lower_limit="peto"),
    "log-log, Dorey-Korn": Method(interval="log-log", lower_limit="dorey-korn"),
}


@dataclass(frozen=True)
class Ends:
    """Limits of each order of leaving, (P, 2 n + 1): before the first time, at it, after it, and so on."""

    low: FloatArray
    high: FloatArray


def replicates(scenario: Scenario, method: str) -> int:
    """Return how many data sets are drawn: many where few orders of leaving exist."""
    if scenario.rounding == EXACT and (scenario.sizes[0] <= 9 or scenario.censored == (0.0,)):
        return 100_000
    return 5_000 if METHODS[method].slow else 10_000


def measure(scenario: Scenario, method: str, number: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each S(t) looked at."""
    samples, times = draw(scenario, number), scenario.times(targets(scenario))
    seen = orders(samples)
    ends = limits(seen, METHODS[method])
    truths = scenario.survival(times)
    exact = (
        exact_coverage(scenario, METHODS[method], truths)
        if feasible(scenario)
        else np.full(truths.size, np.nan)
    )
    for time, truth, sure, where in zip(times, truths, exact, positions(samples, times), strict=True):
        at = seen.which, 2 * where.number - where.at_one
        stops = where.beyond & (METHODS[method].interval not in BETA_PRODUCTS)
        low, high = (np.where(stops, np.nan, end[at]) for end in (ends.low, ends.high))
        found = summary(low, high, float(truth)) | {"exact_coverage": float(sure)}
        yield {"survival": float(truth), "time": float(time)} | found


def feasible(scenario: Scenario) -> bool:
    """Say whether coverage can be summed over all patterns of events."""
    return scenario.rounding == EXACT and scenario.sizes[0] <= 9


def exact_coverage(scenario: Scenario, method: Method, truths: FloatArray) -> FloatArray:
    """Return the probability that the interval holds S, for each true S at its own time.

    The number who have left by a given time is binomial, and each leaves with an event independently: all
    patterns of events, and all numbers who have left, are gone through with their probabilities.
    """
    n, censored = scenario.sizes[0], scenario.censored[0]
    event = np.array(list(product([True, False], repeat=n)))
    place = np.broadcast_to(np.arange(n), event.shape)
    ends = limits(Orders(place, np.zeros_like(place), event, np.arange(len(event))), method)
    pattern = np.where(event, 1 - censored, censored).prod(axis=1)
    found = np.zeros(truths.size)
    for k, truth in enumerate(truths):
        leaves = 1 - truth ** (1 / (1 - censored))
        for left in range(n + 1 if method.interval in BETA_PRODUCTS else n):
            probability = comb(n, left) * leaves**left * (1 - leaves) ** (n - left)
            low, high = ends.low[:, 2 * left], ends.high[:, 2 * left]
            found[k] += probability * pattern[(low <= truth) & (truth <= high)].sum()
    return found


def summary(low: FloatArray, high: FloatArray, truth: float) -> dict[str, Any]:
    """Sum up the limits of all data sets at one time; an undefined interval holds nothing."""
    number = low.size
    defined = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        below, above = defined & (high < truth), defined & (low > truth)
    length = (high - low)[defined]
    coverage = float((defined & ~below & ~above).mean())
    return {
        "coverage": coverage,
        "coverage_error": math.sqrt(coverage * (1 - coverage) / number),
        "too_low": float(below.mean()),
        "too_high": float(above.mean()),
        "undefined": float((~defined).mean()),
        "without_length": float((defined & (low == high)).mean()),
        "length": float(length.mean()) if length.size else math.nan,
        "length_error": float(length.std(ddof=1)) / math.sqrt(length.size) if length.size > 1 else math.nan,
    }


def limits(seen: Orders, method: Method) -> Ends:
    """Return the limits of each order."""
    parts = [_limits(part, method) for part in seen.chunks()]
    return Ends(np.concatenate([part.low for part in parts]), np.concatenate([part.high for part in parts]))


def _limits(seen: Orders, method: Method) -> Ends:
    rows = np.arange(KINDS * seen.place.shape[1])
    counts = count(risk_sets.place((rows // KINDS).astype(np.float64), rows % 2 == 0), cells(seen))
    if method.interval in BETA_PRODUCTS:
        tail, mid_p = method.asked.tail, BETA_PRODUCTS[method.interval]
        return _pieces(*beta_product.limits(counts, tail, mid_p=mid_p))
    survival, greenwood = product_limit(counts)
    if method.interval in TRANSFORMS and method.lower_limit == "usual":
        before = np.full((len(seen), 1), np.nan if method.interval == "arcsin" else 1.0)
        low, high = survival_limits(survival, greenwood, method.asked.z, method.interval)
        return _pieces(np.hstack([before, low]), np.hstack([before, high]))
    return _one_by_one(seen, counts, survival, greenwood, method)


def _pieces(low: FloatArray, high: FloatArray) -> Ends:
    """Let limits that change at the observed times only, (P, n + 1), hold at each time and after it."""
    n = low.shape[1] - 1
    piece = (np.arange(2 * n + 1) + 1) // 2
    return Ends(low[:, piece], high[:, piece])


def _one_by_one(
    seen: Orders, counts: Counts, survival: FloatArray, greenwood: FloatArray, method: Method
) -> Ends:
    """Ask the public table of methods, curve by curve."""
    number, n = seen.place.shape
    points = np.arange(0.5, n + 1, 0.5)
    low, high = np.full((number, 2 * n + 1), np.nan), np.full((number, 2 * n + 1), np.nan)
    for row in range(number):
        size = int(seen.place[row, -1]) + 1
        part = (slice(row, row + 1), slice(size))
        curve = Estimated(
            times=np.arange(1.0, size + 1),
            counts=Counts(at_risk=counts.at_risk[part], events=counts.events[part], exits=counts.exits[part]),
            survival=survival[row, :size],
            greenwood=greenwood[row, :size],
        )
        found = limits_of(INTERVALS[method.interval], curve, method.asked).at(points[: 2 * size + 1])
        low[row, : 2 * size + 1], high[row, : 2 * size + 1] = found
    return Ends(low, high)
