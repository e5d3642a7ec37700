"""`truncated_cox`: hazard ratios from times that are seen only because they were short enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.design import build_design
from hpcstats.errors import DataError, SeparationWarning, check_option, listing, warn
from hpcstats.findings import design_problems, refuse
from hpcstats.groups import confidence_level, needs_kind
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.regression.truncated_case import TruncatedCase
from hpcstats.regression.truncated_fit import TruncatedCoxFit, effective_number
from hpcstats.results import Status
from hpcstats.surv import Surv

INTERVALS = ("percentile", "wald")


def truncated_cox(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    probability_beyond: float = 0.0,
    interval: str = "percentile",
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: Seed = None,
    missing: str = "raise",
) -> TruncatedCoxFit:
    r"""Hazard ratios in the whole population, from times that are seen only because they were short enough.

    Use it in place of `cox` where cases are known because the event had happened: among them covariate
    effects are shrunk, as late events are missing. Each case is weighted by the inverse of its chance to be
    seen.

    The answer rests on *positivity*: nobody has the event later than the largest truncation time. It cannot
    be tested. Where it fails give `probability_beyond`, the assumed probability of a later event of a patient
    whose covariates are all 0 (recode so that this is a meaningful patient), and show the range over all
    values that are possible: a hazard ratio that holds for one of them alone is no finding. It assumes as
    well that truncation is unrelated to the time and the covariates (`quasi_independence` tests the former).

    Parameters
    ----------
    response : Surv
        From `Surv.right_truncated`.
    data : frame
        Covariates by name, one row for each row of `response`.
    formula : str or sequence of str, optional
        As in `cox`.
    probability_beyond : float
        P(T > largest truncation time | covariates 0), from 0 (positivity holds) to below 1.
    interval : {"percentile", "wald"}
        Limits from the quantiles of the bootstrap, or from its standard error.
    level : float
        Confidence level, a proportion.
    n_resamples, seed
        Of the bootstrap of cases, in which the weights are estimated again.
    missing : {"raise", "drop"}
        What to do with rows that miss a covariate.

    Returns
    -------
    TruncatedCoxFit
        With `to_frame` as that of `cox`, `chances`, `effective_n`.

    Raises
    ------
    DataError, DesignError, UnsupportedError
        As `cox`; and where everybody in an inner risk set has the event, so that no later time could be seen
        and the inverse weights are infinite.

    Notes
    -----
    With G the product limit of the truncation times, which the times truncate on the left, and the weights
    1 / G(x_j), the estimate solves

    .. math:: \sum_i \Bigl( z_i - \frac{\sum_j z_j e^{\beta z_j} \{1[x_j \ge x_i] + o_j\} / G(x_j)}
              {\sum_j e^{\beta z_j} \{1[x_j \ge x_i] + o_j\} / G(x_j)} \Bigr) = 0, \qquad
              o_j = \frac{a^{\exp(\beta z_j)}}{1 - a^{\exp(\beta z_j)}}

    with a = `probability_beyond`: IPW-S for a = 0, IPW-SA otherwise (Vakulenko-Lagun, Mandel & Betensky 2020,
    doi:10.1111/biom.13162). Ties are Breslow's. R's coxrt takes exp of minus the Nelson-Aalen hazard for G
    and P(V > x) for the chance; here G is the product limit and the ends of windows belong to them, as in
    `lynden_bell`. The weights make the bootstrap optimistic where the chance to be seen nears 0:
    look at `effective_n`.

    Examples
    --------
    >>> import hpcstats as hs
    >>> years = [1, 7, 1, 9, 1, 3, 5, 4, 2, 6, 3, 2, 1, 4, 6, 5]
    >>> y = hs.Surv.right_truncated(
    ...     years, [3, 10, 4, 9, 8, 11, 10, 5, 6, 8, 8, 3, 4, 10, 11, 11]
    ... )
    >>> age = [71, 58, 50, 36, 68, 74, 50, 56, 78, 57, 52, 53, 76, 60, 71, 53]
    >>> fit = hs.truncated_cox(y, {"age": age}, n_resamples=200, seed=1)
    >>> fit.to_frame()[["term", "coef", "hazard_ratio"]].round(3)
      term   coef  hazard_ratio
    0  age  0.062         1.064
    >>> round(fit.effective_n, 1)
    13.4
    """
    needs_kind(response, ("right_truncated",), "truncated_cox", "It needs Surv.right_truncated.")
    check_option("interval", interval, INTERVALS)
    level, beyond = confidence_level(level), _probability(probability_beyond)
    number_of_resamples(n_resamples, least=2)
    design = build_design(data, formula, response, missing=missing)
    kept = response.take(design.rows)
    _somebody_beyond(kept, beyond)
    refuse(design_problems(design.matrix, design.terms, len(kept)))
    case = TruncatedCase.of(kept, design, beyond)
    infinite = case.infinite_terms(design.terms)
    coef = case.solved()
    generator, written = generator_of(seed)
    if np.isnan(coef).any():
        drawn = np.full((0, coef.size), np.nan)
    else:
        drawn = case.bootstrap(n_resamples, generator, coef)
    covariance, low, high = _limits(coef, drawn, interval, level)
    notes = _notes(infinite, coef, drawn, low)
    for note in notes:
        warn(note, SeparationWarning)
    status: Status = "not_estimable" if np.isnan(coef).any() else "ok"
    return TruncatedCoxFit(
        n=len(kept),
        n_events=len(kept),
        method=_sentence(beyond, interval, level, n_resamples, written),
        conventions=_conventions(kept, case.chances, beyond),
        warnings=notes,
        status=status,
        reason=notes[0] if status != "ok" else "",
        design=design,
        response=kept,
        dropped=response.take(design.dropped),
        coef=coef,
        covariance=covariance,
        low=low,
        high=high,
        interval=interval,
        level=level,
        chances=case.chances,
        probability_beyond=beyond,
        replicates=drawn,
        seed=written,
    )


def _probability(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float, np.number)) or not 0 <= given < 1:
        raise DataError(
            f"probability_beyond must be a number from 0 to below 1, not {given!r}: the assumed probability "
            "of an event later than the largest truncation time, of a patient whose covariates are 0."
        )
    return float(given)


def _somebody_beyond(response: Surv, beyond: float) -> None:
    assert response.truncation is not None
    if beyond and np.isinf(response.truncation.max()):
        raise DataError(
            "probability_beyond is the probability of an event later than the largest truncation time, which "
            "is infinite. Leave it out."
        )


def _limits(
    coef: FloatArray, drawn: FloatArray, interval: str, level: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return covariance and limits; none where more resamples fail than a tail holds."""
    found = drawn[np.isfinite(drawn).all(axis=1)]
    nothing = np.full_like(coef, np.nan)
    tail = (1 - level) / 2
    if len(found) < 2 or len(drawn) - len(found) > tail * len(drawn):
        return np.full((coef.size, coef.size), np.nan), nothing, nothing
    covariance = np.atleast_2d(np.cov(found, rowvar=False))
    if interval == "percentile":
        low, high = np.quantile(found, [tail, 1 - tail], axis=0)
        return covariance, low, high
    margin = normal_quantile(level) * np.sqrt(np.diag(covariance))
    return covariance, coef - margin, coef + margin


