"""What was asked of an imputation, its sentence for a Methods section, and what makes it fragile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.errors import NonIdentifiableWarning, SeparationWarning, listing, warn
from hpcstats.regression.prior import NormalPrior
from hpcstats.sensitivity.missing.draws import Draws
from hpcstats.sensitivity.missing.pooled import Fits
from hpcstats.sensitivity.missing.variables import Columns

_MUCH = 0.5
_HOW = {
    "mice": (
        "chained equations with the event and the Nelson-Aalen cumulative hazard among the predictors "
        "(numbers: predictive mean matching; levels: augmented logistic regression)"
    ),
    "substantive-model": "imputation compatible with the Cox model (Bartlett et al. 2015)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of an imputation."""

    method: str
    size: int
    cycles: int
    ties: str
    penalty: Any
    level: float

    @property
    def of_models(self) -> dict[str, Any]:
        """How the Cox models are fitted."""
        return {"ties": self.ties, "penalty": self.penalty, "level": self.level}

    def sentence(self, columns: Columns, seed: str) -> str:
        """Describe the method."""
        gaps = [columns.variables[k] for k in columns.incomplete]
        told = ", ".join(f"{variable.name} {variable.n_missing}" for variable in gaps)
        penalty = ""
        if isinstance(self.penalty, NormalPrior):
            penalty = f", mode under {self.penalty.sentence()}"
        elif self.penalty is not None:
            penalty = ", Firth's penalised partial likelihood"
        return (
            f"Multiple imputation of missing covariates ({told}) by {_HOW[self.method]}, {self.size} "
            f"imputations of {self.cycles} cycles, seed {seed}; Cox models{penalty}, "
            f"{self.ties.capitalize()} ties, pooled by Rubin's rules with Barnard and Rubin's degrees of "
            f"freedom, {formats.level(self.level)} intervals by Student's t."
        )

    def conventions(self, freedom: float) -> tuple[str, ...]:
        """Name the conventions the numbers follow."""
        return (
            "Missing at random: given what is known, the outcome included.",
            f"Degrees of freedom of the analysis of complete data: {freedom:g}.",
            "At risk at t: entry < t <= exit.",
            f"Ties: {self.ties}.",
        )


def notes_of(columns: Columns, draws: Draws, fits: Fits, asked: Asked) -> tuple[str, ...]:
    """Warn of what makes the answer fragile, and return the texts."""
    notes = []
    failed = (~np.isfinite(fits.estimates)).sum(axis=0)
    if failed.any():
        where = listing(f"{term}: {n}" for term, n in zip(fits.terms, failed.tolist(), strict=True) if n)
        advice = " Write penalty='firth'." if asked.penalty is None else ""
        if fits.refused:
            advice = f" {len(fits.refused)} cannot be fitted at all; the first: {fits.refused[0]}"
        notes.append(
            f"Of {fits.estimates.shape[0]} completed data sets some have no finite estimate ({where}), so "
            f"there is nothing to pool.{advice}"
        )
        warn(notes[-1], SeparationWarning)
    much = [v for v in columns.variables if v.n_missing > _MUCH * v.values.size]
    if much:
        told = listing(f"{v.name} in {v.n_missing} of {v.values.size}" for v in much)
        notes.append(
            f"More is missing than known ({told}): the answer rests on the imputation models more than on "
            "data. Report the complete cases and the bounds (missing_bounds) beside it."
        )
        warn(notes[-1], NonIdentifiableWarning)
    if draws.forced:
        notes.append(f"{draws.forced} values were taken after 2000 rejected proposals in the last cycle.")
        warn(notes[-1], NonIdentifiableWarning)
    return tuple(notes)
