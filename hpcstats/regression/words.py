"""What a Cox fit says of itself: its method, its conventions, and what makes it fragile."""

from __future__ import annotations

from hpcstats import formats
from hpcstats.core.cox.recession import Recession
from hpcstats.errors import ConvergenceWarning, SeparationWarning, listing, warn
from hpcstats.findings import infinite_terms
from hpcstats.regression.case import Case
from hpcstats.regression.choices import Penalty
from hpcstats.regression.prior import NormalPrior


def notes_of(
    cone: Recession, terms: tuple[str, ...], penalty: Penalty | None, converged: bool
) -> tuple[str, ...]:
    """Warn of what makes the fit fragile, and return the texts.

    A monotone likelihood is only mentioned where a penalty keeps the estimate finite.
    """
    notes = []
    if cone.monotone:
        names = listing(infinite_terms(cone, terms))
        if penalty is None:
            notes.append(
                f"The likelihood is monotone in {names}: there is no finite estimate. "
                "Report the one-sided profile interval, or write penalty='firth' (Firth's penalty keeps it "
                "finite)."
            )
            warn(notes[-1], SeparationWarning)
        else:
            by = "the prior" if isinstance(penalty, NormalPrior) else "Firth's penalty"
            notes.append(
                f"The likelihood alone is monotone in {names}: the estimate is finite by {by}. "
                "Rely on the profile interval, not on the standard error."
            )
    if not converged:
        notes.append(
            "Newton's method stopped before its last step was negligible; check the covariates' scale."
        )
        warn(notes[-1], ConvergenceWarning)
    return tuple(notes)


def reason_of(term: str, cone: Recession, position: int) -> str:
    """Say why a coefficient has no finite maximum-likelihood estimate; empty if it has one."""
    if not (cone.rises[position] or cone.falls[position]):
        return ""
    both = cone.rises[position] and cone.falls[position]
    where = "either infinity" if both else "plus infinity" if cone.rises[position] else "minus infinity"
    return f"monotone likelihood: it rises as the coefficient of {term} goes to {where}"


def sentence(
    case: Case, ties: str, penalty: Penalty | None, interval: str, level: float, variance: str
) -> str:
    """Describe the method for a Methods section; `variance` in words, empty for the model-based one."""
    parts = ["Cox proportional hazards model"]
    if isinstance(penalty, NormalPrior):
        parts.append(f"mode under {penalty.sentence()}")
    elif penalty is not None:
        parts.append("Firth's penalised partial likelihood")
    parts.append("exact (discrete) ties" if ties == "exact" else f"{ties.capitalize()} ties")
    if case.strata is not None:
        parts.append("stratified")
    if variance:
        parts.append(variance)
    profile = "profile-likelihood" if penalty is None else "profile penalised-likelihood"
    parts.append(f"{formats.level(level)} {profile if interval == 'profile' else 'Wald'} intervals")
    return ", ".join(parts) + "."


def conventions_of(ties: str, penalty: Penalty | None, interval: str) -> tuple[str, ...]:
    """Name the conventions the numbers follow."""
    common = ("At risk at t: entry < t <= exit.", f"Ties: {ties}.")
    if penalty is None:
        return common
    p_values = (
        "p-values of coefficients: penalised likelihood ratio, the statistic is its signed root."
        if interval == "profile"
        else "p-values of coefficients: Wald."
    )
    if isinstance(penalty, NormalPrior):
        return (*common, p_values, "Tests compare penalised likelihoods; a prior draws them towards 0.")
    return (*common, p_values, "A coefficient held at 0 in a test stays in the penalty.")
