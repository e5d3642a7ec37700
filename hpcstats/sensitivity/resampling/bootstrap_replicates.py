"""From bootstrap replicates to limits, errors and counts of each quantity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.resampling import bootstrap_limits
from hpcstats.core.resampling.bootstrap_limits import Found
from hpcstats.sensitivity.refitting.refits import Evaluated, Refits


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """All that limits are made of.

    Attributes
    ----------
    refits : Refits
        The estimator.
    whole : Evaluated
        Estimates from the data, one row.
    drawn : Evaluated
        The replicates.
    acceleration : ndarray, shape (k,)
        For BCa limits; NaN where there is none.
    """

    refits: Refits
    whole: Evaluated
    drawn: Evaluated
    acceleration: FloatArray

    def causes(self, j: int) -> dict[str, int]:
        """Count the resamples without a finite estimate of quantity j, by reason."""
        counts = np.bincount(self.drawn.missing[:, j], minlength=len(self.refits.reasons))
        return {
            reason: int(number)
            for reason, number in zip(self.refits.reasons[1:], counts[1:], strict=True)
            if number
        }

    def limits(self, j: int, kind: str, level: float) -> Found:
        """Return the limits of quantity j."""
        estimate = float(self.whole.values[0, j])
        if np.isnan(estimate):
            return Found.nothing(self.refits.reasons[self.whole.missing[0, j]])
        values = self._ratios(j) if kind == "studentised" else self.drawn.values[:, j]
        told = self._too_few(values, self.drawn.missing[:, j], level)
        if told:
            return Found.nothing(told)
        ordered = np.sort(values[~np.isnan(values)])
        if kind == "studentised":
            assert self.whole.errors is not None
            return bootstrap_limits.studentised(ordered, estimate, float(self.whole.errors[0, j]), level)
        if kind == "bca":
            return bootstrap_limits.bias_corrected(ordered, estimate, level, float(self.acceleration[j]))
        if kind == "basic":
            return bootstrap_limits.basic(ordered, estimate, level)
        return bootstrap_limits.percentile(ordered, level)

    def moments(self, j: int) -> tuple[float, float]:
        """Return bias and standard error of quantity j from the finite replicates."""
        finite = self.drawn.values[self.drawn.finite[:, j], j]
        bias = float(finite.mean() - self.whole.values[0, j]) if finite.size else np.nan
        error = float(finite.std(ddof=1)) if finite.size > 1 else np.nan
        return (bias if np.isfinite(bias) else np.nan), error

    def _ratios(self, j: int) -> FloatArray:
        """Return (replicate - estimate) / standard error, NaN without one."""
        assert self.drawn.errors is not None
        error, finite = self.drawn.errors[:, j], self.drawn.finite[:, j]
        known: BoolArray = finite & np.isfinite(error) & (error > 0)
        away = np.where(known, self.drawn.values[:, j] - self.whole.values[0, j], np.nan)
        return np.where(known, away / np.where(known, error, 1.0), np.nan)

    def _too_few(self, values: FloatArray, missing: np.ndarray, level: float) -> str:
        """Say why limits cannot be told: too many replicates that may lie anywhere, or none at all.

        If more of them than a tail holds are of unknown size, a limit could lie anywhere.
        """
        known = ~np.isnan(values)
        ignored = np.array(self.refits.ignorable)[missing] & (missing > 0)
        unknown = int((~known & ~ignored).sum())
        if known.sum() < 2:
            return "fewer than two resamples have an estimate"
        share = unknown / (unknown + int(known.sum()))
        if share <= (1 - level) / 2:
            return ""
        return f"{100 * share:.3g} % of the resamples have an unknown value, more than a tail holds"
