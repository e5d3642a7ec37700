"""A Cox model fitted again under many rows of case weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.cox.existence import refit
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.objective import CONVERGED, MONOTONE, STOPPED, UNINFORMED, Maximum
from hpcstats.core.cox.partial_likelihood import prepare
from hpcstats.core.cox.symmetric import inverse
from hpcstats.errors import UnsupportedError
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.refitting.refits import Evaluated

MONOTONE_LIKELIHOOD = "monotone likelihood"
REASONS = (
    "",
    "no information on a term (no events, or a covariate without contrast)",
    MONOTONE_LIKELIHOOD,
    "Newton's method did not arrive",
)
_REASON_OF = {CONVERGED: 0, UNINFORMED: 1, MONOTONE: 2, STOPPED: 3}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxRefits:
    """The rows that count of a Cox model, on columns of unit standard deviation.

    Attributes
    ----------
    terms : tuple of str
        Names of the coefficients.
    scale, start : ndarray, shape (p,)
        What the columns were divided by, and where climbs begin.
    penalty : None, "firth" or a prior
        What is added to the likelihood; a prior has `density` and `sentence`.
    logarithmic : bool
        Whether hazard ratios are shown, not their logarithms.
    """

    terms: tuple[str, ...]
    exit: FloatArray
    event: BoolArray
    entry: FloatArray | None
    strata: IntArray | None
    offset: FloatArray | None
    covariates: FloatArray
    scale: FloatArray
    start: FloatArray
    ties: str
    penalty: Any
    logarithmic: bool = False

    @classmethod
    def of(cls, fit: CoxFit, penalty: Any, logarithmic: bool) -> CoxRefits:
        """Collect what refits need of a fit."""
        case = fit.inputs
        kept, response = np.flatnonzero(case.weights > 0), case.response
        widths = scale(fit.design.matrix)
        return cls(
            terms=fit.terms,
            exit=response.time[kept],
            event=response.event[kept],
            entry=None if response.entry is None else response.entry[kept],
            strata=None if case.strata is None else case.strata.codes[kept],
            offset=case.offset[kept] if case.offset.any() else None,
            covariates=fit.design.matrix[kept] / widths,
            scale=widths,
            start=np.where(np.isfinite(fit.coef), fit.coef, 0.0) * widths,
            ties=fit.ties,
            penalty=penalty,
            logarithmic=logarithmic,
        )

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The terms."""
        return {"term": self.terms}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a coefficient may have no finite estimate."""
        return REASONS

    @property
    def ignorable(self) -> tuple[bool, ...]:
        """Only resamples without information can be left out without harm."""
        return (True, True, False, False)

    @property
    def words(self) -> str:
        """How the refits are made."""
        if self.penalty is None:
            return "maximum partial likelihood"
        return "Firth's penalised likelihood" if self.penalty == "firth" else f"the mode under {self._prior}"

    def evaluate(self, weights: FloatArray, /, *, whole: bool, errors: bool = False) -> Evaluated:
        """Fit under each row of weights; coefficients on the scale of the data."""
        if self.ties == "exact" and not whole:
            raise UnsupportedError(
                "ties='exact' counts patients, so that only whole-number weights have a meaning. "
                "Use weights='multinomial', or fit with ties='efron'."
            )
        top = self._climb(weights, whole)
        missing = np.array([_REASON_OF[k] for k in range(4)])[top.status]
        values = np.where((missing == 0)[:, None], top.position, np.nan)
        if len(self.terms) == 1:
            # With one covariate a monotone likelihood rises to one side, whose sign the slope has.
            values[missing == 2] = np.sign(top.derivatives.score[missing == 2]) * np.inf
        spread = None
        if errors:
            variance, _, sound = inverse(top.derivatives.information)
            known = (missing == 0) & sound
            diagonal = np.diagonal(variance, axis1=1, axis2=2)
            spread = np.sqrt(np.where(known[:, None], diagonal, np.nan)) / self.scale
        return Evaluated(values / self.scale, np.tile(missing[:, None], (1, len(self.terms))), spread)

    def _climb(self, weights: FloatArray, whole: bool) -> Maximum:
        likelihood = prepare(
            self.exit,
            self.event,
            self.covariates,
            weights,
            entry=self.entry,
            strata=self.strata,
            offset=self.offset,
            ties=self.ties,
            frequency=whole,
        )
        start = np.tile(self.start, (weights.shape[0], 1))
        if self.penalty is None:
            return refit(likelihood, start)
        if self.penalty == "firth":
            return maximise(FirthPenalty(likelihood), start, give_up=True)
        return maximise(self.penalty.density(likelihood, self.terms, self.scale), start)

    @property
    def _prior(self) -> str:
        return str(self.penalty.sentence())
