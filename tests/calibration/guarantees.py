"""What must hold in every scenario, but for chance: exact tests and the beta product keep their word."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tests.calibration.comparisons import LEVELS, METHODS
from tests.calibration.intervals import BETA_PRODUCTS, LEVEL
from tests.calibration.results import Rows

ERRORS = 3.5
"""Monte-Carlo standard errors that are let pass."""


def allowance(share: float, replicates: float) -> float:
    """Return how far a simulated share may lie from its true value."""
    return ERRORS * math.sqrt(share * (1 - share) / replicates)


def broken_by_tests(rows: Rows) -> Iterator[str]:
    """Name each exact test that rejects above its level where follow-up and hazards are equal."""
    for row in rows:
        first, second = row["censored"].split(" v ")
        if not METHODS[row["method"]].exact or first != second or row["hazard_ratio"] != 1:
            continue
        for level in LEVELS:
            rejects = row[f"rejects_{100 * level:g}"]
            if rejects > level + allowance(level, row["replicates"]):
                yield f"{_named(row)}: rejects {rejects:.4f} at the level {level:g}"


def broken_by_intervals(rows: Rows) -> Iterator[str]:
    """Name each beta product interval that covers too little, on either side, or is undefined."""
    tail = (1 - LEVEL) / 2
    for row in rows:
        if row["method"] in BETA_PRODUCTS and row["undefined"] > 0:
            yield f"{_named(row)}: undefined in {row['undefined']:.4f} at S = {row['survival']:g}"
        if row["method"] != "bpcp":
            continue
        if row["coverage"] < LEVEL - allowance(LEVEL, row["replicates"]):
            yield f"{_named(row)}: covers {row['coverage']:.4f} at S = {row['survival']:g}"
        for side in ("too_low", "too_high"):
            if row[side] > tail + allowance(tail, row["replicates"]):
                yield f"{_named(row)}: {side} in {row[side]:.4f} at S = {row['survival']:g}"


def _named(row: dict[str, object]) -> str:
    return f"{row['method']}, {row['sizes']}, {row['censored']} censored, times {row['times']}"
