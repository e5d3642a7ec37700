"""Slow second opinions, each written from the definition and unlike the product on purpose.

Plain Python loops and fractions: no risk-set grids, no cumulative sums, no vectorised kernels.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy import integrate, optimize

Column = Sequence[float]


def at_risk(time: Column, t: float, entry: Column | None = None) -> list[int]:
    """Rows with entry < t <= time."""
    entries = [-math.inf] * len(time) if entry is None else entry
    return [row for row in range(len(time)) if entries[row] < t <= time[row]]


def kaplan_meier(time: Column, event: Sequence[bool], t: float, entry: Column | None = None) -> Fraction:
    """S(t) as an exact fraction: the product over event times up to t of 1 - d/n."""
    survival = Fraction(1)
    for u in sorted({time[row] for row in range(len(time)) if event[row] and time[row] <= t}):
        risk = at_risk(time, u, entry)
        failing = [row for row in risk if event[row] and time[row] == u]
        survival *= 1 - Fraction(len(failing), len(risk))
    return survival


def greenwood(time: Column, event: Sequence[bool], t: float, entry: Column | None = None) -> float:
    """Greenwood's standard error of S(t)."""
    total = Fraction(0)
    for u in sorted({time[row] for row in range(len(time)) if event[row] and time[row] <= t}):
        n = len(at_risk(time, u, entry))
        d = sum(1 for row in at_risk(time, u, entry) if event[row] and time[row] == u)
        if d == n:
            return math.nan
        total += Fraction(d, n * (n - d))
    return float(kaplan_meier(time, event, t, entry)) * math.sqrt(total)


def nelson_aalen(time: Column, event: Sequence[bool], t: float, entry: Column | None = None) -> Fraction:
    """A(t) as an exact fraction: the sum over event times up to t of d/n."""
    total = Fraction(0)
    for row, u in enumerate(time):
        if event[row] and u <= t:
            total += Fraction(1, len(at_risk(time, u, entry)))
    return total


def quantile(
    time: Column, event: Sequence[bool], probability: Fraction, entry: Column | None = None
) -> float:
    """R's rule: the first time with S < 1 - p, or the midpoint of the flat where S = 1 - p exactly."""
    height = 1 - probability
    grid = sorted(set(time))
    curve = [kaplan_meier(time, event, t, entry) for t in grid]
    flat = [t for t, value in zip(grid, curve, strict=True) if value == height]
    below = [t for t, value in zip(grid, curve, strict=True) if value < height]
    if flat:
        end = below[0] if below else grid[-1]
        return (flat[0] + end) / 2
    return below[0] if below else math.inf


def restricted_mean(time: Column, event: Sequence[bool], horizon: float) -> float:
    """The integral of the curve from 0 to the horizon by numeric quadrature, piece by piece."""
    knots = sorted({0.0, horizon, *(t for t in time if 0 < t < horizon)})
    area = 0.0
    for left, right in itertools.pairwise(knots):
        piece, _ = integrate.quad(lambda t: float(kaplan_meier(time, event, t)), left, right, limit=10)
        area += piece
    return area


def restricted_mean_error(time: Column, event: Sequence[bool], horizon: float) -> float:
    """The square root of sum over event times u < horizon of (area from u to the horizon)^2 d/(n(n-d))."""
    total = 0.0
    for u in sorted({time[row] for row in range(len(time)) if event[row] and time[row] < horizon}):
        n = len(at_risk(time, u))
        d = sum(1 for row in range(len(time)) if event[row] and time[row] == u)
        area = restricted_mean(time, event, horizon) - restricted_mean(time, event, u)
        if n > d:
            total += area**2 * d / (n * (n - d))
    return math.sqrt(total)


