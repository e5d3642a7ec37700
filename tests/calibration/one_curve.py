"""The five normal approximations at one time, exactly and by formulas of their own.

With exponential times of event and censoring the number who have left by a given time is binomial and each
leaves with an event independently, so that the coverage of an interval is a finite sum over patterns of
events. Every scale is worked out by the delta method, g(S) +- z |g'(S)| se, with no kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import comb

import numpy as np
from scipy.special import ndtri

from hpcstats.core.limits.pointwise import TRANSFORMS
from hpcstats.core.risk_sets import BoolArray, FloatArray
from tests.calibration.rates import Rate, share
from tests.calibration.scenarios import Scenario

LEVEL = 0.95
Z = float(ndtri(0.5 + LEVEL / 2))
Scale = Callable[[FloatArray], FloatArray]

# Each scale g with its derivative, its inverse, and the values it can take.
SCALES: dict[str, tuple[Scale, Scale, Scale, tuple[float, float]]] = {
    "plain": (lambda s: s, np.ones_like, lambda u: u, (0, 1)),
    "log": (np.log, lambda s: 1 / s, np.exp, (-np.inf, 0)),
    "log-log": (
        lambda s: np.log(-np.log(s)),
        lambda s: 1 / (s * np.log(s)),
        lambda u: np.exp(-np.exp(u)),
        (-np.inf, np.inf),
    ),
    "logit": (
        lambda s: np.log(s / (1 - s)),
        lambda s: 1 / (s * (1 - s)),
        lambda u: 1 / (1 + np.exp(-u)),
        (-np.inf, np.inf),
    ),
    "arcsin": (
        lambda s: np.arcsin(np.sqrt(s)),
        lambda s: 0.5 / np.sqrt(s * (1 - s)),
        lambda u: np.sin(u) ** 2,
        (0, np.pi / 2),
    ),
}
assert SCALES.keys() == TRANSFORMS.keys()


def rates(limits: dict[str, tuple[FloatArray, FloatArray]], p: float, weight: FloatArray) -> dict[str, Rate]:
    """Turn limits of S(t) = p into the share that is usable, and the coverage among all and among those."""
    found = {}
    for name, (low, high) in limits.items():
        usable: BoolArray = high > low
        with np.errstate(invalid="ignore"):
            holds = usable & (low <= p) & (p <= high)
        found[f"{name} usable"] = share(usable, weight)
        found[f"{name} covers"] = share(holds, weight)
        found[f"{name} covers where usable"] = share(holds, weight, usable)
    return found


def exactly(scenario: Scenario, p: float) -> Iterator[dict[str, Rate]]:
    """Yield the rates for each number who have left by the time where S = p, weighted by probability."""
    n, censored = scenario.sizes[0], scenario.censored[0]
    leaves = 1 - p ** (1 / (1 - censored))
    for left in range(n + 1):
        events = np.array(list(product([0.0, 1.0], repeat=left))).reshape(2**left, left)
        weight = np.where(events == 1, 1 - censored, censored).prod(axis=1)
        weight = weight * comb(n, left) * leaves**left * (1 - leaves) ** (n - left)
        at_risk = np.arange(n, n - left, -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            survival = (1 - events / at_risk).prod(axis=1)
            greenwood = np.where(events == 1, 1 / (at_risk * (at_risk - 1.0)), 0.0).sum(axis=1)
            limits = {name: _limits(name, survival, greenwood, left == n) for name in SCALES}
        yield rates(limits, p, weight)


def _limits(
    name: str, survival: FloatArray, greenwood: FloatArray, ended: bool
) -> tuple[FloatArray, FloatArray]:
    scale, slope, back, (least, most) = SCALES[name]
    margin = Z * np.abs(slope(survival)) * survival * np.sqrt(greenwood)
    ends = [back(np.clip(scale(survival) + side * margin, least, most)) for side in (-1, 1)]
    settled = (survival > 0) & (survival < 1) & (not ended)
    low, high = np.minimum(*ends), np.maximum(*ends)
    return np.where(settled, low, np.nan), np.where(settled, high, np.nan)
