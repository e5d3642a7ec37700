"""Log-rank and Cox answers for two groups, twice: through the kernels, and exactly.

Exactly means: for exponential times every order of leaving has a known probability, so that with at most
twelve patients the size of a test and the coverage of an interval are finite sums. The sums use
formulas of their own (for two groups without ties all is a function of the numbers at risk), and no kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from scipy.special import chdtri

from hpcstats.core import logrank
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import prepare
from hpcstats.core.risk_sets import FloatArray, place
from tests.calibration.rates import Rate, share
from tests.calibration.samples import KINDS, Orders, cells, hazards
from tests.calibration.scenarios import Scenario

CRITICAL = float(chdtri(1, 0.05))
STRICTER = float(chdtri(1, 0.01))
FARTHEST = 20.0


@dataclass(frozen=True)
class Answers:
    """What the methods say of each data set, all (B,).

    `estimate` is infinite where the likelihood is monotone, NaN where the groups are never at risk together.
    """

    logrank: FloatArray
    estimate: FloatArray
    information: FloatArray
    maximum: FloatArray
    at_null: FloatArray
    at_truth: FloatArray


def rates(answers: Answers, scenario: Scenario, weight: FloatArray) -> dict[str, Rate]:
    """Turn answers into shares: rejections at 5 %, estimates that exist, intervals that hold the truth."""
    truth = np.log(scenario.hazard_ratio)
    exists, monotone = np.isfinite(answers.estimate), np.isinf(answers.estimate)
    distance = np.where(exists, answers.estimate, 0.0)
    covered = 2 * (answers.maximum - answers.at_truth) <= CRITICAL
    near = (distance - truth) ** 2 * answers.information <= CRITICAL
    return {
        "logrank": share(answers.logrank > CRITICAL, weight),
        "logrank at 1 %": share(answers.logrank > STRICTER, weight),
        "likelihood ratio": share(2 * (answers.maximum - answers.at_null) > CRITICAL, weight),
        "wald": share(exists & (distance**2 * answers.information > CRITICAL), weight),
        "exists": share(exists, weight),
        "monotone": share(monotone, weight),
        "wald holds": share(near, weight, exists),
        "profile holds": share(covered, weight, exists),
        "one-sided holds": share(covered, weight, monotone),
        "all profiles hold": share(covered, weight, exists | monotone),
    }


def by_kernels(orders: Orders, scenario: Scenario) -> Answers:
    """Answer through the batched kernels of the package, for each order of leaving."""
    rows = np.arange(KINDS * orders.place.shape[1])
    position, group, event = (rows // KINDS).astype(np.float64), rows // 2 % 2, rows % 2 == 0
    weights = cells(orders)
    risk = place(position, event)
    scores = logrank.scores(risk, group, 2, weights, logrank.unit)
    difference, variance = (scores.observed - scores.expected)[:, 1], scores.variance[:, 1, 1]
    likelihood = prepare(position, event, group[:, None].astype(np.float64), weights)
    start = np.zeros((weights.shape[0], 1))
    null = likelihood.evaluate(start)
    top = maximise(likelihood, start)
    at_null, information = null.information[:, 0, 0], top.derivatives.information[:, 0, 0]
    seen = at_null > 1e-9
    # Where the likelihood is monotone the climb ends with next to no information left; at a finite maximum of
    # two groups of these sizes a third of it remains.
    finite = seen & (information > 1e-4 * at_null)
    climb = top.position[:, 0]
    return Answers(
        logrank=np.divide(difference**2, variance, out=np.zeros_like(variance), where=seen),
        estimate=np.where(finite, climb, np.where(seen, np.copysign(np.inf, climb), np.nan)),
        information=information,
        maximum=top.derivatives.value,
        at_null=null.value,
        at_truth=likelihood.evaluate(start + np.log(scenario.hazard_ratio)).value,
    )


def exactly(scenario: Scenario) -> Iterator[dict[str, Rate]]:
    """Yield the rates of each order of groups over all patterns of events, weighted by probability."""
    n = sum(scenario.sizes)
    events = np.array(list(product([0.0, 1.0], repeat=n)))
    for second in combinations(range(n), scenario.sizes[1]):
        group = np.zeros(n)
        group[list(second)] = 1.0
        at_second = group[::-1].cumsum()[::-1]
        at_first = np.arange(n, 0, -1) - at_second
        weight = _probability(scenario, group.astype(int), events, at_first, at_second)
        informative = events * (at_first > 0) * (at_second > 0)
        yield rates(_closed_form(group, at_first, at_second, informative, scenario), scenario, weight)


def _probability(
    scenario: Scenario, group: np.ndarray, events: FloatArray, at_first: FloatArray, at_second: FloatArray
) -> FloatArray:
    censoring = np.array(scenario.censored) / (1 - np.array(scenario.censored))
    leaving = hazards(scenario) + censoring
    number = np.where(group == 1, at_second, at_first)
    order = number * leaving[group] / (at_first * leaving[0] + at_second * leaving[1])
    event = (hazards(scenario) / leaving)[group]
    probability: FloatArray = order.prod() * np.where(events == 1, event, 1 - event).prod(axis=1)
    return probability


def _closed_form(
    x: FloatArray, at_first: FloatArray, at_second: FloatArray, events: FloatArray, scenario: Scenario
) -> Answers:
    def log_likelihood(beta: FloatArray) -> FloatArray:
        sums = at_first + at_second * np.exp(beta)[:, None]
        return (events * (x * beta[:, None] - np.log(np.maximum(sums, 1e-300)))).sum(axis=1)

    def expected(beta: FloatArray) -> FloatArray:
        risk = at_second * np.exp(beta)[:, None]
        return risk / (risk + at_first)

    mean = at_second / (at_first + at_second)
    difference, variance = events @ (x - mean), events @ (mean * (1 - mean))
    low, high = np.full(len(events), -FARTHEST), np.full(len(events), FARTHEST)
    for _ in range(55):
        middle = (low + high) / 2
        rising = (events * (x - expected(middle))).sum(axis=1) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    seen, second, first = variance > 0, events @ x, events @ (1 - x)
    estimate = np.where(first == 0, np.inf, np.where(second == 0, -np.inf, low))
    share_of_second = expected(low)
    return Answers(
        logrank=np.divide(difference**2, variance, out=np.zeros_like(variance), where=seen),
        estimate=np.where(seen, estimate, np.nan),
        information=(events * share_of_second * (1 - share_of_second)).sum(axis=1),
        maximum=log_likelihood(low),
        at_null=log_likelihood(np.zeros(len(events))),
        at_truth=log_likelihood(np.full(len(events), np.log(scenario.hazard_ratio))),
    )