def logrank(
    time: Column,
    event: Sequence[bool],
    group: Sequence[object],
    entry: Column | None = None,
    strata: Sequence[object] | None = None,
) -> tuple[Fraction, Fraction, Fraction]:
    """Observed, expected and variance of the first group of two, by one 2 x 2 table an event time."""
    first = min(set(group), key=str)
    layers = [0] * len(time) if strata is None else list(strata)
    observed = expected = variance = Fraction(0)
    for layer in dict.fromkeys(layers):
        inside = {row for row in range(len(time)) if layers[row] == layer}
        for u in sorted({time[row] for row in inside if event[row]}):
            risk = [row for row in at_risk(time, u, entry) if row in inside]
            n, n1 = len(risk), sum(1 for row in risk if group[row] == first)
            failing = [row for row in risk if event[row] and time[row] == u]
            d, d1 = len(failing), sum(1 for row in failing if group[row] == first)
            observed += d1
            expected += Fraction(d * n1, n)
            if n > 1:
                variance += Fraction(d * n1 * (n - n1) * (n - d), n * n * (n - 1))
    return observed, expected, variance


@dataclass(frozen=True)
class PartialLikelihood:
    """The Cox log partial likelihood by literal loops, Breslow or Efron ties."""

    time: Column
    event: Sequence[bool]
    x: np.ndarray
    ties: str = "efron"
    entry: Column | None = None
    strata: Sequence[object] | None = None
    weights: Column | None = None
    offset: Column | None = None

    def __call__(self, beta: Sequence[float]) -> float:
        n = len(self.time)
        layers = [0] * n if self.strata is None else list(self.strata)
        weight = [1.0] * n if self.weights is None else list(self.weights)
        shift = [0.0] * n if self.offset is None else list(self.offset)
        score = [shift[i] + sum(b * v for b, v in zip(beta, self.x[i], strict=True)) for i in range(n)]
        total = 0.0
        for layer in dict.fromkeys(layers):
            rows = [i for i in range(n) if layers[i] == layer]
            for u in sorted({self.time[i] for i in rows if self.event[i]}):
                total += self._one_time(u, rows, weight, score)
        return total

    def _one_time(self, u: float, rows: list[int], weight: list[float], score: list[float]) -> float:
        risk = [i for i in at_risk(self.time, u, self.entry) if i in rows]
        failing = [i for i in risk if self.event[i] and self.time[i] == u and weight[i] > 0]
        if not failing:
            return 0.0
        top = max(score[i] for i in risk)
        everybody = sum(weight[i] * math.exp(score[i] - top) for i in risk)
        tied = sum(weight[i] * math.exp(score[i] - top) for i in failing)
        total = sum(weight[i] * score[i] for i in failing)
        mean_weight = sum(weight[i] for i in failing) / len(failing)
        for j in range(len(failing)):
            removed = tied * j / len(failing) if self.ties == "efron" else 0.0
            total -= mean_weight * (math.log(everybody - removed) + top)
        return total

    def maximise(self, start: Sequence[float] | None = None) -> tuple[np.ndarray, float]:
        """The maximiser and the maximum, by a simplex search and a polish."""
        begin = np.zeros(self.x.shape[1]) if start is None else np.asarray(start, dtype=float)
        rough = optimize.minimize(
            lambda b: -self(b),
            begin,
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000},
        )
        fine = optimize.minimize(
            lambda b: -self(b), rough.x, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-14}
        )
        return fine.x, -fine.fun

    def hessian(self, beta: Sequence[float], step: float = 1e-4) -> np.ndarray:
        """Second derivatives by central differences."""
        centre, p = np.asarray(beta, dtype=float), len(beta)
        unit = np.eye(p) * step
        result = np.empty((p, p))
        for i, j in itertools.product(range(p), repeat=2):
            corners = (
                self(centre + unit[i] + unit[j])
                - self(centre + unit[i] - unit[j])
                - self(centre - unit[i] + unit[j])
                + self(centre - unit[i] - unit[j])
            )
            result[i, j] = corners / (4 * step**2)
        return result


