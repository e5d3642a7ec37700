"""The hazard of one patient cumulated over the event times of a stratum, with its variance.

With eta the linear predictor and x the covariates of a patient, H(t) is the sum of exp(eta) c_s / A_s over
the steps s up to t. Its variance is exp(2 eta) times the sum of c_s / A_s^2, plus d' V d with V the variance
of the coefficients and d(t) the sum of exp(eta) (E_s - x) c_s / A_s. (Tsiatis 1981,
doi:10.1214/aos/1176345333; Link 1984, doi:10.2307/2530908; for Efron's steps Therneau & Grambsch 2000,
section 10.2.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.event_steps import EventSteps
from hpcstats.core.risk_sets import FloatArray


@dataclass(frozen=True, slots=True)
class Baseline:
    """Sums over the steps up to each event time, on the scale of `shift`.

    Attributes
    ----------
    hazard, square, moved : ndarray, shapes (T,), (T,) and (T, p)
        Cumulative sums of c / A, c / A^2 and E c / A.
    shift : float
        What the linear predictors were lowered by.
    """

    hazard: FloatArray
    square: FloatArray
    moved: FloatArray
    shift: float

    @classmethod
    def of(cls, steps: EventSteps) -> Baseline:
        """Cumulate the steps of a stratum."""
        square = np.divide(
            steps.hazard**2, steps.weight, out=np.zeros_like(steps.hazard), where=steps.weight > 0
        )
        return cls(
            hazard=np.cumsum(steps.by_time(steps.hazard)),
            square=np.cumsum(steps.by_time(square)),
            moved=np.cumsum(steps.by_time(steps.hazard[:, None] * steps.mean), axis=0),
            shift=steps.shift,
        )

    def of_patient(
        self, covariates: FloatArray, linear: float, variance: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return cumulative hazard and standard error (T,) for covariates (p,) and their linear predictor."""
        risk = np.exp(linear - self.shift)
        distance = self.moved - self.hazard[:, None] * covariates
        spread = self.square + np.einsum("tj,jk,tk->t", distance, variance, distance)
        return risk * self.hazard, risk * np.sqrt(spread)
