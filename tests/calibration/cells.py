"""The cells of the programme: one method in one scenario, run once, and stored."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hpcstats.errors import HpcstatsWarning
from tests.calibration import comparisons, hazard_ratios, intervals
from tests.calibration.scenarios import ONE_GROUP, SEED, TWO_GROUPS, Scenario

INTERVALS, TESTS, MODELS = "intervals", "tests", "models"
MEASURES: dict[str, Callable[[Scenario, str, int], Iterator[dict[str, Any]]]] = {
    INTERVALS: intervals.measure,
    TESTS: comparisons.measure,
    MODELS: hazard_ratios.measure,
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One method in one scenario.

    Attributes
    ----------
    table : {"intervals", "tests", "models"}
        Which results it belongs to.
    scenario : Scenario
    method : str
    replicates : int
        Data sets drawn.
    """

    table: str
    scenario: Scenario
    method: str
    replicates: int

    @property
    def cost(self) -> float:
        """A rough measure of its work, to begin with the longest."""
        batched = self.table == TESTS and comparisons.METHODS[self.method].batch is not None
        dear = {INTERVALS: 1.0, TESTS: 1.0 if batched else 40.0, MODELS: 30.0}
        return dear[self.table] * self.replicates * sum(self.scenario.sizes)

    def key(self, code: str) -> dict[str, Any]:
        """Return what identifies the result: scenario, method, seed, replicates and version of the code."""
        return {
            "table": self.table,
            "scenario": self.scenario.name,
            "method": self.method,
            "seed": SEED,
            "replicates": self.replicates,
            "code": code,
        }

    def run(self) -> Finished:
        """Measure; the same numbers in every process and on every backend."""
        warnings.simplefilter("ignore", HpcstatsWarning)
        start = time.process_time()
        described = {
            "sizes": self.scenario.size,
            "censored": " v ".join(f"{share:g}" for share in self.scenario.censored),
            "times": self.scenario.rounding,
            "method": self.method,
            "replicates": self.replicates,
        }
        if len(self.scenario.sizes) > 1:
            described["hazard_ratio"] = self.scenario.hazard_ratio
        measured = MEASURES[self.table](self.scenario, self.method, self.replicates)
        rows = [{name: settled(value) for name, value in (described | row).items()} for row in measured]
        return Finished(cell=self, rows=rows, seconds=time.process_time() - start)


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The rows of a cell, and the processor time they took."""

    cell: Cell
    rows: list[dict[str, Any]]
    seconds: float


def settled(value: Any) -> Any:
    """Round to the digits that are written."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def all_cells() -> tuple[Cell, ...]:
    """Return the whole programme, in the order in which results are written."""
    one = (
        Cell(
            table=INTERVALS,
            scenario=scenario,
            method=method,
            replicates=intervals.replicates(scenario, method),
        )
        for scenario in ONE_GROUP
        for method in intervals.METHODS
    )
    two = (
        Cell(table=TESTS, scenario=scenario, method=name, replicates=method.replicates)
        for scenario in TWO_GROUPS
        for name, method in comparisons.METHODS.items()
        if method.suits(scenario)
    )
    models = (
        Cell(table=MODELS, scenario=scenario, method="Cox model", replicates=hazard_ratios.REPLICATES)
        for scenario in hazard_ratios.SCENARIOS
    )
    return (*one, *two, *models)