def cumulated_hazards(likelihood: PartialLikelihood, beta: Sequence[float]) -> list[float]:
    """What each row is expected to have: its risk times every hazard it lived through, the tied spared."""
    lik, n = likelihood, len(likelihood.time)
    layers = [0] * n if lik.strata is None else list(lik.strata)
    weight = [1.0] * n if lik.weights is None else list(lik.weights)
    shift = [0.0] * n if lik.offset is None else list(lik.offset)
    risk = [math.exp(shift[i] + float(np.dot(beta, lik.x[i]))) for i in range(n)]
    total = [0.0] * n
    for layer in dict.fromkeys(layers):
        rows = [i for i in range(n) if layers[i] == layer]
        for u in sorted({lik.time[i] for i in rows if lik.event[i]}):
            inside = [i for i in at_risk(lik.time, u, lik.entry) if i in rows]
            failing = [i for i in inside if lik.event[i] and lik.time[i] == u]
            for j in range(len(failing)):
                gone = j / len(failing) if lik.ties == "efron" else 0.0
                left = {i: 1 - gone if i in failing else 1.0 for i in inside}
                events = sum(weight[i] for i in failing) / len(failing)
                hazard = events / sum(weight[i] * risk[i] * left[i] for i in inside)
                for i in inside:
                    total[i] += risk[i] * left[i] * hazard
    return total


def changing_coefficients(
    likelihood: PartialLikelihood, beta: Sequence[float], g: dict[float, float]
) -> Callable[[Sequence[float]], float]:
    """The log partial likelihood of beta + theta g(t), first beta then theta, time by time."""
    lik, n, p = likelihood, len(likelihood.time), len(beta)
    layers = [0] * n if lik.strata is None else list(lik.strata)

    def value(both: Sequence[float]) -> float:
        total = 0.0
        for layer in dict.fromkeys(layers):
            rows = [i for i in range(n) if layers[i] == layer]
            for u in sorted({lik.time[i] for i in rows if lik.event[i]}):
                now = np.array(both[:p]) + np.array(both[p:]) * g[u]
                score = [float(now @ lik.x[i]) for i in range(n)]
                total += lik._one_time(u, rows, [1.0] * n, score)
        return total

    return value


