"""Residuals of a fitted Cox model: martingale, deviance and Schoenfeld.

(Barlow & Prentice 1988, doi:10.1093/biomet/75.1.65; Therneau, Grambsch & Fleming 1990,
doi:10.1093/biomet/77.1.147; Schoenfeld 1982, doi:10.1093/biomet/69.1.239; Grambsch & Therneau 1994,
doi:10.1093/biomet/81.3.515.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpcstats.core.cox.event_steps import EventSteps
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray


def martingale(steps: Sequence[EventSteps], event: BoolArray) -> FloatArray:
    """Return events seen less events expected, of one patient of each row: (n,)."""
    residuals = event.astype(np.float64)
    for each in steps:
        residuals[each.stratum.rows] -= each.expected()
    return residuals


def deviance(residuals: FloatArray, event: BoolArray) -> FloatArray:
    """Return the deviance residuals of martingale residuals M: sign(M) sqrt(-2 (M + d log(d - M)))."""
    expected = np.where(event, 1.0 - residuals, 1.0)
    with np.errstate(divide="ignore"):
        square = -2 * (residuals + np.log(expected))
    return np.sign(residuals) * np.sqrt(np.maximum(square, 0.0))


def schoenfeld(steps: Sequence[EventSteps], exit_: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the rows (m,) with an event, by time, and their covariates less the mean at risk (m, p)."""
    rows, distances = [], []
    for each in steps:
        dying = each.events
        rows.append(each.stratum.rows[dying])
        distances.append(each.covariates[dying] - each.mean_at_events()[each.stratum.last[dying]])
    where = np.concatenate(rows)
    order = np.lexsort([where, exit_[where]])
    return where[order], np.concatenate(distances)[order]


def scaled(residuals: FloatArray, variance: FloatArray, coefficients: FloatArray, events: int) -> FloatArray:
    """Return scaled Schoenfeld residuals (m, p): coefficients plus events times residuals times variance."""
    return np.asarray(coefficients + events * residuals @ variance, dtype=np.float64)
