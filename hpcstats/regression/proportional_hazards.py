"""`cox`: hazard ratios from the partial likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hpcstats.core.cox.identifiability import scale
from hpcstats.design import build_design
from hpcstats.errors import DesignError
from hpcstats.findings import design_problems, refuse, unseen_terms
from hpcstats.groups import every_row_at_risk, needs_kind
from hpcstats.regression.case import Case
from hpcstats.regression.choices import MODEL, Choices, Penalty, check_weights
from hpcstats.regression.cluster_variance import refuse_few_clusters
from hpcstats.regression.estimation import estimate
from hpcstats.regression.fit import CoxFit
from hpcstats.surv import Surv


def cox(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    ties: str = "efron",
    penalty: Penalty | None = None,
    strata: Any = None,
    cluster: Any = None,
    robust: bool | str | None = None,
    weights: Any = None,
    frequencies: Any = None,
    offset: Any = None,
    interval: str = "auto",
    level: float = 0.95,
    missing: str = "raise",
) -> CoxFit:
    r"""Hazard ratios of covariates, by maximum partial likelihood, plain or penalised.

    With few events use ``penalty="firth"``: its estimate is always finite and less biased. Without a penalty
    a coefficient whose likelihood rises for ever (no events in one group, say) has no estimate: it is
    reported as not estimable, named, with a one-sided profile interval, and the others at their limits.

    Parameters
    ----------
    response : Surv
        From `Surv.right` or `Surv.counting`; delayed entry is honoured.
    data : frame
        Covariates by name (pandas, polars or a mapping), one row for each row of `response`.
    formula : str or sequence of str, optional
        Right-hand side such as ``"age + resection"``, or column names; None takes every column.
        The first level of a categorical column is the reference.
    ties : {"efron", "breslow", "exact"}
        Rule for tied events; "exact" is the discrete (conditional logistic) likelihood.
    penalty : None, "firth" or NormalPrior
        Maximum likelihood; Firth's penalty; or the mode under normal priors (`posterior` says more).
    strata : column, optional
        Strata with baseline hazards of their own; a name in `data`, or values.
    cluster : column, optional
        Rows that belong together (papers, centres); makes the variance robust.
    robust : bool or str, optional
        Sandwich variance. By default where the model-based one would mislead: with clusters, with weights
        that are no whole numbers, and (clustered by `id`) when a patient has several events. For few clusters
        "lin-wei", "fay-graubard", "kauermann-carroll", "mancl-derouen" or "morel-bokossa-neerchal", with
        Student's t on clusters less coefficients.
    weights : column of numbers, optional
        Sampling weights (R's case weights); not with exact ties.
    frequencies : column of whole numbers, optional
        How often each row stands for a patient: exactly what the repeated rows give, for every tie rule.
    offset : column of numbers, optional
        Fixed part of the log hazard ratio.
    interval : {"auto", "profile", "wald"}
        Limits by the profile of what was maximised, or normal ones (Student's t for few clusters). "auto" is
        "profile", but "wald" with a robust variance, which a likelihood knows nothing of.
    level : float
        Confidence level, a proportion.
    missing : {"raise", "drop"}
        What to do with rows that miss a covariate; dropped rows are counted in the result.

    Returns
    -------
    CoxFit
        With `to_frame`, `term_tests`, `profile_interval`, `likelihood_ratio`, `wald`, `score`.

    Raises
    ------
    DesignError
        For no events, constant, collinear or never contrasted columns, or more terms than events.
    DataError
        For missing values (unless dropped), unknown columns, unusable weights.
    UnsupportedError
        For unknown options, and combinations without a definition.

    Notes
    -----
    .. math:: \log L(\beta) = \sum_i \delta_i x_i'\beta - \sum_k \sum_{l=0}^{d_k-1}
              \log\Big(\sum_{j \in R_k} e^{x_j'\beta} - \frac{l}{d_k}\sum_{j \in D_k} e^{x_j'\beta}\Big)

    for Efron's rule; Breslow's has no second sum. Firth's penalty adds half the log determinant of the
    information; a coefficient held at 0 in a test stays in it. Then p-values are of the penalised likelihood
    ratio, Wald's with ``interval="wald"``. Only with Breslow's ties does this equal R's ``coxphf``, which has
    no other. The robust variance is D'D with D the dfbeta residuals, summed within clusters, without
    small-sample factor. Agrees with R's ``coxph``; unlike it, a monotone likelihood is decided exactly and
    never reported as a large number. Cox 1972 (doi:10.1111/j.2517-6161.1972.tb00899.x); Efron 1977
    (doi:10.1080/01621459.1977.10480613); Lin & Wei 1989 (doi:10.1080/01621459.1989.10478874); Heinze &
    Schemper 2001 (doi:10.1111/j.0006-341X.2001.00114.x).

    Examples
    --------
    6-MP against placebo (Freireich et al. 1963), Efron: 1.572 (0.412), exact: 1.628 (0.433).

    >>> import hpcstats as hs
    >>> six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> y = hs.Surv.right(six_mp + placebo, relapse + [1] * 21, unit="weeks")
    >>> fit = hs.cox(y, {"placebo": [0] * 21 + [1] * 21})
    >>> fit.to_frame().round(3)[["term", "coef", "std_error", "hazard_ratio"]]
          term   coef  std_error  hazard_ratio
    0  placebo  1.572      0.412         4.817
    >>> exact = hs.cox(y, {"placebo": [0] * 21 + [1] * 21}, ties="exact")
    >>> exact.to_frame().round(3)[["term", "coef", "std_error", "hazard_ratio"]]
          term   coef  std_error  hazard_ratio
    0  placebo  1.628      0.433         5.095

    Two patients, the treated one dies first: the likelihood is monotone, Firth's hazard ratio is 3.

    >>> fit = hs.cox(hs.Surv.right([1, 2], [1, 1]), {"treated": [1, 0]}, penalty="firth")
    >>> fit.to_frame().round(3)[["term", "hazard_ratio", "low", "high", "p_value"]]
          term  hazard_ratio   low     high  p_value
    0  treated           3.0  0.16  437.761    0.469
    >>> fit.monotone
    ('treated',)
    """
    needs_kind(response, ("right", "counting"), "cox", "It needs Surv.right or Surv.counting.")
    every_row_at_risk(response, "cox")
    choices = Choices.checked(ties, penalty, interval, level, robust)
    check_weights(ties, weights, frequencies)
    beside = [strata, cluster, weights, frequencies, offset]
    design = build_design(data, formula, response, beside=beside, missing=missing)
    case = Case.of(response, data, design, strata, cluster, weights, frequencies, offset)
    kind = choices.variance(case)
    limits = choices.limits(kind)
    if case.cluster is not None and kind != MODEL:
        refuse_few_clusters(int(case.cluster.max()) + 1, len(design.terms))
    if case.n_events == 0:
        raise DesignError("There are no events, so no hazard ratio exists. Report the follow-up instead.")
    refuse(design_problems(design.matrix[case.weights > 0], design.terms, case.n_events))
    widths = scale(design.matrix)
    likelihood = case.likelihood(design.matrix / widths, ties)
    refuse(unseen_terms(likelihood, design.terms))
    return estimate(case, design, likelihood, widths, choices, kind, limits)
