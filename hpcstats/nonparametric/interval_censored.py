"""`turnbull`: the event-free proportion over time from intervals that hold the events."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.interval.regions import Regions, ends_of, innermost
from hpcstats.core.interval.turnbull import CERTIFIED, MOST_REGIONS, maximise
from hpcstats.errors import ConvergenceWarning, UnsupportedError, check_option, warn
from hpcstats.groups import case_weights, confidence_level, needs_kind, number_of
from hpcstats.nonparametric.interval_censored_curve import IntervalCensoredCurve
from hpcstats.randomness import generator_of, number_of_resamples
from hpcstats.surv import Surv

INTERVALS = ("bootstrap",)

CONVENTIONS = (
    "The event lies in (lower, upper]; equal ends are an exact time, an infinite upper end is censored.",
    "At equal times an exact event precedes the end of an interval, and that precedes what opens after it.",
    "Inside a region with mass the curve is not determined: both bounds are given.",
    "A quantile is every time at which the curve may stand at its height.",
    "Limits: quantiles of the smallest and largest curves of resamples, never inside those of 0 or n of n.",
)


def turnbull(
    response: Surv,
    *,
    interval: str = "bootstrap",
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: Any = None,
    weights: Any = None,
) -> IntervalCensoredCurve:
    r"""Proportion S(t) still free of the event at time t, when of each event only an interval is known.

    Use it where visits, or rounding ("after 15 years"), leave the time between two limits. The intervals must
    not depend on prognosis: a visit because of symptoms is an exact time, not the end of an interval. Exact
    and right-censored times give the Kaplan-Meier curve.

    Parameters
    ----------
    response : Surv
        From `Surv.interval`, or from `Surv.right` without delayed entry.
    interval : {"bootstrap"}
        Pointwise interval, drawn when limits are first asked for: percentiles of resampled curves.
    level : float
        Confidence level, a proportion.
    n_resamples : int
        Resamples behind the limits.
    seed : int, SeedSequence, Generator or None
        Where the random numbers begin; the result says which.
    weights : column of numbers, optional
        Case weights; whole numbers give what the repeated rows give.

    Returns
    -------
    IntervalCensoredCurve
        With `to_frame`, `at`, `quantile`, `pieces`, `log_likelihood`, `kkt_gap`.

    Warns
    -----
    ConvergenceWarning
        When the maximum is not certified to a gap of 1e-8.

    Raises
    ------
    DataError
        For unusable columns, levels, weights or numbers of resamples.
    UnsupportedError
        For another kind of response, delayed entry, or more than 4,000 regions.

    Notes
    -----
    .. math:: \ell(p) = \sum_i w_i \log \sum_{j: R_j \subseteq (l_i, r_i]} p_j, \qquad
        \max_j \frac1n \sum_{i: R_j \subseteq (l_i, r_i]} \frac{w_i}{P_i} \le 1

    The regions R_j run from a left end to the right end that follows it directly (Turnbull 1976,
    doi:10.1111/j.2517-6161.1976.tb01597.x); the masses p_j are unique, the places of the mass inside the
    regions are not. The inequality, an equality where there is mass, certifies the maximum (Gentleman & Geyer
    1994, doi:10.1093/biomet/81.3.618). It is found by self-consistency and a primal-dual interior-point
    method. Intervals that are closed at both ends, as lifelines takes them, have another maximum. Limits: Fay
    & Shaw 2010 (doi:10.18637/jss.v036.i02). They are a guide, not a guarantee: with inspection times that
    differ from patient to patient the bootstrap of this curve is not consistent (Sen & Xu 2015,
    Computational Statistics & Data Analysis 81:121).

    Examples
    --------
    Cosmetic deterioration after radiotherapy of breast cancer, 46 women (Finkelstein & Wolfe 1985): the
    log-likelihood is -58.06002, and S is .9537, .9203, .8316, .7609, .6682, .5864, .4656 after the regions.

    >>> import hpcstats as hs
    >>> left = [45, 6, 0, 46, 46, 7, 17, 7, 37, 0, 4, 15, 11, 22, 46, 46, 25, 46, 26, 46, 27]
    >>> left += [36, 46, 36, 37, 40, 17, 46, 11, 38, 5, 37, 0, 18, 24, 36, 5, 19, 17, 24, 32]
    >>> left += [33, 19, 37, 34, 36]
    >>> right = [None, 10, 7, None, None, 16, None, 14, 44, 8, 11, None, 15, None, None, None]
    >>> right += [37, None, 40, None, 34, 44, None, 48, None, None, 25, None, 18, None, 12]
    >>> right += [None, 5, None, None, None, 11, 35, 25, None, None, None, 26, None, None, None]
    >>> curve = hs.turnbull(hs.Surv.interval(left, right, unit="months"), seed=1)
    >>> round(curve.log_likelihood, 5), curve.kkt_gap < 1e-8
    (-58.06002, True)
    >>> curve.to_frame()[["left", "right", "mass", "estimate"]].round(4).tail(3)
       left  right    mass  estimate
    5  33.0   34.0  0.0818    0.5864
    6  38.0   40.0  0.1209    0.4656
    7  46.0   48.0  0.4656    0.0000
    >>> curve.at([30, 39])[["time", "estimate_low", "estimate_high"]].round(4)
       time  estimate_low  estimate_high
    0  30.0        0.6682         0.6682
    1  39.0        0.4656         0.5864
    """
    needs_kind(response, ("interval", "right"), "turnbull", "It needs Surv.interval(lower, upper).")
    if response.entry is not None:
        raise UnsupportedError("turnbull is not defined for delayed entry. Use kaplan_meier.")
    check_option("interval", interval, INTERVALS)
    level = confidence_level(level)
    number_of_resamples(n_resamples, least=2)
    generator, written = generator_of(seed)
    case = case_weights(weights, response)
    rows = np.flatnonzero(case > 0)
    used = response if rows.size == case.size else response.take(rows)
    kept: FloatArray = np.array(case[rows])
    regions = innermost(*ends_of(used.time, used.event, used.lower))
    _few_enough(regions)
    found = maximise(regions, kept[None])
    doubt = _doubt(float(found.gap[0]))
    events = number_of(kept[used.event]) if used.event.any() else 0
    return IntervalCensoredCurve(
        n=number_of(kept),
        n_events=events,
        method=_sentence(doubt, level, n_resamples, written),
        conventions=CONVENTIONS,
        warnings=(doubt,) if doubt else (),
        status="ok" if events else "boundary",
        reason="" if events else "no upper end is finite: the curve is 1 as far as anybody was followed",
        response=used,
        weights=kept,
        regions=regions,
        maximum=found,
        interval=interval,
        level=level,
        n_resamples=int(n_resamples),
        seed=written,
        entropy=tuple(generator.integers(0, 2**32, size=4).tolist()),
    )


def _few_enough(regions: Regions) -> None:
    if regions.size > MOST_REGIONS:
        raise UnsupportedError(
            f"The intervals have {regions.size:,} innermost regions; at most {MOST_REGIONS:,} are estimated. "
            "Round the times, or use kaplan_meier where they are exact."
        )


def _doubt(gap: float) -> str:
    if gap <= CERTIFIED:
        return ""
    text = f"The maximum is certified to a Karush-Kuhn-Tucker gap of {gap:.1e} only, not {CERTIFIED:g}."
    warn(text, ConvergenceWarning)
    return text


def _sentence(doubt: str, level: float, number: int, seed: str) -> str:
    certified = "" if doubt else f", certified to a Karush-Kuhn-Tucker gap below {CERTIFIED:g}"
    return (
        f"Nonparametric maximum-likelihood (Turnbull) estimate from interval-censored times{certified}, "
        f"with pointwise {formats.level(level)} bootstrap intervals ({number:,} resamples, seed {seed})."
    )
