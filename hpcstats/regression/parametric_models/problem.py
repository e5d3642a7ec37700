"""The likelihood of a model in standardised coefficients, and the way back to those of the columns given.

Covariates are centred and divided by their standard deviation, times divided by a typical time where the
family does not live on their logarithm. The way back is affine: theta = back @ position + shift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.parametric.climb import Summit, highest
from hpcstats.core.parametric.hazards import Family
from hpcstats.core.parametric.likelihood import Likelihood, Observed
from hpcstats.regression.parametric_models.distributions import Distribution


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A model ready to be maximised.

    Attributes
    ----------
    likelihood : Likelihood
        In standardised coefficients, of the rows with a weight.
    back, shift : ndarray, shapes (p, p) and (p,)
        The way back to the coefficients of the columns given.
    typical : float
        A typical time, in the unit of the likelihood.
    log_jacobian : float
        What the log-likelihood of the times as given has less.
    """

    likelihood: Likelihood
    back: FloatArray
    shift: FloatArray
    typical: float
    log_jacobian: float

    @classmethod
    def of(
        cls,
        distribution: Distribution,
        family: Family,
        observed: Observed,
        location: FloatArray,
        incidence: FloatArray | None = None,
    ) -> Problem:
        """Standardise; `location` and `incidence` are design matrices (n, p) whose first column is 1."""
        kept = observed.weights > 0
        seen = taken(observed, kept)
        typical = typical_time(seen)
        unit = typical if distribution.scaled else 1.0
        designs, backs = [], []
        ancillary = family.predictors - 1 - (incidence is not None)
        one = np.ones((int(kept.sum()), 1))
        for design in (location[kept], *[one] * ancillary, *([] if incidence is None else [incidence[kept]])):
            standard, back = _standardised(design)
            designs.append(standard)
            backs.append(back)
        back = _block_diagonal(backs)
        shift = np.zeros(back.shape[0])
        _in_unit(distribution, location.shape[1], unit, back, shift)
        likelihood = Likelihood(family, seen.in_units(unit), tuple(designs))
        exact = float(seen.weights[seen.exact].sum())
        return cls(likelihood, back, shift, typical / unit, exact * float(np.log(unit)))

    def starts(self) -> list[FloatArray]:
        """Return places to begin from: the family's own, covariates at 0."""
        return [self.place(start) for start in self.likelihood.family.starts(self.typical)]

    def place(self, predictors: Sequence[float]) -> FloatArray:
        """Put constant predictors into a vector of coefficients."""
        blocks = [np.zeros(design.shape[1]) for design in self.likelihood.designs]
        for block, value in zip(blocks, predictors, strict=True):
            block[0] = value
        return np.concatenate(blocks)

    def maximum(self, first: FloatArray | None = None) -> tuple[Summit | None, float]:
        """Climb from all places to begin from, `first` first; also how far the likelihood rises elsewhere."""
        return highest(self.likelihood, [*([] if first is None else [first]), *self.starts()])

    def given(self, position: FloatArray) -> FloatArray:
        """Return the coefficients of the columns given."""
        theta: FloatArray = self.back @ position + self.shift
        return theta

    def covariance(self, summit: Summit) -> FloatArray:
        """Return the covariance of the coefficients of the columns given."""
        covariance: FloatArray = self.back @ np.linalg.inv(summit.information) @ self.back.T
        return (covariance + covariance.T) / 2


def taken(observed: Observed, rows: BoolArray) -> Observed:
    """Keep some rows."""
    entry = None if observed.entry is None else observed.entry[rows]
    return Observed(observed.lower[rows], observed.upper[rows], entry, observed.weights[rows])


def typical_time(observed: Observed) -> float:
    """Return total time under observation over events (at least one)."""
    upper = np.where(np.isfinite(observed.upper), observed.upper, observed.lower)
    time = (observed.lower + upper) / 2 - (0.0 if observed.entry is None else observed.entry)
    events = float(observed.weights[np.isfinite(observed.upper)].sum())
    total = float((observed.weights * np.maximum(time, 0.0)).sum())
    return total / max(events, 1.0) if total > 0 else 1.0


def _standardised(design: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the standardised design, and the matrix that leads back."""
    p = design.shape[1]
    back = np.eye(p)
    if p == 1:
        return design, back
    widths, centre = scale(design[:, 1:]), design[:, 1:].mean(axis=0)
    standard = np.hstack([design[:, :1], (design[:, 1:] - centre) / widths])
    back[1:, 1:] = np.diag(1 / widths)
    back[0, 1:] = -centre / widths
    return standard, back


def _block_diagonal(blocks: list[FloatArray]) -> FloatArray:
    size = sum(block.shape[0] for block in blocks)
    whole, at = np.zeros((size, size)), 0
    for block in blocks:
        end = at + block.shape[0]
        whole[at:end, at:end] = block
        at = end
    return whole


def _in_unit(
    distribution: Distribution, location: int, unit: float, back: FloatArray, shift: FloatArray
) -> None:
    """Carry the unit of time into the way back."""
    if not distribution.scaled:
        return
    if distribution.effect == "difference":
        back[:location] *= unit
        shift[location] = np.log(unit)
    else:
        shift[0] = -np.log(unit)
        back[location] /= unit
