"""The rows of a fitted Cox model that count, at its estimated coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.cox.event_steps import FURTHEST, EventSteps, event_steps
from hpcstats.errors import DesignError, UnsupportedError
from hpcstats.groups import Groups

if TYPE_CHECKING:
    from hpcstats.regression.fit import CoxFit


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Rows with a weight, arrays of shape (n,); covariates are centred.

    Attributes
    ----------
    fit : CoxFit
        The fit they belong to.
    rows : ndarray of int
        Their positions among the rows used.
    covariates, centre : ndarray, shapes (n, p) and (p,)
        Covariates less their means, and the means.
    linear : ndarray
        Linear predictors of the centred covariates, with the offset.
    exit, entry, event, strata, weights : ndarray
        The response, stratum numbers and weights; `entry` and `strata` may be None.
    """

    fit: CoxFit
    rows: IntArray
    covariates: FloatArray
    centre: FloatArray
    linear: FloatArray
    exit: FloatArray
    entry: FloatArray | None
    event: BoolArray
    strata: IntArray | None
    weights: FloatArray

    @property
    def units(self) -> IntArray | None:
        """What belongs together: clusters, or the rows of a patient; None where each row stands alone."""
        case, response = self.fit.inputs, self.fit.response
        codes = case.cluster
        if codes is None and response.kind == "counting" and response.id is not None:
            codes = Groups.of(response.id, response, "id").codes
        if codes is None:
            return None
        _, present = np.unique(codes[self.rows], return_inverse=True)
        return present.astype(np.int64)

    def steps(self, ties: str) -> tuple[EventSteps, ...]:
        """Form the steps of each stratum under a tie rule."""
        likelihood = self.fit.inputs.likelihood(self.fit.design.matrix, ties)
        return event_steps(likelihood, self.linear, self.covariates)

    def hazard_steps(self) -> tuple[EventSteps, ...]:
        """Form the steps of the baseline hazard: Efron's for Efron's ties, else Breslow's."""
        return self.steps("efron" if self.fit.ties == "efron" else "breslow")

    def score_steps(self, what: str) -> tuple[EventSteps, ...]:
        """Form the steps of the score; the exact rule has none."""
        if self.fit.ties == "exact":
            raise UnsupportedError(
                f"{what} are not defined for ties='exact', whose likelihood is no sum over mean covariates. "
                "Fit with ties='efron'."
            )
        return self.steps(self.fit.ties)


def fitted(fit: CoxFit, what: str) -> Fitted:
    """Collect what `what` needs of a fit.

    Raises
    ------
    DesignError
        For a fit without finite coefficients, or whose linear predictors lie too far apart.
    """
    if not np.isfinite(fit.coef).all():
        raise DesignError(
            f"{what} need finite coefficients, but {fit.reason or 'some are missing'} "
            "Leave the covariate out, or write penalty='firth'."
        )
    case = fit.inputs
    rows = np.flatnonzero(case.weights > 0)
    weights = case.weights[rows]
    centre = np.average(fit.design.matrix[rows], axis=0, weights=weights)
    covariates = fit.design.matrix[rows] - centre
    linear = covariates @ fit.coef + case.offset[rows]
    if np.ptp(linear) > FURTHEST:
        raise DesignError(
            f"{what} cannot be formed: the log hazards of two patients differ by {np.ptp(linear):.0f}. "
            "Transform or check the covariate with the outlying value."
        )
    response = case.response
    return Fitted(
        fit=fit,
        rows=rows,
        covariates=covariates,
        centre=centre,
        linear=linear,
        exit=response.time[rows],
        entry=None if response.entry is None else response.entry[rows],
        event=response.event[rows],
        strata=None if case.strata is None else case.strata.codes[rows],
        weights=weights,
    )
