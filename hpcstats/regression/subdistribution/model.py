"""`fine_gray`: how covariates move the cumulative incidence of one of several events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.competing.subdistribution import SubdistributionLikelihood
from hpcstats.core.competing.subdistribution_influence import Influence
from hpcstats.core.competing.subdistribution_weights import RULES
from hpcstats.core.cox.existence import maximum_or_recession
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.cox.newton import CONVERGED, Maximum, maximise
from hpcstats.core.cox.recession import Recession
from hpcstats.design import Design, build_design
from hpcstats.errors import (
    ConvergenceWarning,
    SeparationWarning,
    UnsupportedError,
    check_option,
    listing,
    warn,
)
from hpcstats.findings import design_problems, infinite_terms, refuse, unseen_terms
from hpcstats.groups import confidence_level, needs_kind
from hpcstats.regression.cluster_variance import refuse_few_clusters
from hpcstats.regression.subdistribution.case import SubdistributionCase
from hpcstats.regression.subdistribution.fit import FineGrayFit
from hpcstats.regression.words import reason_of
from hpcstats.surv import Surv

VARIANCES = {
    "estimated-weights": "robust variance that counts the estimation of the censoring weights",
    "fixed-weights": "robust variance with the censoring weights taken as known",
    "model": "inverse information, which ignores the weights",
}
_TIES = {
    "cmprsk": "Censoring weights: who has an event is still at risk of a censoring tied with it (cmprsk).",
    "finegray": "Censoring weights: events precede censorings at the same time (finegray).",
}


def fine_gray(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    cause: Any,
    weights: str = "cmprsk",
    variance: str = "estimated-weights",
    censoring_strata: Any = None,
    cluster: Any = None,
    level: float = 0.95,
    missing: str = "raise",
) -> FineGrayFit:
    r"""Subdistribution hazard ratios: how covariates move the cumulative incidence of one of several events.

    Use it to predict, or to say in whom the event will be seen more often, others competing. A ratio is not
    an effect on the rate of the event: a covariate that only brings death forward lowers the cumulative
    incidence of recurrence. For that question fit `cox` with the other events censored, and report both, for
    every cause. With few events there is no Firth penalty for this model; see the reasons of the result.

    Parameters
    ----------
    response : Surv
        From `Surv.competing`, without delayed entry.
    data : frame
        Covariates by name, one row for each row of `response`; values known at the origin.
    formula : str or sequence of str, optional
        As in `cox`; None takes every column.
    cause : str or int
        The event whose cumulative incidence is modelled: one of the causes of `response`, by name or number.
    weights : {"cmprsk", "finegray"}
        How censoring weights treat an event and a censoring at one time: as R's ``cmprsk::crr``, where who
        has the event is still at risk of being censored, or as R's ``survival::finegray``, where events come
        first. Without such ties the two are the same.
    variance : {"estimated-weights", "fixed-weights", "model"}
        Robust, counting that the weights are estimated (``crr``); robust, with the weights as if known
        (``finegray`` with ``coxph``); or the inverse information, which suits neither.
    censoring_strata : column, optional
        Groups that are followed differently: each gets a censoring distribution of its own. Needed where
        follow-up depends on a covariate.
    cluster : column, optional
        Rows that belong together (papers, centres).
    level : float
        Confidence level of the Wald limits, a proportion.
    missing : {"raise", "drop"}
        What to do with rows that miss a covariate; dropped rows are counted in the result.

    Returns
    -------
    FineGrayFit
        With `to_frame`, `wald`, `predict_incidence`.

    Raises
    ------
    DesignError
        For no events of the cause, constant or collinear columns, or more terms than events.
    DataError, UnsupportedError
        For missing values (unless dropped), unknown columns and causes; delayed entry, unknown options.

    Warns
    -----
    SeparationWarning
        When a coefficient has no finite estimate.

    Notes
    -----
    A patient with another event at x stays in the risk set with the weight G(t-) / G(x-), G the Kaplan-Meier
    curve of the censoring times, and

    .. math:: \log L(\beta) = \sum_i e_i x_i'\beta - \sum_k d_k \log \sum_j w_j(t_k) e^{x_j'\beta},
        \qquad F(t \mid x) = 1 - \exp(-\Lambda_0(t) e^{x'\beta})

    with Breslow's rule for tied events. Fine & Gray 1999 (doi:10.1080/01621459.1999.10474144); what the ratio
    means: Latouche et al. 2013 (doi:10.1016/j.jclinepi.2012.09.017), Austin & Fine 2017
    (doi:10.1002/sim.7501).

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.competing(
    ...     [1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 9, 9],
    ...     [1, 2, 1, 0, 1, 2, 2, 0, 1, 0, 1, 2],
    ...     causes=["relapse", "death"],
    ... )
    >>> treated = [0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0]
    >>> fit = hs.fine_gray(y, {"treated": treated}, cause="relapse")
    >>> fit.to_frame().round(3)[["term", "coef", "std_error", "hazard_ratio", "p_value"]]
          term   coef  std_error  hazard_ratio  p_value
    0  treated -0.582      0.806         0.559     0.47
    """
    needs_kind(response, ("competing",), "fine_gray", "Write Surv.competing, or use hs.cox for one kind.")
    check_option("weights", weights, RULES)
    check_option("variance", variance, VARIANCES)
    level = confidence_level(level)
    if response.entry is not None:
        raise UnsupportedError(
            "fine_gray is not defined for delayed entry. Fit the cause-specific hazard with hs.cox, the "
            "other causes censored."
        )
    design = build_design(data, formula, response, beside=[censoring_strata, cluster], missing=missing)
    case = SubdistributionCase.of(response, data, design, cause, censoring_strata, cluster)
    if case.cluster is not None:
        if variance == "model":
            raise UnsupportedError("variance='model' ignores clusters. Leave one of the two out.")
        refuse_few_clusters(len(case.cluster.labels), len(design.terms))
    refuse(design_problems(design.matrix, design.terms, case.n_events))
    widths = scale(design.matrix)
    likelihood = SubdistributionLikelihood.of(case.risk_sets(weights), design.matrix / widths)
    refuse(unseen_terms(likelihood.membership, design.terms))
    top = maximise(likelihood, np.zeros((1, len(design.terms))), give_up=True)
    cone = Recession.none(len(design.terms))
    if top.status[0] != CONVERGED:
        cone = maximum_or_recession(likelihood.membership)[2]
        top = maximise(likelihood, np.zeros((1, len(design.terms))))
    return _fit(case, design, likelihood, widths, top, cone, (weights, variance, level))


def _fit(
    case: SubdistributionCase,
    design: Design,
    likelihood: SubdistributionLikelihood,
    widths: FloatArray,
    top: Maximum,
    cone: Recession,
    asked: tuple[str, str, float],
) -> FineGrayFit:
    weights, variance, level = asked
    infinite = cone.rises | cone.falls
    influence = Influence.of(likelihood, top.position[0], estimated_weights=variance == "estimated-weights")
    naive = _inverse(top.derivatives.information[0], infinite)
    scores = influence.scores()
    contributions = scores @ np.nan_to_num(naive)
    summed = _summed(contributions, case)
    robust = np.where(np.isnan(naive), np.nan, summed.T @ summed)
    notes = _notes(cone, design.terms, converged=bool(top.converged[0]))
    covariance = naive if variance == "model" else robust
    return FineGrayFit(
        n=len(case.response),
        n_events=case.n_events,
        method=_sentence(case, variance, level),
        conventions=("Ties: breslow.", _TIES[weights], "p-values of coefficients: Wald."),
        warnings=notes,
        status="not_estimable" if infinite.any() else "ok",
        reason=notes[0] if infinite.any() else "",
        inputs=case,
        design=design,
        coef=np.where(infinite, np.nan, top.position[0]) / widths,
        covariance=covariance / np.outer(widths, widths),
        naive_covariance=naive / np.outer(widths, widths),
        reasons=tuple(reason_of(term, cone, j) for j, term in enumerate(design.terms)),
        log_likelihood=float(top.derivatives.value[0]),
        log_likelihood_null=float(likelihood.evaluate(np.zeros((1, infinite.size))).value[0]),
        weights=weights,
        variance=variance,
        level=level,
        influence=influence,
        contributions=contributions,
    )


def _inverse(information: FloatArray, infinite: BoolArray) -> FloatArray:
    """Return the inverse information of the finite coefficients, NaN for the others."""
    finite = np.flatnonzero(~infinite)
    found = np.full(information.shape, np.nan)
    found[np.ix_(finite, finite)] = np.linalg.inv(information[np.ix_(finite, finite)])
    return found


def _summed(contributions: FloatArray, case: SubdistributionCase) -> FloatArray:
    """Add up the contributions of rows that belong together."""
    if case.cluster is None:
        return contributions
    total = np.zeros((len(case.cluster.labels), contributions.shape[1]))
    np.add.at(total, case.cluster.codes, contributions)
    return total


def _notes(cone: Recession, terms: tuple[str, ...], *, converged: bool) -> tuple[str, ...]:
    notes = []
    if cone.monotone:
        notes.append(
            f"The likelihood is monotone in {listing(infinite_terms(cone, terms))}: there is no finite "
            "estimate. Compare the groups with hs.gray_test, or leave the column out."
        )
        warn(notes[-1], SeparationWarning)
    elif not converged:
        notes.append("Newton's method stopped before its last step was negligible; check the scales.")
        warn(notes[-1], ConvergenceWarning)
    return tuple(notes)


def _sentence(case: SubdistributionCase, variance: str, level: float) -> str:
    counts = f"{case.n_events} events, {case.n_competing} competing"
    parts = [f"Fine-Gray proportional subdistribution hazards model of {case.cause} ({counts})"]
    if case.censoring is not None:
        parts.append("censoring weights by stratum")
    clustered = "" if case.cluster is None else f" over {len(case.cluster.labels)} clusters"
    parts.append(VARIANCES[variance] + clustered)
    parts.append(f"{formats.level(level)} Wald intervals")
    return ", ".join(parts) + "."
