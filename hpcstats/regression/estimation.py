"""From a prepared likelihood to a `CoxFit`: the maximum or its limit, variances and intervals."""

from __future__ import annotations

import numpy as np

from hpcstats import formats
from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.existence import maximum_or_recession
from hpcstats.core.newton import maximise
from hpcstats.core.partial_likelihood import Derivatives, PartialLikelihood
from hpcstats.core.pointwise import normal_quantile
from hpcstats.core.recession import Recession
from hpcstats.core.score_residuals import dfbeta, sandwich, score_residuals
from hpcstats.design import Design
from hpcstats.errors import ConvergenceWarning, SeparationWarning, listing, warn
from hpcstats.regression.case import Case
from hpcstats.regression.fit import ChiSquaredTest, CoxFit
from hpcstats.regression.search import Search


def estimate(
    case: Case,
    design: Design,
    likelihood: PartialLikelihood,
    widths: FloatArray,
    ties: str,
    interval: str,
    level: float,
    robust: bool,
) -> CoxFit:
    """Fit the model: the maximum, or where there is none its limit, with variances and intervals."""
    top, null, cone = maximum_or_recession(likelihood)
    climb, limit = top.position[0], _limit(case, design.matrix / widths, likelihood, cone, ties)
    if cone.monotone:
        top = maximise(limit.evaluate, np.zeros((1, len(design.terms))))
    infinite = cone.rises | cone.falls
    notes = _notes(design, cone, bool(top.converged[0]))
    maximum = float(top.derivatives.value[0])
    coef = np.where(infinite, np.nan, top.position[0])
    inverse = _inverse(top.derivatives.information[0])
    naive = _without(inverse, infinite)
    spread = _without(_sandwich(case, limit, top.position[0], inverse), infinite) if robust else naive
    open_sides = np.array([cone.falls, cone.rises])
    start = np.where(infinite, climb, top.position[0])
    search = Search(likelihood=likelihood, climb=start, maximum=maximum, scale=widths, open_sides=open_sides)
    low, high = _limits(search, coef, naive, spread, interval, level) / widths
    return CoxFit(
        n=case.n,
        n_events=case.n_events,
        method=_sentence(ties, interval, level, robust, case),
        conventions=("At risk at t: entry < t <= exit.", f"Ties: {ties}."),
        warnings=notes,
        status="not_estimable" if infinite.any() else "ok",
        reason=notes[0] if infinite.any() else "",
        response=case.response,
        dropped=case.dropped,
        design=design,
        coef=coef / widths,
        covariance=spread / np.outer(widths, widths),
        naive_covariance=naive / np.outer(widths, widths),
        low=low,
        high=high,
        reasons=tuple(_reason(term, cone, j) for j, term in enumerate(design.terms)),
        log_likelihood=maximum,
        log_likelihood_null=float(null.value[0]),
        wald=_wald(coef, spread),
        score=_score_test(null),
        ties=ties,
        interval=interval,
        level=level,
        robust=robust,
        search=search,
    )


def _limit(
    case: Case, matrix: FloatArray, likelihood: PartialLikelihood, cone: Recession, ties: str
) -> PartialLikelihood:
    """Return the likelihood itself, or where it is monotone its limit along the recession.

    Along a direction in which the likelihood rises for ever only those who share the largest value of the
    direction at an event time keep counting: in the limit it is the likelihood stratified by that value.
    """
    if not cone.monotone:
        return likelihood
    return case.likelihood(matrix, ties, np.round(matrix @ cone.direction, 8))


def _inverse(information: FloatArray) -> FloatArray:
    """Invert the information; directions without any (of a monotone likelihood) have no part in it."""
    inverse = np.linalg.pinv(information, rcond=1e-9, hermitian=True)
    return np.asarray(inverse, dtype=np.float64)


def _without(variance: FloatArray, infinite: BoolArray) -> FloatArray:
    """Leave out coefficients without an estimate: they have no variance."""
    return np.where(infinite[:, None] | infinite, np.nan, variance)


def _sandwich(
    case: Case, likelihood: PartialLikelihood, position: FloatArray, inverse: FloatArray
) -> FloatArray:
    kept = case.weights > 0
    changes = dfbeta(score_residuals(likelihood, position, int(kept.sum())), inverse)
    if case.cluster is None:
        return sandwich(changes, None, case.weights[kept] if case.frequency else None)
    return sandwich(changes, case.cluster[kept])


def _wald(coef: FloatArray, spread: FloatArray) -> ChiSquaredTest:
    if not np.isfinite(spread).all():
        return ChiSquaredTest(np.nan, coef.size, np.nan)
    rank = int(np.linalg.matrix_rank(spread, hermitian=True))
    return ChiSquaredTest.of(float(coef @ np.linalg.pinv(spread, hermitian=True) @ coef), rank)


def _score_test(null: Derivatives) -> ChiSquaredTest:
    statistic = null.score[0] @ np.linalg.solve(null.information[0], null.score[0])
    return ChiSquaredTest.of(float(statistic), null.score.shape[1])


def _limits(
    search: Search, coef: FloatArray, naive: FloatArray, spread: FloatArray, interval: str, level: float
) -> FloatArray:
    """Return the limits (2, p): of the kind asked for, and profile limits where nothing else exists."""
    infinite = np.isnan(coef)
    margin = normal_quantile(level) * np.sqrt(np.diag(spread))
    wald = np.stack([coef - margin, coef + margin])
    if interval == "wald" and not infinite.any():
        return wald
    wanted = np.ones_like(infinite) if interval == "profile" else infinite
    found = search.limits(np.sqrt(np.diag(naive)), level, wanted)
    return np.where(wanted, found, wald)


def _notes(design: Design, cone: Recession, converged: bool) -> tuple[str, ...]:
    """Warn of what makes the fit fragile, and return the texts."""
    notes = []
    if cone.monotone:
        infinite = [t for t, up, down in zip(design.terms, cone.rises, cone.falls, strict=True) if up or down]
        notes.append(
            f"The likelihood is monotone in {listing(infinite)}: there is no finite estimate. "
            "Report the one-sided profile interval, or a penalised fit (Firth's penalty keeps it finite)."
        )
        warn(notes[-1], SeparationWarning)
    if not converged:
        notes.append(
            "Newton's method stopped before its last step was negligible; check the covariates' scale."
        )
        warn(notes[-1], ConvergenceWarning)
    return tuple(notes)


def _reason(term: str, cone: Recession, position: int) -> str:
    if not (cone.rises[position] or cone.falls[position]):
        return ""
    both = cone.rises[position] and cone.falls[position]
    where = "either infinity" if both else "plus infinity" if cone.rises[position] else "minus infinity"
    return f"monotone likelihood: it rises as the coefficient of {term} goes to {where}"


def _sentence(ties: str, interval: str, level: float, robust: bool, case: Case) -> str:
    parts = [f"Cox proportional hazards model, {ties.capitalize()} ties"]
    if case.strata is not None:
        parts.append("stratified")
    if robust:
        kind = "clustered" if case.cluster is not None else "robust"
        parts.append(f"{kind} (sandwich) variance")
    parts.append(
        f"{formats.level(level)} {'profile-likelihood' if interval == 'profile' else 'Wald'} intervals"
    )
    return ", ".join(parts) + "."