def derivatives(
    function: Callable[[Sequence[float]], float], at: Sequence[float], step: float = 1e-3
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and Hessian by central differences."""
    centre, size = np.asarray(at, dtype=float), len(at)
    unit = np.eye(size) * step
    gradient = np.array([(function(centre + e) - function(centre - e)) / (2 * step) for e in unit])
    hessian = np.empty((size, size))
    for i, j in itertools.product(range(size), repeat=2):
        hessian[i, j] = sum(
            a * b * function(centre + a * unit[i] + b * unit[j]) for a in (1, -1) for b in (1, -1)
        ) / (4 * step**2)
    return gradient, hessian


def concordance(
    time: Column,
    event: Sequence[bool],
    score: Column,
    entry: Column | None = None,
    strata: Sequence[object] | None = None,
    weights: Column | None = None,
) -> float:
    """Harrell's concordance by looking at every pair."""
    n = len(time)
    weight = [1.0] * n if weights is None else list(weights)
    agreeing = pairs = 0.0
    for i, j in itertools.permutations(range(n), 2):
        later = time[j] > time[i] or (time[j] == time[i] and not event[j])
        entered = entry is None or entry[j] < time[i]
        if event[i] and later and entered and (strata is None or strata[i] == strata[j]):
            pairs += weight[i] * weight[j]
            better = 1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0
            agreeing += weight[i] * weight[j] * better
    return agreeing / pairs if pairs else math.nan


def separating_direction(
    rows: Sequence[Sequence[int]], directions: Sequence[Sequence[int]]
) -> Sequence[int] | None:
    """Find, by trying every direction, one along which the likelihood rises for ever.

    `rows` are x_failing - x_at_risk over all event times. Along d the likelihood never falls if d.row >= 0
    for every row, and rises without end if one of them is > 0.
    """
    for direction in directions:
        products = [sum(a * b for a, b in zip(direction, row, strict=True)) for row in rows]
        if min(products, default=0) >= 0 and max(products, default=0) > 0:
            return direction
    return None


def differences(
    time: Column,
    event: Sequence[bool],
    x: Sequence[Sequence[int]],
    entry: Column | None = None,
    strata: Sequence[object] | None = None,
) -> list[tuple[int, ...]]:
    """All x_failing - x_at_risk, over every event time and stratum."""
    layers = [0] * len(time) if strata is None else list(strata)
    rows = []
    for i, u in enumerate(time):
        if event[i]:
            rows += [
                tuple(a - b for a, b in zip(x[i], x[j], strict=True))
                for j in at_risk(time, u, entry)
                if layers[j] == layers[i]
            ]
    return rows


def small_directions(size: int, reach: int) -> list[tuple[int, ...]]:
    """Every integer direction with entries up to `reach` in size."""
    grid = itertools.product(range(-reach, reach + 1), repeat=size)
    return [direction for direction in grid if any(direction)]


def repeated(values: Sequence[object], frequency: Sequence[int]) -> list[object]:
    """Write each row as often as its frequency says."""
    return [value for value, times in zip(values, frequency, strict=True) for _ in range(times)]


def restricted_mean_extended(time: Column, event: Sequence[bool], horizon: float) -> Fraction:
    """The area under the curve up to the horizon as an exact fraction, flat after the last observation."""
    knots = sorted({Fraction(0), Fraction(horizon), *(Fraction(t) for t in time if 0 < t < horizon)})
    pieces = itertools.pairwise(knots)
    return sum(
        ((right - left) * kaplan_meier(time, event, float(left)) for left, right in pieces), Fraction(0)
    )


def restricted_mean_variance(time: Column, event: Sequence[bool], horizon: float) -> Fraction:
    """The sum over event times u < horizon of (area from u to the horizon)^2 d/(n(n-d)), exactly."""
    total, everything = Fraction(0), restricted_mean_extended(time, event, horizon)
    for u in sorted({time[row] for row in range(len(time)) if event[row] and time[row] < horizon}):
        n = len(at_risk(time, u))
        d = sum(1 for row in range(len(time)) if event[row] and time[row] == u)
        if n > d:
            beyond = everything - (restricted_mean_extended(time, event, u) if u > 0 else 0)
            total += beyond**2 * Fraction(d, n * (n - d))
    return total


def relabelled_restricted_means(
    time: Column, event: Sequence[bool], size: int, horizon: float, rule: str = "extend"
) -> list[tuple[tuple[int, ...], Fraction, Fraction] | None]:
    """For each choice of a second group: who, the difference, and the sum of the variances, exactly.

    A group is inestimable that ends before the horizon with a curve above 0: under "ignore" there is None,
    under "switch" its last patients have the event, under "extend" its curve goes on flat.
    """
    found: list[tuple[tuple[int, ...], Fraction, Fraction] | None] = []
    for second in itertools.combinations(range(len(time)), size):
        means, variances = [], []
        for rows in ([row for row in range(len(time)) if row not in second], list(second)):
            times, events = [time[row] for row in rows], [event[row] for row in rows]
            last = max(times)
            short = last < horizon and kaplan_meier(times, events, last) > 0
            if short and rule == "switch":
                events = [happened or t == last for t, happened in zip(times, events, strict=True)]
            means.append(
                None if short and rule == "ignore" else restricted_mean_extended(times, events, horizon)
            )
            variances.append(restricted_mean_variance(times, events, horizon))
        if means[0] is None or means[1] is None:
            found.append(None)
        else:
            found.append((second, means[1] - means[0], variances[0] + variances[1]))
    return found


def logrank_score(time: Column, event: Sequence[bool], row: int, entry: Column | None = None) -> Fraction:
    """The event of one patient less the hazard passed through: 1 or 0 minus the sum of d/n."""
    begin = -math.inf if entry is None else entry[row]
    passed = Fraction(0)
    for u in sorted({time[other] for other in range(len(time)) if event[other]}):
        if begin < u <= time[row]:
            risk = at_risk(time, u, entry)
            passed += Fraction(sum(1 for other in risk if event[other] and time[other] == u), len(risk))
    return Fraction(bool(event[row])) - passed


def relabellings(group: Sequence[object], strata: Sequence[object] | None = None) -> list[tuple[object, ...]]:
    """Every distinct way to write the labels over the patients, within strata."""
    layers = [0] * len(group) if strata is None else list(strata)
    found: list[tuple[object, ...]] = [tuple(group)]
    for layer in dict.fromkeys(layers):
        rows = [row for row in range(len(group)) if layers[row] == layer]
        orders = set(itertools.permutations([group[row] for row in rows]))
        found = [
            tuple(order[rows.index(row)] if row in rows else labels[row] for row in range(len(group)))
            for labels in found
            for order in sorted(orders, key=str)
        ]
    return found
