"""`rmst_difference`: how much longer one group stays free of the event, up to a horizon."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from hpcstats.columns import FloatArray
from hpcstats.compare.restricted_mean.design import Design, check_drawing, chosen_relabellings, design_of
from hpcstats.compare.restricted_mean.permutation import contrasts, permuted, studentised, tied_within
from hpcstats.compare.restricted_mean.result import RmstComparison
from hpcstats.compare.restricted_mean.words import conventions, fragile_texts, sentence, unlimited
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.surv import Surv


class Inference(NamedTuple):
    """P-values with their Monte-Carlo errors, critical values, and how many relabellings they rest on."""

    p_value: FloatArray
    p_error: FloatArray
    critical: FloatArray
    relabellings: int = 0
    inestimable: int = 0
    enumerated: bool = False
    seed: str = ""


def rmst_difference(
    response: Surv,
    group: Any,
    horizon: float | None = None,
    *,
    method: str = "auto",
    level: float = 0.95,
    alternative: str = "two-sided",
    inestimable: str | int = "extend",
    variance: str = "greenwood",
    n_resamples: int = 100_000,
    seed: Any = None,
) -> RmstComparison:
    r"""Difference, and ratios, of the mean time free of the event up to a horizon between two groups.

    Use it when hazards are not proportional, or when a difference in time is easier to act on than a ratio
    of hazards. The asymptotic test is too liberal below about 50 patients a group; there the permutation
    methods hold. The horizon is part of the question: choose it before looking at the curves. For the
    difference at one time use `compare_at`.

    Parameters
    ----------
    response : Surv
        From `Surv.right`; delayed entry only with the asymptotic method.
    group : column
        One label a row, two labels. The second is compared with the first: every contrast is second minus, or
        over, first.
    horizon : float, optional
        Upper end, in the unit of the response. By default the latest time up to which both restricted means
        are identified; `method` of the result says which.
    method : {"auto", "asymptotic", "permutation", "exact", "studentised-permutation"}
        "auto" is the studentised permutation if a group has fewer than 50 patients and nobody entered late,
        otherwise asymptotic. "permutation" relabels and compares unstudentised contrasts; it holds if the
        groups are exchangeable, follow-up included. "exact" is the same over all relabellings, at most 10^6.
        "studentised-permutation" holds then too, and asymptotically also if censoring or spread differ; it
        alone has an interval. Both look at all relabellings up to 200,000, else at `n_resamples`
        random ones. For exchangeable groups and a horizon fixed beforehand the level is exact under the rule
        "ignore", and nearly so under the others.
    level : float
        Confidence level of the limits, which are two-sided whatever the alternative, and say so.
    alternative : {"two-sided", "greater", "less"}
        "greater": the second group has the greater restricted mean (so the smaller lost time).
    inestimable : {"extend", "ignore", "switch", "average", "weibull", "pseudo-observations"} or 1 to 6
        What is done with a relabelled group whose curve ends above 0 before the horizon, by name or by its
        number in Horiguchi & Uno: "ignore" (1) the relabelling; "extend" (2) the curve flat; "switch" (3) the
        last censored observation to an event; "average" (4) the means of 2 and 3; "weibull" (5), the mean
        under a fitted Weibull curve; "pseudo-observations" (6), relabel the pseudo-observations of the two
        groups instead of the patients. Only 1 to 3 have a studentised form.
    variance : {"greenwood", "nelson-aalen"}
        d/(n(n-d)) or d/n² within the variance.
    n_resamples : int
        Relabellings drawn where there are too many for all.
    seed : int, SeedSequence, Generator or None
        None draws fresh entropy, but under "auto" it is 1, so that the default answer never changes.

    Returns
    -------
    RmstComparison
        With `to_frame` (difference, ratio, lost-time-ratio), `by_group` and `interval`.

    Raises
    ------
    DesignError
        For other than two groups, a horizon that a group's curve does not reach (unless it has come to 0),
        more relabellings than can be enumerated, or pseudo-observations that do not exist.
    UnsupportedError
        For unknown options, and for permutation with delayed entry: entry times are no part of the
        hypothesis, and relabelled risk sets may be empty.
    DataError
        For unusable columns.

    Notes
    -----
    .. math:: \hat\mu_g = \int_0^\tau \hat S_g(t)\,dt, \qquad
        \widehat{\mathrm{var}}\,\hat\mu_g = \sum_{t_k < \tau} \Bigl(\int_{t_k}^{\tau} \hat S_g\Bigr)^2
        \frac{d_k}{n_k (n_k - d_k)}

    without a factor n/(n-1), as R's ``survRM2``. Ratios, of restricted means and of lost time tau - mu, are
    handled on the log scale by the delta method. Statistics of relabellings within 1e-9 are tied and count.
    The studentised interval inverts its test: estimate plus or minus c standard errors, c the largest value
    with p above 1 - level, infinite where no relabelling has a smaller p. Its limits of the difference are
    cut at plus and minus the horizon, its range, and those of each group at 0 and the horizon; asymptotic
    limits of contrasts are not. Away from equal groups it covers less than the level in samples this small.
    The unstudentised permutation has no interval: its limits are the asymptotic ones. Horiguchi & Uno 2020
    (doi:10.1002/sim.8565); Ditzhaus, Yu & Xu 2023 (doi:10.1002/sim.9720); Uno et al. 2014
    (doi:10.1200/JCO.2014.55.2208).

    Examples
    --------
    Ovarian cancer (Edmonson et al. 1979), as in Horiguchi & Uno's software: to 34 months 25.634 months under
    two drugs against 20.335 under one, difference 5.298 (-3.761 to 14.357), p = .252.

    >>> import numpy as np
    >>> import hpcstats as hs
    >>> one = [59, 115, 156, 431, 448, 477, 638, 803, 855, 1040, 1106, 268, 329]
    >>> two = [421, 464, 475, 563, 744, 769, 770, 1129, 1206, 1227, 353, 365, 377]
    >>> died = [1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0]
    >>> y = hs.Surv.right(np.array(one + two) / 365.25 * 12, died, unit="months")
    >>> drugs = [1] * 13 + [2] * 13
    >>> test = hs.rmst_difference(y, drugs, 34, method="asymptotic")
    >>> test.by_group()[["group", "estimate"]].round(3)
       group  estimate
    0      1    20.335
    1      2    25.634
    >>> test.to_frame().head(1).round(3)
         contrast  estimate    low    high  p_value  p_error
    0  difference     5.298 -3.761  14.357    0.252      0.0

    The software's permutation p-value of rule 2, from 2,000 relabellings (error .010), is .272.

    >>> permutation = hs.rmst_difference(
    ...     y, drugs, 34, method="permutation", n_resamples=20_000, seed=1
    ... )
    >>> permutation.to_frame().head(1)[["p_value", "p_error"]].round(3)
       p_value  p_error
    0    0.279    0.003
    """
    check_drawing(n_resamples, seed)
    design = design_of(response, group, horizon, method, level, alternative, inestimable, variance)
    values, errors = contrasts(*design.means)
    statistic = studentised(values[:, :1], errors[:, :1], design.scale)[:, 0]
    inference = (
        _normal(statistic, errors[:, 0], alternative, design.level)
        if design.inference == "asymptotic"
        else _relabelled(design, values[:, 0], statistic, n_resamples, seed)
    )
    return _result(design, values[:, 0], errors[:, 0], statistic, inference)


def _normal(statistic: FloatArray, errors: FloatArray, alternative: str, level: float) -> Inference:
    z = np.where(errors > 0, statistic, np.nan) * np.array([1.0, 1.0, -1.0])
    tail = {"two-sided": 2 * ndtr(-np.abs(z)), "greater": ndtr(-z), "less": ndtr(z)}[alternative]
    return Inference(tail, np.zeros(3), np.full(3, normal_quantile(level)))


def _relabelled(
    design: Design, values: FloatArray, statistic: FloatArray, n_resamples: int, seed: Any
) -> Inference:
    relabellings, shown = chosen_relabellings(design, n_resamples, seed)
    student = design.inference == "studentised-permutation"
    found = permuted(design.sample, relabellings, design.rule, design.scale, student=student)
    observed = statistic if student else values
    scale = np.ones(3) if student else design.scale
    p_value, p_error = found.p_values(observed, scale, design.alternative)
    critical = found.critical(design.level) if student else np.full(3, normal_quantile(design.level))
    return Inference(p_value, p_error, critical, found.number, found.inestimable, found.enumerated, shown)


def _result(
    design: Design, values: FloatArray, errors: FloatArray, statistic: FloatArray, inference: Inference
) -> RmstComparison:
    estimate, low, high = _on_their_scale(values, errors, statistic, inference.critical, design)
    mean = np.array([float(part.mean[0]) for part in design.means])
    error = np.array([float(np.sqrt(part.variance[0])) for part in design.means])
    z = normal_quantile(design.level)
    fragile, reason = fragile_texts(design, error)
    certain = design.inference == "asymptotic"
    if not reason and errors[0] > 0 and np.isinf(inference.critical[0]):
        reason = unlimited(design)
    return RmstComparison(
        n=len(design.response),
        n_events=design.response.n_events,
        method=sentence(design, inference.relabellings, inference.enumerated, inference.seed),
        conventions=conventions(design),
        warnings=fragile,
        status="ok" if not reason else "not_estimable" if certain else "boundary",
        reason=reason,
        response=design.response,
        groups=design.groups,
        horizon=design.horizon,
        level=design.level,
        alternative=design.alternative,
        sizes=design.groups.sizes,
        events=np.bincount(design.groups.codes, weights=design.response.event, minlength=2).astype(np.int64),
        mean=mean,
        mean_error=error,
        mean_low=np.maximum(mean - z * error, 0.0),
        mean_high=np.minimum(mean + z * error, design.horizon),
        estimate=estimate,
        std_error=errors,
        low=low,
        high=high,
        statistic=values if design.inference == "permutation" else statistic,
        p_value=inference.p_value,
        p_error=inference.p_error,
        inference=design.inference,
        inestimable="" if certain else design.rule,
        n_relabellings=inference.relabellings,
        n_inestimable=inference.inestimable,
        enumerated=inference.enumerated,
        seed=inference.seed,
    )


def _on_their_scale(
    values: FloatArray, errors: FloatArray, statistic: FloatArray, critical: FloatArray, design: Design
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return estimates and limits, the two ratios off the log scale; NaN where there is no standard error."""
    margin = np.where(errors > 0, np.where(errors > 0, errors, 1.0) * critical, np.nan)
    ends = [values - margin, values + margin]
    if design.inference == "studentised-permutation":
        # Where the observed statistic ties with the critical one, equal groups are a limit themselves.
        for number, bound in enumerate((critical, -critical)):
            tied = np.isfinite(bound) & np.isclose(statistic, bound, rtol=0, atol=tied_within(statistic, 1.0))
            ends[number] = np.where(tied & (errors > 0), 0.0, ends[number])
            ends[number][0] = np.clip(ends[number][0], -design.horizon, design.horizon)
    with np.errstate(over="ignore", invalid="ignore"):
        estimate, low, high = (np.append(part[0], np.exp(part[1:])) for part in (values, *ends))
    return estimate, low, high
