"""The likelihood of a parametric family for censored times of every kind, with delayed entry or without.

A row gives log h(t) - H(t) where the time is exact, -H(c) where nothing happened until c, log(S(l) - S(u))
where the event lies in (l, u], and + H(e) where it was seen only because nothing had happened until e.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from hpcstats.core.parametric.differences import by_differences
from hpcstats.core.parametric.hazards import Family
from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What is known of each row, arrays (n,).

    Attributes
    ----------
    lower, upper : ndarray
        The event lies in (lower, upper]; equal where its time is exact, upper infinite where censored.
    entry : ndarray or None
        Time from which on the row was observed.
    weights : ndarray
        Case weights.
    """

    lower: FloatArray
    upper: FloatArray
    entry: FloatArray | None
    weights: FloatArray

    @property
    def exact(self) -> BoolArray:
        """Rows whose time is known."""
        known: BoolArray = self.lower == self.upper
        return known

    @property
    def closed(self) -> BoolArray:
        """Rows whose event lies between two times."""
        between: BoolArray = ~self.exact & np.isfinite(self.upper)
        return between

    def in_units(self, unit: float) -> Observed:
        """Return the same with all times divided by a unit."""
        entry = None if self.entry is None else self.entry / unit
        return Observed(self.lower / unit, self.upper / unit, entry, self.weights)


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """All times at which hazards are needed, with the row each belongs to."""

    times: FloatArray
    rows: IntArray
    exact: slice
    lower: slice
    upper: slice
    entry: slice
    below: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """The log-likelihood as a function of one vector of coefficients, the blocks of the predictors in turn.

    Attributes
    ----------
    family : Family
        The family.
    observed : Observed
        The rows.
    designs : tuple of ndarray
        For each predictor its design matrix (n, p_k).
    """

    family: Family
    observed: Observed
    designs: tuple[FloatArray, ...]
    _points: list[_Points] = field(default_factory=list)

    @property
    def parameters(self) -> int:
        """Number of coefficients."""
        return sum(design.shape[1] for design in self.designs)

    def blocks(self, values: FloatArray) -> list[FloatArray]:
        """Cut a vector of coefficients into those of each predictor."""
        ends = np.cumsum([design.shape[1] for design in self.designs])
        return np.split(values, ends[:-1])

    @property
    def points(self) -> _Points:
        """The times at which hazards are needed."""
        if not self._points:
            self._points.append(_points_of(self.observed, self.family.from_zero))
        return self._points[0]

    def predictors(self, values: FloatArray) -> FloatArray:
        """Return the predictors (K, n) of the rows."""
        return np.stack([x @ b for x, b in zip(self.designs, self.blocks(values), strict=True)])

    def with_slope(self, values: FloatArray) -> tuple[float, FloatArray]:
        """Return the log-likelihood, minus infinity where it does not exist, and its gradient."""
        at, weights = self.points, self.observed.weights
        with np.errstate(all="ignore"):
            hazards = self.family.at(at.times, self.predictors(values)[:, at.rows])
            gain, slopes = _contributions(at, hazards.cumulative, hazards.cumulative_slopes)
            gain[at.exact] += hazards.log_hazard[at.exact]
            slopes[:, at.exact] += hazards.log_hazard_slopes[:, at.exact]
            weighted = weights[at.rows]
            value = float((weighted * gain).sum())
            each = np.stack([np.bincount(at.rows, weighted * s, weights.size) for s in slopes])
        gradient = np.concatenate([x.T @ row for x, row in zip(self.designs, each, strict=True)])
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return -np.inf, gradient
        return value, gradient

    def value(self, values: FloatArray) -> float:
        """Return the log-likelihood."""
        return self.with_slope(values)[0]

    @property
    def walls(self) -> FloatArray:
        """How far out each coefficient may be sought."""
        sizes = [design.shape[1] for design in self.designs]
        return np.repeat(np.asarray(self.family.walls, dtype=np.float64), sizes)

    def curvature(self, values: FloatArray, *, rough: bool = False) -> FloatArray:
        """Return the second derivatives by differences of the gradient, of fourth order unless `rough`."""
        return by_differences(self.with_slope, values, rough=rough)


def _points_of(observed: Observed, from_zero: bool) -> _Points:
    """Collect the times; at time 0 a family that lives on positive times has no hazard yet."""
    exact, open_ = np.flatnonzero(observed.exact), np.flatnonzero(~observed.exact)
    lower = open_[observed.lower[open_] > 0] if from_zero else open_
    upper = np.flatnonzero(observed.closed)
    entry = np.arange(0)
    if observed.entry is not None:
        entry = np.flatnonzero(observed.entry > 0) if from_zero else np.arange(observed.lower.size)
    parts = [exact, lower, upper, entry]
    late = np.zeros(0) if observed.entry is None else observed.entry[entry]
    times = [observed.lower[exact], observed.lower[lower], observed.upper[upper], late]
    ends = np.cumsum([0, *(part.size for part in parts)])
    slices = [slice(int(a), int(b)) for a, b in pairwise(ends)]
    place = np.full(observed.lower.size, -1)
    place[lower] = np.arange(ends[1], ends[2])
    return _Points(
        times=np.concatenate(times),
        rows=np.concatenate(parts).astype(np.int64),
        exact=slices[0],
        lower=slices[1],
        upper=slices[2],
        entry=slices[3],
        below=place[upper],
    )


def _contributions(at: _Points, hazard: FloatArray, slopes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each point adds to the log-likelihood by its cumulative hazard, and the slopes of that."""
    gain = np.zeros_like(hazard)
    factor = np.zeros_like(hazard)
    for part, sign in ((at.exact, -1.0), (at.lower, -1.0), (at.entry, 1.0)):
        gain[part], factor[part] = sign * hazard[part], sign
    known = at.below >= 0
    before = np.where(known, hazard[at.below], 0.0)
    between = hazard[at.upper] - before
    # The derivative of log(1 - exp(-d)) is 1 / (exp(d) - 1).
    gain[at.upper] = np.where(between > 0, np.log(-np.expm1(-between)), -np.inf)
    factor[at.upper] = 1 / np.expm1(between)
    np.subtract.at(factor, at.below[known], factor[at.upper][known])
    return gain, factor * slopes
