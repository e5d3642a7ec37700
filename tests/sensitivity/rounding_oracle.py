"""All data compatible with few intervals, one by one: every weak order of the times occurs among them.

Limits are small whole numbers. Within each unit the patients stand on a grid fine enough that all of them can
be in any order there; what happens at other times in the unit changes no order.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

import hpcstats as hs


@dataclass(frozen=True)
class Limits:
    """Patients with whole-numbered limits (lower, upper]."""

    lower: list[int]
    upper: list[int]
    event: list[bool]
    group: list[int]

    @property
    def fineness(self) -> int:
        return len(self.lower) + 1

    def times(self) -> Iterator[tuple[float, ...]]:
        """Every data set on the grid."""
        return itertools.product(*map(self.grid, self.lower, self.upper))

    def grid(self, lower: int, upper: int) -> list[float]:
        if lower == upper:
            return [float(lower)]
        step = self.fineness
        return [count / step for count in range(lower * step + 1, upper * step + 1)]

    @property
    def reported(self) -> hs.Surv:
        """The upper ends, which belong to the intervals, as what was reported."""
        return hs.Surv.right(self.upper, self.event, id=[f"p{k}" for k in range(len(self.lower))])

    def options(self) -> dict[str, list[int]]:
        return {"lower": self.lower, "upper": self.upper}


def some(number: int, *, patients: int, seed: int, widths: tuple[int, ...] = (0, 1, 1, 2)) -> list[Limits]:
    """Draw awkward limits: exact times, ties, everybody or nobody with the event."""
    draw = random.Random(seed)
    found = []
    for _ in range(number):
        n = draw.randint(2, patients)
        lower = [draw.randint(0, 3) for _ in range(n)]
        upper = [low + draw.choice(widths) for low in lower]
        found.append(
            Limits(
                lower,
                upper,
                [draw.random() < 0.65 for _ in range(n)],
                [draw.randint(0, 1) for _ in range(n)],
            )
        )
    return found


def survival(time: tuple[float, ...], event: list[bool], t: float) -> float:
    """S(t) by the definition."""
    product = 1.0
    for u in sorted({x for x, happened in zip(time, event, strict=True) if happened and x <= t}):
        at_risk = sum(x >= u for x in time)
        product *= 1 - sum(x == u and d for x, d in zip(time, event, strict=True)) / at_risk
    return product


def quantile(time: tuple[float, ...], event: list[bool], height: float) -> float:
    """The first time at or below a height, or the middle of a flat exactly there; infinite without one."""
    grid = sorted(set(time))
    values = [survival(time, event, t) for t in grid]
    reached = [t for t, s in zip(grid, values, strict=True) if s <= height + 1e-9]
    below = [t for t, s in zip(grid, values, strict=True) if s < height - 1e-9]
    if not reached:
        return math.inf
    return (reached[0] + (below[0] if below else grid[-1])) / 2


def area(time: tuple[float, ...], event: list[bool], horizon: float) -> float:
    """The area under the curve, flat after the last time."""
    knots = sorted({0.0, horizon, *(t for t in time if t < horizon)})
    return sum((b - a) * survival(time, event, a) for a, b in itertools.pairwise(knots))


def score(time: tuple[float, ...], event: list[bool], group: list[int], log_ratio: float) -> float:
    """Efron's score of a group indicator, event by event."""
    total, risk = 0.0, [math.exp(log_ratio * x) for x in group]
    rows = range(len(time))
    for u in sorted({t for t, happened in zip(time, event, strict=True) if happened}):
        inside = [i for i in rows if time[i] >= u]
        failing = [i for i in inside if time[i] == u and event[i]]
        for j in range(len(failing)):
            left = {i: risk[i] * (1 - j / len(failing) * (i in failing)) for i in inside}
            total -= sum(left[i] * group[i] for i in inside) / sum(left.values())
        total += sum(group[i] for i in failing)
    return total


def largest_log_ratio(time: tuple[float, ...], event: list[bool], group: list[int]) -> float:
    """Where the score is 0, by bisection; infinite where it stays positive (or at 0) for ever."""
    low, high = -25.0, 25.0
    if score(time, event, group, high) > -1e-9:
        return math.inf
    if score(time, event, group, low) < 1e-9:
        return -math.inf
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if score(time, event, group, middle) > 0 else (low, middle)
    return (low + high) / 2


def ranks(time: tuple[float, ...]) -> tuple[int, ...]:
    """The weak order of the times."""
    place = {t: k for k, t in enumerate(sorted(set(time)))}
    return tuple(place[t] for t in time)


def from_witness(found: hs.Result, end: str, row: int = 0) -> tuple[tuple[float, ...], list[bool]]:
    """Times and events of a witness, which must keep within the limits."""
    frame = found.witness(end, row)
    inside = (frame["time"] > frame["lower"]) | (frame["lower"] == frame["upper"])
    assert (inside & (frame["time"] <= frame["upper"])).all()
    return tuple(np.round(frame["time"], 9).tolist()), frame["event"].tolist()
