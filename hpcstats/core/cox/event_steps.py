"""What a fitted Cox model knows at each event time: hazards, mean covariates and their covariances.

The steps are those of the partial likelihood (see `core.cox.partial_likelihood`): step s of event time k(s)
has weight c_s and A_s = S0_k - f_s D0_k. Its hazard is c_s / A_s, its mean covariates those of the risk set,
weighted by risk. One weight row, absolute hazards, any linear predictors: what residuals, baseline hazards
and tests of proportional hazards are made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.cox.strata import Stratum
from hpcstats.core.cox.symmetric import products, unfold
from hpcstats.core.risk_sets import FloatArray, IntArray

FURTHEST = 600.0
"""Range of linear predictors beyond which risks would vanish beside each other (exp(-745) is 0)."""


@dataclass(frozen=True, slots=True)
class EventSteps:
    """The steps (S,) of one stratum with n rows and T event times.

    Attributes
    ----------
    stratum : Stratum
        The placement of its rows.
    covariates, relative : ndarray, shapes (n, p) and (n,)
        Covariates, and exp(linear predictor - shift).
    shift : float
        Largest linear predictor.
    time, fraction, weight : ndarray, shape (S,)
        Event time, removed fraction f and weight c of each step.
    hazard, mean : ndarray, shapes (S,) and (S, p)
        c / A on the scale of `relative`, and mean covariates.
    """

    stratum: Stratum
    covariates: FloatArray
    relative: FloatArray
    shift: float
    time: IntArray
    fraction: FloatArray
    weight: FloatArray
    hazard: FloatArray
    mean: FloatArray

    @property
    def size(self) -> int:
        """Number of event times."""
        return int(self.stratum.stops.size)

    @property
    def events(self) -> IntArray:
        """Rows (of the stratum) that end with the event, by ascending time."""
        dying = np.flatnonzero(self.stratum.event & (self.stratum.weights[:, 0] > 0))
        return dying[np.argsort(self.stratum.last[dying], kind="stable")]

    def by_time(self, values: FloatArray) -> FloatArray:
        """Add values (S, ...) over the steps of each event time: (T, ...)."""
        sums = np.zeros((self.size, *values.shape[1:]))
        np.add.at(sums, self.time, values)
        return sums

    def expected(self) -> FloatArray:
        """Return the expected events of one patient of each row: its hazard cumulated while at risk (n,)."""
        stratum = self.stratum
        total = stratum.while_at_risk(self.by_time(self.hazard)[:, None, None])[:, 0, 0]
        spared = self.by_time(self.hazard * self.fraction)[stratum.last]
        return self.relative * (total - np.where(stratum.event, spared, 0.0))

    def mean_at_events(self) -> FloatArray:
        """Return the mean covariates at each event time, averaged over its steps: (T, p)."""
        number = np.maximum(np.bincount(self.time, minlength=self.size), 1)
        return self.by_time(self.mean) / number[:, None]

    def information(self) -> FloatArray:
        """Return what each event time adds to the information: (T, p, p)."""
        p = self.covariates.shape[1]
        pairwise = products(self.covariates).T
        second = _remaining(self.stratum, self._risk(), pairwise, self.time, self.fraction)
        share = self.hazard[:, None] * second
        outer = self.weight[:, None] * products(self.mean).T
        return unfold(self.by_time(share - outer).T, p)

    def _risk(self) -> FloatArray:
        return self.stratum.weights[:, 0] * self.relative


def event_steps(
    likelihood: PartialLikelihood, linear: FloatArray, covariates: FloatArray
) -> tuple[EventSteps, ...]:
    """Form the steps of each stratum, under the first weight row.

    Parameters
    ----------
    likelihood : PartialLikelihood
        Whose strata, weights and tie rule (Breslow or Efron) are taken.
    linear : ndarray, shape (n,)
        Linear predictors with their offset, a row for each row that was prepared.
    covariates : ndarray, shape (n, p)
        Whose means are wanted.
    """
    return tuple(
        _steps_of(stratum, linear[stratum.rows], covariates[stratum.rows]) for stratum in likelihood.strata
    )


def _steps_of(stratum: Stratum, linear: FloatArray, x: FloatArray) -> EventSteps:
    weights, size = stratum.weights[:, 0], stratum.stops.size
    shift = float(linear.max())
    relative = np.exp(linear - shift)
    dying = np.flatnonzero(stratum.event)
    total = np.bincount(stratum.last[dying], weights=weights[dying], minlength=size)
    number = np.ones(size, dtype=np.int64)
    if stratum.further is not None:
        number = np.maximum(stratum.tied[:, 0], 1).astype(np.int64)
    time = np.repeat(np.arange(size), number)
    level = np.arange(time.size) - np.repeat(np.cumsum(number) - number, number)
    fraction = level / number[time]
    weight = (total / number)[time]
    columns = np.column_stack([np.ones(weights.size), x])
    left = _remaining(stratum, weights * relative, columns, time, fraction)
    return EventSteps(
        stratum=stratum,
        covariates=x,
        relative=relative,
        shift=shift,
        time=time,
        fraction=fraction,
        weight=weight,
        hazard=weight / left[:, 0],
        mean=left[:, 1:] / left[:, :1],
    )


def _remaining(
    stratum: Stratum, risk: FloatArray, values: FloatArray, time: IntArray, fraction: FloatArray
) -> FloatArray:
    """Sum risk times values (n, m) over those at risk at each step, less the fraction of the tied: (S, m)."""
    weighted = risk[:, None] * values
    dying = np.flatnonzero(stratum.event)
    tied = np.zeros((stratum.stops.size, values.shape[1]))
    np.add.at(tied, stratum.last[dying], weighted[dying])
    sums = stratum.at_risk(weighted[:, :, None])[:, :, 0]
    remaining: FloatArray = sums[time] - fraction[:, None] * tied[time]
    return remaining
