"""Mean numbers of events as a function of weights: what resampling calls again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.recurrent.mean_cumulative import mean_number, robust_variance
from hpcstats.core.recurrent.recurrent_rows import RecurrentRows, count_rows
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.core.step_function import value_at
from hpcstats.groups import Groups
from hpcstats.recurrence.histories import Histories


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedMeans:
    """A function of weights (B, n), n the rows of the response, constant in the rows of a patient.

    Returns the mean numbers of events of each group at each time, and their standard errors, both (B, k). A
    value is NaN where the follow-up of a replicate ends before.

    Attributes
    ----------
    first_row : ndarray of int, shape (P,)
        Row whose weight is that of the patient.
    weights : ndarray, shape (P,)
        Weights that the patients have anyway.
    parts : tuple of (RecurrentRows, ndarray)
        Rows and patients of each group.
    times : ndarray
        Where the curves are read.
    names : tuple of str
        Names of the k values.
    """

    first_row: IntArray
    weights: FloatArray
    parts: tuple[tuple[RecurrentRows, IntArray], ...]
    times: FloatArray
    names: tuple[str, ...]

    @classmethod
    def of(
        cls, histories: Histories, groups: Groups, weights: FloatArray, times: FloatArray, *, death: bool
    ) -> WeightedMeans:
        """Prepare the rows of each group."""
        kept = weights > 0
        labels = groups.labels
        return cls(
            first_row=histories.first_row,
            weights=weights,
            parts=tuple(
                histories.rows_of(kept & (groups.codes == number), death=death)
                for number in range(len(labels))
            ),
            times=times,
            names=tuple(f"{label} at {time:g}" for label in labels for time in times),
        )

    def __call__(self, weights: Any) -> tuple[FloatArray, FloatArray]:
        """Evaluate under each row of weights."""
        each = np.asarray(weights, dtype=np.float64)[:, self.first_row] * self.weights
        found = [self._read(rows, each[:, patients]) for rows, patients in self.parts]
        return np.concatenate([mean for mean, _ in found], 1), np.concatenate(
            [error for _, error in found], 1
        )

    def _read(self, rows: RecurrentRows, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        counts = count_rows(rows, weights)
        mean = mean_number(counts)
        variance = robust_variance(rows, weights, counts, mean)
        present = counts.at_risk > 0
        last = np.where(present, rows.times, -np.inf).max(axis=1)
        within = self.times <= (last * (1 + SAME_TIME))[:, None]
        estimate, error = (
            np.where(within, value_at(rows.times, values, self.times, 0.0), np.nan)
            for values in (mean.estimate, np.sqrt(variance))
        )
        return estimate, error
