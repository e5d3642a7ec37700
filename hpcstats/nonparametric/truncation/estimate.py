"""`lynden_bell`: the distribution of times that are seen only because they are short enough."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.errors import NonIdentifiableWarning, check_option, warn
from hpcstats.groups import case_weights, confidence_level, needs_kind, number_of
from hpcstats.nonparametric.truncation.distribution import TruncatedDistribution
from hpcstats.nonparametric.truncation.estimation import Estimated, estimated, is_double
from hpcstats.nonparametric.truncation.limits import BOOTSTRAP, INTERVALS, Limits, limits_of
from hpcstats.randomness import Seed
from hpcstats.results import Status
from hpcstats.surv import Surv

KINDS = ("right_truncated", "doubly_truncated")
INSTEAD = (
    "It needs Surv.right_truncated or Surv.doubly_truncated; left truncation is the entry= of Surv.right, "
    "for kaplan_meier."
)

ONLY_CONDITIONAL = (
    "The data identify F(t | T <= t*) only, t* the largest time seen; of P(T > t*) they say nothing.",
    "Quasi-independence is assumed: where both can be seen, time and truncation are unrelated.",
)


def lynden_bell(
    response: Surv,
    *,
    interval: str = "auto",
    level: float = 0.95,
    weights: Any = None,
    n_resamples: int = 2000,
    seed: Seed = None,
) -> TruncatedDistribution:
    r"""Distribution F(t | T <= t*) of times that are seen only because they were short enough.

    Use it for cases that were reported because the event had happened: of recent patients only short times
    can be known, so that the share of reported times up to t overstates F(t). It is the share of those whose
    event comes by t*, never a survival curve: what happens after t*, and to how many the event never happens,
    such data cannot tell. Test its assumption with `quasi_independence`. Where truncation times are known
    only as bounds, `truncation_band`.

    Parameters
    ----------
    response : Surv
        From `Surv.right_truncated` or `Surv.doubly_truncated`.
    interval : str
        "auto" is "log-log". "log-log", "log", "logit", "plain" and "arcsin" are scales on which the interval
        is symmetric; "bootstrap" takes percentiles over resampled cases.
    level : float
        Confidence level, a proportion.
    weights : column of numbers, optional
        Case weights; whole numbers give what the repeated rows give.
    n_resamples, seed
        Of the bootstrap.

    Returns
    -------
    TruncatedDistribution
        With `to_frame`, `at`, `quantile`, `under`, `t_star`, `condition`.

    Raises
    ------
    DataError, UnsupportedError
        For another kind of response, an unknown interval, or unusable weights.

    Warns
    -----
    NonIdentifiableWarning
        Where everybody in an inner risk set has the event, so that F is 0 below (status "boundary"), and
        where the likelihood under double truncation has no unique maximum (status "not_estimable"); with the
        patients.

    Notes
    -----
    Right truncation: the product limit in reversed time, with at risk at t those with x_i <= t <= v_i,

    .. math:: \hat F(t) = \prod_{t_k > t} \Bigl(1 - \frac{d_k}{r_k}\Bigr), \qquad
              \widehat{\mathrm{var}}\,\hat F = \hat F^2 \sum_{t_k > t} \frac{d_k}{r_k (r_k - d_k)}

    Double truncation: the maximum of prod f(x_i) / F([u_i, v_i]), by Newton's method, with the variance of
    the observed information; `at_risk` then counts the windows that hold t. It exists and is unique if and
    only if all times are linked in both directions through windows that hold them. With u_i below all times
    both are the same. Limits and errors are NaN where F = 0. Lynden-Bell 1971 (doi:10.1093/mnras/155.1.95);
    Lagakos, Barraj & De Gruttola 1988 (doi:10.1093/biomet/75.3.515); Efron & Petrosian 1999
    (doi:10.1080/01621459.1999.10474187); Shen 2010 (doi:10.1007/s10463-008-0192-2); Xiao & Hudgens 2019
    (doi:10.1093/biomet/asz038).

    Examples
    --------
    AIDS after infected blood in 37 children, reported by mid-1986 (Lagakos et al. 1988): 30 of 37 by 2.5
    years, .811, but corrected for truncation .433 of those within 5.5 years.

    >>> import hpcstats as hs
    >>> quarters = (
    ...     "22 9 12 4 7 3 3 4 11 12 14 17 4 7 13 4 9 2 3 6 10 1 4 6 2 6 10 7 2 5 2 5 3 2 3 3 1"
    ... )
    >>> seen = (
    ...     "28 26 23 21 20 18 17 17 17 17 17 17 16 15 14 13 13 12 12 12 12 11 11 11 10 10 10"
    ... )
    >>> seen += " 9 8 8 7 7 6 5 5 4 3"
    >>> years, limits = ([int(word) / 4 for word in text.split()] for text in (quarters, seen))
    >>> y = hs.Surv.right_truncated(years, limits)
    >>> f = hs.lynden_bell(y)
    >>> f.condition
    'F(t | T <= 5.5 years)'
    >>> f.at([1, 2.5])[["time", "at_risk", "estimate", "low", "high"]].round(4)
       time  at_risk  estimate     low    high
    0   1.0       17    0.2237  0.0593  0.4521
    1   2.5       20    0.4329  0.0928  0.7447
    """
    needs_kind(response, KINDS, "lynden_bell", INSTEAD)
    check_option("interval", interval, INTERVALS)
    level = confidence_level(level)
    case = case_weights(weights, response)
    kept = np.flatnonzero(case > 0)
    double = is_double(response)
    found = estimated(response.take(kept), case[kept])
    limits = limits_of(found, case[kept], interval, level, n_resamples, seed, double=double)
    notes = tuple(note for note in (found.problem, _failed(limits)) if note)
    for note in notes:
        warn(note, NonIdentifiableWarning)
    return TruncatedDistribution(
        n=number_of(case),
        n_events=number_of(case),
        method=_sentence(limits, level, double=double),
        conventions=_conventions(limits, double=double),
        warnings=notes,
        status=_status(found),
        reason=found.problem,
        response=response,
        weights=np.array(case),
        time=np.array(found.windows.times),
        counts=found.counts,
        estimate=found.distribution,
        std_error=limits.std_error,
        low=limits.low,
        high=limits.high,
        interval=limits.interval,
        level=level,
        gap=found.gap,
        n_resamples=limits.n_resamples,
        n_failed=limits.n_failed,
        seed=limits.seed,
    )


def _status(found: Estimated) -> Status:
    if not found.exists:
        return "not_estimable"
    return "boundary" if found.problem else "ok"


def _failed(limits: Limits) -> str:
    if not limits.n_failed:
        return ""
    return (
        f"{limits.n_failed} of {limits.n_resamples} resamples have no unique estimate and are left out."
        + (
            " They are more than a tail of the interval holds: no limits are given."
            if np.isnan(limits.high).all()
            else ""
        )
    )


def _sentence(limits: Limits, level: float, *, double: bool) -> str:
    how = (
        "Nonparametric maximum likelihood estimate of doubly truncated times (Efron-Petrosian)"
        if double
        else "Reverse-time product-limit estimate of right-truncated times (Lynden-Bell)"
    )
    shown = formats.level(level)
    if limits.interval == BOOTSTRAP:
        drawn = f"{limits.n_resamples} resamples of cases, seed {limits.seed}"
        return f"{how}, with pointwise {shown} percentile interval ({drawn})."
    variance = "observed information" if double else "Greenwood variance in reversed time"
    return f"{how}, with pointwise {shown} {limits.interval} interval ({variance})."


def _conventions(limits: Limits, *, double: bool) -> tuple[str, ...]:
    if double:
        kind: tuple[str, ...] = (
            "Seen: lower <= T <= upper; at_risk counts the windows that hold t.",
            "Nor do they identify P(T < the smallest time seen).",
        )
    else:
        kind = ("At risk at t: T <= t <= truncation, both ends included.",)
    drawn = "A resample is conditional on the largest time drawn; with an emptied risk set its F is 0 below."
    return (*ONLY_CONDITIONAL, *kind, *([drawn] if limits.interval == BOOTSTRAP and not double else []))
