"""Seeded data sets by the thousand, as weight rows of one data set that holds every row they could need.

Log-rank test, Cox model and product limit depend on the order of leaving alone. So the rows are all
triples (position in the order, group, event), and a data set of n patients is a row of zeros with n ones: the
batched kernels take thousands of them at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray

SEED = 20_261_123
BATCH = 5_000
KINDS = 4


@dataclass(frozen=True)
class Trial:
    """Two groups with exponential times to event and to censoring.

    The hazard of the first group is 1, of the second `hazard_ratio`; of the first group the share
    `censored` is censored, at the same rate as in the second.
    """

    first: int
    second: int = 0
    hazard_ratio: float = 1.0
    censored: float = 0.25

    @property
    def n(self) -> int:
        return self.first + self.second

    @property
    def name(self) -> str:
        return f"{self.first} v {self.second}" if self.second else str(self.first)

    @property
    def censoring(self) -> float:
        return self.censored / (1 - self.censored)

    @property
    def hazards(self) -> FloatArray:
        return np.array([1.0, self.hazard_ratio])

    def under(self, hazard_ratio: float) -> Trial:
        return replace(self, hazard_ratio=hazard_ratio)


@dataclass(frozen=True)
class Orders:
    """Who leaves in which order: time, group (0, 1) and event of the k-th to leave, each (B, n)."""

    time: FloatArray
    group: IntArray
    event: BoolArray

    def weights(self) -> FloatArray:
        """Return a one for each patient at its row of `Rows`: (B, 4 n)."""
        replicates, n = self.group.shape
        chosen = KINDS * np.arange(n) + 2 * self.group + self.event
        weights = np.zeros((replicates, KINDS * n))
        np.put_along_axis(weights, chosen, 1.0, axis=1)
        return weights


@dataclass(frozen=True)
class Rows:
    """Every row that a data set of n patients may hold: position, group and event, each (4 n,)."""

    position: FloatArray
    group: IntArray
    event: BoolArray

    @classmethod
    def of(cls, n: int) -> Rows:
        kind = np.tile(np.arange(KINDS), n)
        return cls(np.repeat(np.arange(n), KINDS).astype(np.float64), kind // 2, kind % 2 == 1)


def draw(trial: Trial, replicates: int, generator: np.random.Generator) -> Orders:
    """Draw data sets and put their patients into the order in which they leave."""
    group = np.repeat([0, 1], [trial.first, trial.second])
    event = generator.exponential(1 / trial.hazards[group], (replicates, trial.n))
    censoring = generator.exponential(1 / trial.censoring, (replicates, trial.n))
    time = np.minimum(event, censoring)
    order = np.argsort(time, axis=1)
    return Orders(
        time=np.take_along_axis(time, order, axis=1),
        group=group[order],
        event=np.take_along_axis(event <= censoring, order, axis=1),
    )


def batches(trial: Trial, replicates: int) -> Iterator[Orders]:
    """Draw `replicates` data sets in batches; the seed belongs to the trial, not to the order of tests."""
    key = [SEED, trial.first, trial.second, round(1000 * trial.hazard_ratio), round(1000 * trial.censored)]
    generator = np.random.default_rng(key)
    for start in range(0, replicates, BATCH):
        yield draw(trial, min(BATCH, replicates - start), generator)


@dataclass(frozen=True)
class Rate:
    """A share of (probability-weighted) data sets."""

    hits: float
    among: float

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.hits + other.hits, self.among + other.among)

    @property
    def value(self) -> float:
        return self.hits / self.among if self.among else math.nan

    def error(self, true: float | None = None) -> float:
        """Return the Monte-Carlo standard error of a simulated share (at its `true` value, where known)."""
        p = self.value if true is None else true
        return math.sqrt(max(p * (1 - p), 0.0) / self.among) if self.among else math.nan


def share(hits: BoolArray, weight: FloatArray, among: BoolArray | bool = True) -> Rate:
    """Add up the weight of the hits among those asked about."""
    counted = np.where(among, weight, 0.0)
    return Rate(float(counted[hits].sum()), float(counted.sum()))


def total(parts: Iterator[dict[str, Rate]]) -> dict[str, Rate]:
    """Add up the rates of all batches, name by name."""
    first = next(parts)
    for part in parts:
        first = {name: rate + part[name] for name, rate in first.items()}
    return first


def assert_within_four_errors(simulated: Rate, exact: float, what: str) -> None:
    """Fail where a simulated share is further from the exact one than four Monte-Carlo standard errors."""
    error = simulated.error(exact)
    message = f"{what}: simulated {simulated.value:.4f}, exact {exact:.4f}, Monte-Carlo error {error:.4f}"
    assert abs(simulated.value - exact) <= 4 * error + 1e-12, message
