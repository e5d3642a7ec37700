"""From a prepared likelihood to a `CoxFit`: the maximum or its limit, with variances and tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.cox.existence import maximum_or_recession
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import Derivatives, PartialLikelihood
from hpcstats.core.cox.recession import Recession
from hpcstats.design import Design
from hpcstats.findings import infinite_terms
from hpcstats.regression.case import Case
from hpcstats.regression.choices import MODEL, Choices, Objective, penalised
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.search import Search
from hpcstats.regression.variances import variance_of
from hpcstats.regression.words import conventions_of, notes_of, reason_of, sentence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peak:
    """Where the climb ended, on the scaled columns.

    Attributes
    ----------
    position, climb : ndarray, shape (p,)
        The maximum; where profile searches begin, far out along a monotone likelihood.
    here, null : Derivatives
        Of what was maximised, there and at 0.
    plain, plain_null : float
        The log partial likelihood there.
    likelihood : PartialLikelihood
        The likelihood, or its limit where it is monotone and nothing is penalised.
    cone : Recession
        Directions in which the likelihood alone rises for ever.
    converged : bool
        Whether the climb arrived.
    """

    position: FloatArray
    climb: FloatArray
    here: Derivatives
    null: Derivatives
    plain: float
    plain_null: float
    likelihood: PartialLikelihood
    cone: Recession
    converged: bool


def estimate(
    case: Case,
    design: Design,
    likelihood: PartialLikelihood,
    widths: FloatArray,
    choices: Choices,
    kind: str,
    interval: str,
) -> CoxFit:
    """Fit the model: the maximum, or where there is none its limit; `kind` is that of the variance."""
    terms, penalty, ties = design.terms, choices.penalty, choices.ties
    objective = penalised(likelihood, penalty, terms, widths)
    if penalty is None:
        peak = _of_likelihood(case, design.matrix / widths, likelihood, ties)
    else:
        peak = _of_penalised(objective, likelihood)
    open_cone = peak.cone if penalty is None else Recession.none(len(terms))
    infinite = open_cone.rises | open_cone.falls
    notes = notes_of(peak.cone, terms, penalty, peak.converged)
    variance = variance_of(case, peak.likelihood, peak.position, peak.here.information[0], kind, infinite)
    coef = np.where(infinite, np.nan, peak.position)
    # A density of scaled coefficients, and Firth's penalty of scaled columns, in units of the columns given.
    unit = 0.0 if penalty is None else float(np.log(widths).sum())
    return CoxFit(
        n=case.n,
        n_events=case.n_events,
        method=sentence(case, ties, penalty, interval, choices.level, variance.words),
        conventions=conventions_of(ties, penalty, interval),
        warnings=(*notes, *variance.notes),
        status="not_estimable" if infinite.any() else "ok",
        reason=notes[0] if infinite.any() else "",
        inputs=case,
        design=design,
        coef=coef / widths,
        covariance=variance.covariance / np.outer(widths, widths),
        naive_covariance=variance.naive / np.outer(widths, widths),
        reasons=tuple(reason_of(term, open_cone, j) for j, term in enumerate(terms)),
        monotone=infinite_terms(peak.cone, terms),
        log_likelihood=peak.plain,
        log_likelihood_null=peak.plain_null,
        penalised_log_likelihood=float(peak.here.value[0]) + unit,
        penalised_log_likelihood_null=float(peak.null.value[0]) + unit,
        ties=ties,
        penalty=penalty,
        interval=interval,
        level=choices.level,
        robust=kind != MODEL,
        variance=kind,
        degrees_of_freedom=variance.degrees_of_freedom,
        search=_search(peak, likelihood, objective, widths, open_cone),
    )


def _search(
    peak: Peak, likelihood: PartialLikelihood, objective: Objective, widths: FloatArray, open_cone: Recession
) -> Search:
    return Search(
        likelihood=likelihood,
        objective=objective,
        null=peak.null,
        climb=np.where(open_cone.rises | open_cone.falls, peak.climb, peak.position),
        maximum=float(peak.here.value[0]),
        scale=widths,
        open_sides=np.array([open_cone.falls, open_cone.rises]),
    )


def _of_likelihood(case: Case, matrix: FloatArray, likelihood: PartialLikelihood, ties: str) -> Peak:
    """Maximise the likelihood, or where it is monotone its limit along the recession.

    Along a direction in which the likelihood rises for ever only those who share the largest value of the
    direction at an event time keep counting: in the limit it is the likelihood stratified by that value.
    """
    top, null, cone = maximum_or_recession(likelihood)
    climb, limit = top.position[0], likelihood
    if cone.monotone:
        limit = case.likelihood(matrix, ties, np.round(matrix @ cone.direction, 8))
        top = maximise(limit, np.zeros((1, likelihood.parameters)))
    return Peak(
        position=top.position[0],
        climb=climb,
        here=top.derivatives,
        null=null,
        plain=float(top.derivatives.value[0]),
        plain_null=float(null.value[0]),
        likelihood=limit,
        cone=cone,
        converged=bool(top.converged[0]),
    )


def _of_penalised(objective: Objective, likelihood: PartialLikelihood) -> Peak:
    """Maximise the penalised likelihood, and see whether the likelihood alone has a maximum."""
    start = np.zeros((1, likelihood.parameters))
    _, plain_null, cone = maximum_or_recession(likelihood)
    null = objective.evaluate(start)
    top = maximise(objective, start, known=null)
    return Peak(
        position=top.position[0],
        climb=top.position[0],
        here=top.derivatives,
        null=null,
        plain=float(likelihood.evaluate(top.position).value[0]),
        plain_null=float(plain_null.value[0]),
        likelihood=likelihood,
        cone=cone,
        converged=bool(top.converged[0]),
    )
