"""The designs looked at, and what was measured of them, each once a process."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from tests.calibration import one_curve, two_groups
from tests.calibration.simulation import Rate, Trial, batches, total

REPLICATES = 20_000

# Small enough that every order of leaving can be summed over.
SMALL = (Trial(4, 4), Trial(5, 5), Trial(3, 9), Trial(2, 10))
# Two sizes at which the approximations begin to hold; the second is that of local recurrence by extent of
# resection in the shipped cases, where two thirds are censored.
LARGER = (Trial(9, 9), Trial(10, 56, censored=2 / 3))
HAZARD_RATIOS = (1.0, 3.0)
SIZES = (6, 9, 18)
SURVIVAL = (0.8, 0.5, 0.25)


@dataclass(frozen=True)
class Measured:
    """Shares simulated through the kernels, and exact where the sum is feasible."""

    simulated: dict[str, Rate]
    exact: dict[str, Rate] | None

    def best(self, name: str) -> float:
        """Return the exact share, or the simulated one where there is no exact."""
        return (self.exact or self.simulated)[name].value


@functools.cache
def trial(design: Trial) -> Measured:
    """Measure the log-rank test and the Cox model with one covariate."""
    simulated = total(
        two_groups.rates(two_groups.by_kernels(orders, design), design, np.ones(len(orders.group)))
        for orders in batches(design, REPLICATES)
    )
    small = design.under(1.0) in SMALL
    return Measured(simulated, total(two_groups.exactly(design)) if small else None)


@functools.cache
def curve(n: int, survival: float) -> Measured:
    """Measure the pointwise Kaplan-Meier intervals of `n` patients at the time where S is `survival`."""
    design = Trial(n)
    simulated = total(
        one_curve.rates(one_curve.by_kernels(orders, design, survival), survival, np.ones(len(orders.group)))
        for orders in batches(design, REPLICATES)
    )
    return Measured(simulated, total(one_curve.exactly(design, survival)))
