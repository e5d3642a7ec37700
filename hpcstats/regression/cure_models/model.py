"""`cure`: a fraction who never have the event, and the times of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.parametric.cure import LINKS, Cure
from hpcstats.errors import NonIdentifiableWarning, UnsupportedError, check_option, warn
from hpcstats.groups import confidence_level
from hpcstats.regression.cure_models.estimate import CureEstimate, boundary_limit, estimate
from hpcstats.regression.cure_models.fit import CURED, CureFit
from hpcstats.regression.cure_models.plateau import plateau_of
from hpcstats.regression.cure_models.semiparametric import SemiparametricCureFit, semiparametric_cure
from hpcstats.regression.parametric_models.distributions import Distribution, distribution_of
from hpcstats.regression.parametric_models.estimate import ENGINES
from hpcstats.regression.parametric_models.problem import Problem
from hpcstats.regression.parametric_models.rows import NO_COVARIATE, Rows
from hpcstats.surv import Surv

COX = "cox"
INTERVALS = ("profile", "wald")
Formula = str | Sequence[str]


def cure(
    response: Surv,
    data: Any = None,
    formula: Formula = NO_COVARIATE,
    *,
    latency: Formula = NO_COVARIATE,
    distribution: str = "weibull",
    n_knots: int = 1,
    link: str = "logit",
    weights: Any = None,
    interval: str = "profile",
    level: float = 0.95,
    missing: str = "raise",
    engine: str = "lifelines",
) -> CureFit | SemiparametricCureFit:
    r"""The fraction who never have the event, and the distribution of the times of the others (mixture cure).

    Speak of cure only where follow-up is long: ask `sufficient_follow_up` first, and look at
    ``fit.uncured_at(last)``. Where events still come late, a plateau is the distribution's, not the data's,
    and two distributions of equal fit may give cured fractions of 0 and of one half.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry, or `Surv.interval`.
    data : frame, optional
        Covariates by name.
    formula : str or sequence of str
        Covariates of the incidence: who is cured. ``"1"``, the default, is one fraction.
    latency : str or sequence of str
        Covariates of the times of those who are not cured; ``"1"`` for one distribution.
    distribution : str
        One of `parametric`, or "cox": the times follow a Cox model, with a baseline of steps (by EM;
        right-censored times, `latency` covariates needed, logit link).
    n_knots : int
        Inner knots of a spline.
    link : {"logit", "probit", "log-log"}
        What turns the incidence predictor into the cured fraction.
    weights
        As in `parametric`.
    interval : {"profile", "wald"}
        Limits by the profile likelihood, which the cured fraction needs, or normal ones.
    level, missing, engine
        As in `parametric`.

    Returns
    -------
    CureFit or SemiparametricCureFit
        With `to_frame`, `cured_fraction`, and of a parametric model `survival`, `uncured_at`, `plateau`,
        `deviance`.

    Raises
    ------
    DataError, DesignError, UnsupportedError
        As `parametric`.

    Notes
    -----
    .. math:: S(t) = \pi + (1 - \pi) S_0(t), \quad g(\pi) = z'\gamma

    A coefficient of the incidence above 0 means more cured (R's `flexsurvcure`; `smcure` models the others
    and has the opposite sign). Where the likelihood is largest at a cured fraction of 0 the status is
    "boundary", the estimate 0, and the upper limit that of the profile likelihood. Boag 1949
    (doi:10.1111/j.2517-6161.1949.tb00020.x); Farewell 1982 (doi:10.2307/2529885); Peng & Dear 2000
    (doi:10.1111/j.0006-341X.2000.00237.x).

    Examples
    --------
    Remission of 21 patients on 6-MP (Freireich et al. 1963). The curve ends at .45, but nothing speaks for
    cure:

    >>> import hpcstats as hs
    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> fit = hs.cure(hs.Surv.right(weeks, relapse, unit="weeks"))
    >>> fit.cured_fraction().round(2)
      patient  estimate  low  high
    0     all      0.44  0.0  0.69
    >>> round(fit.plateau.estimate, 2), round(fit.deviance_p_value, 2)
    (0.45, 0.07)
    """
    check_option("interval", interval, INTERVALS)
    check_option("link", link, LINKS)
    check_option("engine", engine, ENGINES)
    chosen = confidence_level(level)
    rows = Rows.of(response, data, latency, weights, missing, "cure", incidence=formula)
    rows.refuse_impossible([rows.design, rows.incidence])
    if distribution == COX:
        return semiparametric_cure(rows, link, chosen)
    shape = distribution_of(distribution, n_knots, rows.observed)
    if not shape.from_zero:
        raise UnsupportedError(f"cure has no {distribution!r} distribution: its times may lie below 0.")
    rows.refuse_time_zero(distribution)
    return _fitted(rows, shape, link, interval, chosen, engine)


def _fitted(rows: Rows, shape: Distribution, link: str, interval: str, level: float, engine: str) -> CureFit:
    location, incidence = rows.matrix(rows.design), rows.matrix(rows.incidence)
    covariates = () if rows.design is None else rows.design.terms
    cured = () if rows.incidence is None else rows.incidence.terms
    terms = ("Intercept", *covariates, *shape.ancillary, *(CURED + name for name in ("Intercept", *cured)))
    family = Cure(shape.family(rows.observed), LINKS[link])
    problem = Problem.of(shape, family, rows.observed, location, incidence)
    plain = Problem.of(shape, family.family, rows.observed, location)
    found = estimate(shape, problem, plain, rows.observed, location, terms, link, engine)
    limit = np.nan
    if found.status == "boundary" and found.uncured is not None and rows.incidence is None:
        limit = boundary_limit(problem, found.uncured, LINKS[link], normal_quantile(level))
    coef, covariance = _values(found, problem, plain, link)
    top = found.top
    tested = (*covariates, *(CURED + name for name in cured))
    return CureFit(
        n=rows.n,
        n_events=rows.n_events,
        method=_sentence(shape, link, interval, level),
        conventions=_conventions(shape),
        warnings=_notes(found, rows),
        status=found.status,
        reason=found.reason,
        rows=rows,
        problem=problem,
        summit=found.summit,
        family=family,
        distribution=shape,
        distribution_name=shape.name,
        terms=terms,
        block_designs=(rows.design, *[None] * len(shape.ancillary), rows.incidence),
        tested=tuple(term in tested for term in terms),
        coef=coef,
        covariance=covariance,
        log_likelihood=np.nan if top is None else top.value - problem.log_jacobian,
        interval=interval,
        level=level,
        last_observation=rows.last,
        first_observation=rows.first,
        link=link,
        log_likelihood_uncured=np.nan if found.uncured is None else found.uncured.value - plain.log_jacobian,
        boundary_limit=limit,
        plateau=plateau_of(rows.response.take(rows.counted), level),
        certificate=np.nan if top is None else top.decrement,
        lifelines_shortfall=np.nan if top is None else top.value - found.lifelines_value,
    )


def _values(
    found: CureEstimate, problem: Problem, plain: Problem, link: str
) -> tuple[FloatArray, FloatArray]:
    """Return coefficients and covariance; at the boundary the incidence is infinite and has no variance."""
    size = problem.back.shape[0]
    none = np.full((size, size), np.nan)
    if found.summit is not None:
        return problem.given(found.summit.position), problem.covariance(found.summit)
    if found.status != "boundary" or found.uncured is None:
        return np.full(size, np.nan), none
    inner = plain.given(found.uncured.position)
    rest = np.full(size - inner.size, np.nan)
    rest[0] = -np.inf if LINKS[link].rising else np.inf
    none[: inner.size, : inner.size] = plain.covariance(found.uncured)
    return np.concatenate([inner, rest]), none


def _sentence(shape: Distribution, link: str, interval: str, level: float) -> str:
    limits = "profile-likelihood" if interval == "profile" else "Wald"
    name = shape.name.replace("-", " ").replace("log ", "log-").capitalize()
    return (
        f"{name} mixture cure model with {link} link, maximum likelihood, {formats.level(level)} {limits} "
        "intervals."
    )


def _conventions(shape: Distribution) -> tuple[str, ...]:
    return (
        f"Times of those who are not cured: {shape.convention}",
        "Incidence: link(cured fraction) = Intercept + z'coef; above 0 means more cured.",
        "Standard errors: inverse observed information.",
        "The cured fraction is an extrapolation to infinite time.",
    )


def _notes(found: CureEstimate, rows: Rows) -> tuple[str, ...]:
    if found.status == "ok":
        return ()
    text = f"There is no finite estimate of the cured fraction: {found.reason}."
    if found.status == "boundary":
        text = (
            "The likelihood is largest where nobody is cured: the estimated fraction is 0, and only its "
            "upper limit says something."
        )
        if rows.incidence is not None:
            text += " Coefficients of the incidence do not exist there."
        return (text,)
    warn(text, NonIdentifiableWarning)
    return (text,)