def _notes(
    infinite: tuple[str, ...], coef: FloatArray, drawn: FloatArray, low: FloatArray
) -> tuple[str, ...]:
    if np.isnan(coef).any():
        which = f" ({listing(infinite)} separates the cases by their time)" if infinite else ""
        return (f"The weighted estimating equations have no finite solution{which}. No estimate is given.",)
    failed = int(np.isnan(drawn).any(axis=1).sum())
    if not failed:
        return ()
    closing = " They are more than a tail holds: no limits are given." if np.isnan(low).any() else ""
    return (f"{failed} of {len(drawn)} resamples have no finite estimate and are left out.{closing}",)


def _sentence(beyond: float, interval: str, level: float, n_resamples: int, seed: str) -> str:
    beside = f"IPW-SA with P(T > largest truncation time | covariates 0) = {beyond:g}"
    kind = "IPW-S" if beyond == 0 else beside
    limits = f"{formats.level(level)} {'percentile' if interval == 'percentile' else 'Wald'} interval"
    return (
        f"Cox model of right-truncated times by inverse probability of being seen ({kind}; Vakulenko-Lagun "
        f"et al. 2020), {limits} from {n_resamples} resamples of cases, seed {seed}."
    )


def _conventions(response: Surv, chances: FloatArray, beyond: float) -> tuple[str, ...]:
    assert response.truncation is not None
    end = f"{response.truncation.max():g} {response.unit}"
    assumed = f"Positivity is assumed and cannot be tested: nobody has the event later than {end}."
    if beyond:
        assumed = (
            f"Of patients with covariates 0 a share of {beyond:g} is assumed to have the event after {end}."
        )
    elif np.isinf(response.truncation.max()):
        assumed = "Positivity holds: of somebody an event at any time would have been seen."
    return (
        assumed,
        "Truncation is assumed to be unrelated to the time and to the covariates.",
        f"Weighted, the {len(response)} cases carry as much as {effective_number(chances):.3g} equal ones.",
        "Ties: Breslow's rule.",
    )
