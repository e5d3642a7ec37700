"""What is asked of a Cox model beside its data: ties, penalty, variance, interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hpcstats.columns import FloatArray
from hpcstats.core.cox.cluster_variance import KINDS
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.posterior.log_posterior import NormalPosterior
from hpcstats.errors import DataError, UnsupportedError, check_option
from hpcstats.groups import confidence_level
from hpcstats.regression.case import Case
from hpcstats.regression.prior import NormalPrior

TIES = ("efron", "breslow", "exact")
INTERVALS = ("auto", "profile", "wald")
MODEL, SANDWICH = "model", "sandwich"

Penalty = str | NormalPrior
"""``"firth"``, or a prior whose mode is wanted."""

Objective = PartialLikelihood | FirthPenalty | NormalPosterior


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is asked of a fit.

    Attributes
    ----------
    ties : {"efron", "breslow", "exact"}
        Tie rule.
    penalty : None, "firth" or NormalPrior
        What is added to the log partial likelihood.
    interval : {"auto", "profile", "wald"}
        Kind of limits.
    level : float
        Their level.
    robust : None, bool or str
        Variance as asked for.
    """

    ties: str
    penalty: Penalty | None
    interval: str
    level: float
    robust: bool | str | None

    @classmethod
    def checked(cls, ties: str, penalty: Any, interval: str, level: float, robust: Any) -> Choices:
        """Refuse options outside their vocabulary."""
        check_option("ties", ties, TIES)
        check_option("interval", interval, INTERVALS)
        if penalty is not None and penalty != "firth" and not isinstance(penalty, NormalPrior):
            raise UnsupportedError(
                f"penalty={penalty!r} is not known. Write penalty='firth', hs.NormalPrior(scale), or None "
                "for maximum likelihood."
            )
        if robust is not None and not isinstance(robust, bool):
            check_option("robust", robust, KINDS)
        return cls(
            ties=ties, penalty=penalty, interval=interval, level=confidence_level(level), robust=robust
        )

    def variance(self, case: Case) -> str:
        """Decide between the model-based variance, the plain sandwich, and those for few clusters.

        Raises
        ------
        UnsupportedError
            For a sandwich that has no definition: of exact ties, of a mode under a prior, or one for few
            clusters without clusters.
        """
        if isinstance(self.robust, str):
            if case.cluster is None:
                raise UnsupportedError(
                    f"robust={self.robust!r} is a variance for few clusters. Name them with cluster=…, or "
                    "write robust=True."
                )
            kind = self.robust
        else:
            wanted = case.needs_robust if self.robust is None else self.robust or case.cluster_given
            kind = SANDWICH if wanted else MODEL
        if kind == MODEL:
            return kind
        if self.ties == "exact":
            raise UnsupportedError(
                "ties='exact' has no score residuals, and so no robust variance. Write ties='efron', or "
                "leave the clusters out with robust=False."
            )
        if isinstance(self.penalty, NormalPrior):
            raise UnsupportedError(
                "The mode under a prior has no robust variance: a posterior takes rows as independent. Write "
                "penalty='firth', or leave clusters and sampling weights out with robust=False."
            )
        return kind

    def limits(self, variance: str) -> str:
        """Decide between profile and Wald limits."""
        if self.interval == "auto":
            return "profile" if variance == MODEL else "wald"
        if variance != MODEL and self.interval == "profile":
            raise UnsupportedError("A profile interval ignores a robust variance. Write interval='wald'.")
        return self.interval


def penalised(
    likelihood: PartialLikelihood, penalty: Penalty | None, terms: tuple[str, ...], widths: FloatArray
) -> Objective:
    """Add a penalty to the likelihood of columns that were divided by `widths`."""
    if penalty is None:
        return likelihood
    if isinstance(penalty, NormalPrior):
        return penalty.density(likelihood, terms, widths)
    return FirthPenalty(likelihood)


def check_weights(ties: str, weights: Any, frequencies: Any) -> None:
    """Refuse two kinds of weights, and sampling weights of exact ties."""
    if weights is not None and frequencies is not None:
        raise DataError("Give weights (sampling) or frequencies (repeated rows), not both.")
    if ties == "exact" and weights is not None:
        raise UnsupportedError(
            "ties='exact' counts patients, so that sampling weights have no meaning in it. Write "
            "frequencies=… for how often each row stands for a patient, or ties='efron'."
        )
