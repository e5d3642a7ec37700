"""The Cox model with one covariate, through the kernels and, where the sum is feasible, exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tests.calibration import two_groups
from tests.calibration.rates import Rate, total
from tests.calibration.samples import draw, orders
from tests.calibration.scenarios import Scenario

REPLICATES = 20_000
FEASIBLE = 12
"""Patients up to which every order of leaving is summed over."""

# A quarter is censored; the last size is that of local recurrence by extent of resection in the shipped
# cases, where two thirds are.
SCENARIOS = tuple(
    Scenario(sizes=sizes, censored=(share, share), hazard_ratio=ratio)
    for ratio in (1.0, 3.0)
    for sizes, share in (
        ((4, 4), 0.25),
        ((5, 5), 0.25),
        ((3, 9), 0.25),
        ((2, 10), 0.25),
        ((9, 9), 0.25),
        ((10, 56), 2 / 3),
    )
)


def measure(scenario: Scenario, method: str, number: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each share: simulated with its Monte-Carlo error, and exact (NaN where not summed)."""
    simulated = by_simulation(scenario, number)
    exact = total(two_groups.exactly(scenario)) if sum(scenario.sizes) <= FEASIBLE else {}
    for name, rate in simulated.items():
        yield {
            "measure": name,
            "simulated": rate.value,
            "error": rate.error(),
            "among": int(rate.among),
            "exact": exact[name].value if exact else math.nan,
        }


def by_simulation(scenario: Scenario, number: int) -> dict[str, Rate]:
    """Return the shares among simulated data sets."""
    seen = orders(draw(scenario, number))
    often, done, parts = seen.often(), 0, []
    for part in seen.chunks():
        weight = often[done : done + len(part)]
        parts.append(two_groups.rates(two_groups.by_kernels(part, scenario), scenario, weight))
        done += len(part)
    return total(parts)
