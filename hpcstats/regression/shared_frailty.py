"""`frailty`: do papers differ beyond their covariates, and what becomes of hazard ratios if they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import chdtrc

from hpcstats import formats
from hpcstats.core.cox.existence import maximum_or_recession
from hpcstats.core.cox.frailty import DISTRIBUTIONS, FrailtyModel, FrailtyPoint
from hpcstats.core.cox.frailty_variance import VarianceSearch
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.cox.newton import Maximum
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.covariates import column_of
from hpcstats.design import Design, build_design
from hpcstats.errors import (
    ConvergenceWarning,
    DesignError,
    HpcstatsWarning,
    SmallSampleWarning,
    check_option,
    listing,
    warn,
)
from hpcstats.findings import design_problems, infinite_terms, refuse, unseen_terms
from hpcstats.groups import Groups, confidence_level, every_row_at_risk, needs_kind, same_rows
from hpcstats.regression.case import Case
from hpcstats.regression.cluster_variance import FEW_CLUSTERS
from hpcstats.regression.frailty_fit import FrailtyFit
from hpcstats.results import Interval
from hpcstats.surv import Surv

_TIES = ("efron", "breslow")
_NEARLY_NONE = 1e-8


def frailty(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    cluster: Any,
    distribution: str = "gamma",
    ties: str = "efron",
    strata: Any = None,
    frequencies: Any = None,
    offset: Any = None,
    level: float = 0.95,
    missing: str = "raise",
) -> FrailtyFit:
    r"""Hazard ratios within papers, and how much papers differ: a Cox model with a shared random factor.

    Patients of one paper share what was not recorded (selection, centre, era). Use it to check a Cox model:
    hazard ratios that survive it do not rest on differences between papers. Few papers say little of their
    variance; then read the interval of theta, and prefer `cox(..., cluster=...)` for hazard ratios.

    Parameters
    ----------
    response : Surv
        From `Surv.right` or `Surv.counting`; delayed entry is honoured.
    data : frame
        Covariates by name (pandas, polars or a mapping), one row for each row of `response`.
    formula : str or sequence of str, optional
        Right-hand side such as ``"age + resection"``, or column names; None takes every other column.
    cluster : column
        Paper, centre or patient that rows belong to; a name in `data`, or values.
    distribution : {"gamma", "gaussian"}
        Gamma frailties with mean 1 and variance theta, or normal log frailties with variance theta.
    ties : {"efron", "breslow"}
        Approximation for tied events. It matters for theta.
    strata : column, optional
        Strata with baseline hazards of their own.
    frequencies : column of whole numbers, optional
        How often each row stands for a patient of its cluster.
    offset : column of numbers, optional
        Fixed part of the log hazard ratio.
    level : float
        Confidence level, a proportion.
    missing : {"raise", "drop"}
        What to do with rows that miss a covariate.

    Returns
    -------
    FrailtyFit
        With `to_frame`, `clusters`, `theta`, `theta_interval`, `statistic`, `p_value`.

    Raises
    ------
    DesignError
        For one cluster only, a monotone likelihood, and whatever `cox` refuses.
    DataError
        For missing values (unless dropped) and unknown columns.

    Warns
    -----
    SmallSampleWarning
        For fewer than 10 clusters, or none with two events.

    Notes
    -----
    Given frailties :math:`u_i` the hazard is :math:`u_i\,\alpha(t) \exp(x'\beta)`. The penalised partial
    likelihood is maximised at each theta, the integrated likelihood over theta; for gamma frailties and
    Breslow ties this is maximum likelihood by the EM algorithm (Klein 1992, doi:10.2307/2532345; Nielsen et
    al. 1992, Scandinavian Journal of Statistics 19:25), for normal ones Laplace's approximation of it
    (Ripatti & Palmgren 2000, doi:10.1111/j.0006-341X.2000.01016.x). theta = 0 lies on the boundary: the
    test's reference is an equal mixture of chi-squared with 0 and 1 degrees of freedom (Self & Liang 1987,
    Journal of the American Statistical Association 82:605). Standard errors take theta as known. R's
    ``coxph`` gives the same gamma estimates; where it and ``coxme`` neglect covariances between many
    frailties, standard errors differ slightly and variances of normal frailties by some per cent.

    Examples
    --------
    Four papers of four patients each; the third has early events.

    >>> import warnings
    >>> import hpcstats as hs
    >>> from hpcstats.regression.shared_frailty import frailty
    >>> y = hs.Surv.right(
    ...     [9, 14, 8, 16, 11, 12, 17, 18, 1, 2, 3, 6, 4, 5, 3, 10],
    ...     [1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1],
    ... )
    >>> data = {"treated": [0, 1] * 8, "paper": list("aaaabbbbccccdddd")}
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     fit = frailty(y, data, "treated", cluster="paper")
    >>> round(fit.theta, 3), round(fit.p_value, 4)
    (1.701, 0.0102)
    >>> fit.clusters().round(2)[["cluster", "events", "expected", "frailty"]]
      cluster  events  expected  frailty
    0       a     2.0     13.23     0.19
    1       b     2.0     45.58     0.06
    2       c     4.0      1.07     2.76
    3       d     3.0      3.02     0.99
    """
    needs_kind(response, ("right", "counting"), "frailty", "It needs Surv.right or Surv.counting.")
    every_row_at_risk(response, "frailty")
    check_option("ties", ties, _TIES)
    check_option("distribution", distribution, DISTRIBUTIONS)
    level = confidence_level(level)
    beside = [strata, cluster, frequencies, offset]
    design = build_design(data, formula, response, beside=beside, missing=missing)
    case = Case.of(response, data, design, strata, None, None, frequencies, offset)
    groups = _groups(response, data, design, case, cluster)
    if case.response.n_events == 0:
        raise DesignError("There are no events, so no hazard ratio exists. Report the follow-up instead.")
    refuse(design_problems(design.matrix[case.weights > 0], design.terms, case.n_events))
    widths = scale(design.matrix)
    likelihood = case.likelihood(design.matrix / widths, ties)
    refuse(unseen_terms(likelihood, design.terms))
    top, _, cone = maximum_or_recession(likelihood)
    if cone.monotone:
        raise DesignError(
            f"The likelihood is monotone in {listing(infinite_terms(cone, design.terms))}, with or without "
            "frailties. Leave them out, or fit cox(..., penalty='firth') without frailties."
        )
    model = FrailtyModel.of(likelihood, groups.codes, distribution)
    search = VarianceSearch(model, float(top.derivatives.value[0]))
    best = search.maximum()
    low, high = search.limits(best, 0.5 * normal_quantile(level) ** 2)
    interval = Interval(low, high, level, "profile likelihood")
    return _fit(case, design, groups, model, search.null, top, best, interval, widths, ties)


def _groups(response: Surv, data: Any, design: Design, case: Case, cluster: Any) -> Groups:
    """Read the clusters of the rows that count."""
    values = column_of(data, cluster)
    same_rows(len(values), response, "cluster")
    rows = design.rows[case.weights > 0]
    groups = Groups.of(np.asarray(values, dtype=object)[rows], response.take(rows), "cluster")
    if len(groups.labels) < 2:
        raise DesignError("One cluster has nothing to differ from: frailties need two or more. Use cox.")
    return groups


def _fit(
    case: Case,
    design: Design,
    groups: Groups,
    model: FrailtyModel,
    null: float,
    top: Maximum,
    best: FrailtyPoint | None,
    interval: Interval,
    widths: np.ndarray[Any, np.dtype[np.float64]],
    ties: str,
) -> FrailtyFit:
    statistic = 0.0 if best is None else max(2 * (best.integrated - null), 0.0)
    at = model.at(_NEARLY_NONE) if best is None else best
    effects = np.zeros(len(groups.labels)) if best is None else best.effects
    inverse = np.linalg.inv(at.penalised_information)
    p = widths.size
    return FrailtyFit(
        n=case.n,
        n_events=case.n_events,
        method=_sentence(model.distribution, ties, case, interval),
        conventions=("At risk at t: entry < t <= exit.", f"Ties: {ties}."),
        warnings=_notes(groups, model, at),
        status="ok" if best is not None else "boundary",
        reason="" if best is not None else "theta is 0: papers differ no more than chance makes them",
        terms=design.terms,
        coef=(top.position[0] if best is None else at.coefficients) / widths,
        covariance=inverse[:p, :p] / np.outer(widths, widths),
        theta=0.0 if best is None else at.theta,
        theta_interval=interval,
        log_likelihood=null if best is None else at.integrated,
        log_likelihood_cox=null,
        log_likelihood_partial=null if best is None else at.log_partial,
        statistic=statistic,
        p_value=1.0 if best is None else 0.5 * float(chdtrc(1, statistic)),
        labels=groups.labels,
        sizes=np.bincount(groups.codes, weights=case.weights[case.weights > 0]).astype(np.int64),
        events=model.events,
        expected=at.expected,
        frailties=np.exp(effects),
        effect_errors=np.sqrt(np.diag(inverse)[p:]) if best is not None else np.zeros(effects.size),
        distribution=model.distribution,
        ties=ties,
        level=interval.level,
    )


def _notes(groups: Groups, model: FrailtyModel, at: FrailtyPoint) -> tuple[str, ...]:
    """Warn of what makes the fit fragile, and return the texts."""
    notes: list[tuple[str, type[HpcstatsWarning]]] = []
    number = len(groups.labels)
    if number < FEW_CLUSTERS:
        notes.append(
            (f"{number} clusters say little of their variance: read its interval.", SmallSampleWarning)
        )
    if model.events.max() < 2:
        notes.append(
            ("No cluster has two events: theta rests on the shape of the hazards alone.", SmallSampleWarning)
        )
    if not at.converged:
        notes.append(("Newton's method stopped before its last step was negligible.", ConvergenceWarning))
    for text, category in notes:
        warn(text, category)
    return tuple(text for text, _ in notes)


def _sentence(distribution: str, ties: str, case: Case, interval: Interval) -> str:
    how = "integrated partial likelihood" if distribution == "gamma" else "Laplace's approximation"
    layers = "" if case.strata is None else ", stratified"
    return (
        f"Cox model with shared {distribution} frailties by {how}, {ties.capitalize()} ties{layers}, "
        f"{formats.level(interval.level)} Wald intervals, and a profile-likelihood interval of theta."
    )
