"""One curve of a mean number of events: from the rows of a group to estimate, standard error and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.recurrent.mean_cumulative import (
    MeanNumber,
    mean_number,
    poisson_variance,
    robust_variance,
    sample_variance,
)
from hpcstats.core.recurrent.recurrent_rows import RecurrentCounts, RecurrentRows, count_rows
from hpcstats.errors import NonIdentifiableWarning, listing, warn
from hpcstats.recurrence.limits import limits_of, small_sample
from hpcstats.recurrence.mean_curves import MeanCurve

FEW = 10
"""Fewer patients with events than this make the normal limits too narrow."""


@dataclass(frozen=True, slots=True)
class Part:
    """The patients of one group.

    Attributes
    ----------
    rows : RecurrentRows
        Their rows.
    weights : ndarray, shape (P,)
        How often each counts.
    unobserved : tuple of (from, to)
        When none of them is under observation.
    """

    rows: RecurrentRows
    weights: FloatArray
    unobserved: tuple[tuple[float, float], ...]

    @property
    def with_events(self) -> float:
        """Patients who have events."""
        having = self.rows.of_patients(self.rows.events[None])[0] > 0
        return float(self.weights[having].sum())


def curve_of(part: Part, variance: str, interval: str, level: float) -> MeanCurve:
    """Estimate the mean number of events with its limits."""
    rows, each, patients = part.rows, part.weights[None], float(part.weights.sum())
    counts = count_rows(rows, each)
    mean = mean_number(counts)
    error = np.sqrt(_spread(rows, each, counts, mean, variance)[0])
    if patients <= 1 and variance != "poisson":
        error = np.full_like(error, np.nan)
    low, high = limits_of(mean.estimate[0], error, interval, level, patients)
    if small_sample(interval):
        # The robust variance does not see an event that befalls the only patient under observation.
        unseen = np.logical_or.accumulate((counts.events[0] > 0) & (counts.at_risk[0] <= 1))
        low, high = np.where(unseen, np.nan, low), np.where(unseen, np.nan, high)
    # Where rows of a patient merely follow each other nothing happens.
    kept = rows.happening
    return MeanCurve(
        time=rows.times[kept],
        at_risk=counts.at_risk[0, kept],
        events=counts.events[0, kept],
        deaths=counts.deaths[0, kept],
        censored=rows.at_stops(each[:, rows.patient] * rows.leaving)[0, kept],
        estimate=mean.estimate[0, kept],
        std_error=error[kept],
        low=low[kept],
        high=high[kept],
        patients=patients,
    )


def _spread(
    rows: RecurrentRows, weights: FloatArray, counts: RecurrentCounts, mean: MeanNumber, variance: str
) -> FloatArray:
    if variance == "poisson":
        return poisson_variance(counts, mean)
    if variance == "sample":
        return sample_variance(rows, weights, mean)
    return robust_variance(rows, weights, counts, mean)


def few_with_events(labels: tuple[Any, ...], parts: list[Part], interval: str) -> tuple[str, ...]:
    """Say on how few patients with events normal limits rest."""
    few = [
        f"{label}: {p.with_events:g}" for label, p in zip(labels, parts, strict=True) if p.with_events < FEW
    ]
    if not few or small_sample(interval):
        return ()
    return (
        (
            f"Fewer than {FEW} patients with events ({listing(few)}): normal limits are too narrow. Write "
            "interval='log-t', or resample patients."
        ),
    )


def warn_of_unobserved(labels: tuple[Any, ...], parts: list[Part]) -> tuple[str, ...]:
    """Warn where nobody of a group is under observation."""
    found = [
        f"{label}: {low:g} to {high:g}"
        for label, part in zip(labels, parts, strict=True)
        for low, high in part.unobserved
    ]
    if not found:
        return ()
    text = (
        f"Nobody is under observation ({listing(found)}), so that what happens there is not counted: the "
        "mean is one of the observed times only."
    )
    warn(text, NonIdentifiableWarning)
    return (text,)
