"""`rounding_bounds`: what rounded times leave open, as the extremes over all data they allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hpcstats.errors import DataError, UnsupportedError, check_option
from hpcstats.nonparametric.further_answers import asked_probabilities, asked_times
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.sensitivity.rounding import of_curves, of_orders
from hpcstats.sensitivity.rounding.reported import Reported
from hpcstats.sensitivity.rounding.result import Bounded, RoundingBounds
from hpcstats.sensitivity.rounding.work import Work
from hpcstats.surv import Surv

CONVENTIONS = (
    "At equal times events precede censorings; tied events count as reported data would.",
    "Times of different patients vary freely within their limits, and censoring as reported stays censoring.",
    "A bound at an end that does not belong to its interval is approached, not attained.",
)
OF = ("survival", "median", "quantile", "rmst", "logrank", "hazard-ratio")


def rounding_bounds(
    response: Surv,
    group: Any = None,
    *,
    of: Any = "survival",
    lower: Any = None,
    upper: Any = None,
    rounded_to: Any = None,
    closed: str = "right",
    data: Any = None,
    formula: str | Sequence[str] | None = None,
    ties: str = "efron",
    limit: int = 100_000,
    n_starts: int = 4,
    seed: Seed = None,
) -> RoundingBounds:
    r"""Smallest and largest estimate over all data compatible with the rounding of the reported times.

    "Recurrence after 5 years" may have been after 4.6 or after 5.4. Every choice of one time within the
    limits of each patient is a data set the report allows, and each has its curve, median, test and hazard
    ratio. These are their extremes: not a confidence interval but what rounding alone leaves open, before
    any sampling error. If it matters, analyse the intervals as intervals (`turnbull`).

    Parameters
    ----------
    response : Surv
        `Surv.right` with the times as reported, beside `lower` and `upper` or `rounded_to`. Or
        `Surv.interval`: events in their intervals, censorings exactly at their lower ends, no estimate.
    group : column, optional
        Labels. Curves, quantiles and means are bounded in each group; the log-rank test and the hazard ratio
        (of the second label over the first) compare them.
    of : str or tuple
        "survival" (the curve wherever it or a bound may step) or ``("survival", times)``; "median" or
        ``("quantile", probabilities)``; ``("rmst", horizon)``; "logrank" (statistic and asymptotic p-value);
        "hazard-ratio" or ``("hazard-ratio", term)``.
    lower, upper : columns of numbers, optional
        Limits of each time, of events and of censorings. An unknown (or infinite) upper limit says that a
        censored patient was observed at least to `lower`.
    rounded_to : number or column of numbers, optional
        Instead of limits: the unit to which each time was rounded, 1 for years, 1/12 for months, 0 for an
        exact time. The limits are half a unit to both sides; an interval cut at 0 includes 0.
    closed : {"right", "left", "both", "neither"}
        Which ends belong to the intervals. Equal limits are an exact time.
    data, formula : optional
        Covariates of a Cox model, as in `cox`, for hazard ratios of several or numeric covariates.
    ties : {"efron", "breslow"}
        Rule of the Cox model for tied events.
    limit : int
        Orders that may be tried for an exact answer; a dynamic programme may make ten times as many choices.
    n_starts : int
        Random starts of the search where there are more, besides the extreme times.
    seed : int, SeedSequence, Generator or None
        Where the random numbers of a search begin.

    Returns
    -------
    RoundingBounds
        With `to_frame`, `witness` (data that attain a bound, patient by patient), `exactness`.

    Raises
    ------
    DataError
        For limits that are missing, disordered, or do not hold the reported time.
    DesignError
        For a horizon beyond what all compatible data follow up, one group where two are compared, or a model
        without estimate.
    UnsupportedError
        For delayed entry, other responses and unknown options.

    Notes
    -----
    Curves and quantiles (R's rule) are exact: the smallest S(t) has each censoring as early and each event as
    late up to t as possible, the largest each censoring as late and each event after t, or else as early, as
    possible; each choice is best whatever the others are. As the extremes at different times come from
    different data, the band is wider than any one compatible curve shows. Restricted means and the hazard
    ratio of two groups (Efron's rule) are exact by dynamic programming over who has the event by when.
    The log-rank test and other Cox models are exact where all weak orders that the limits allow can be tried
    (up to `limit`), else the best of a search by coordinate ascent, which bounds the truth from within: the
    column ``exact`` says which. A bound at an open end is approached, not attained. A hazard ratio is 0 or
    infinite where compatible data have a likelihood that does not fall in that direction.

    Examples
    --------
    Nine times to recurrence in whole years: the median is 8, but 7.5 to 8.5 is all that is known of it.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity.rounding import rounding_bounds
    >>> y = hs.Surv.right([1, 2, 4, 5, 8, 9, 10, 13, 17], [1] * 9)
    >>> rounding_bounds(y, of="median", rounded_to=1).to_frame()
      group  probability  estimate  low  high  exact
    0   all          0.5       8.0  7.5   8.5   True

    With censoring the order matters too: at 5 years somebody censored may have left before or after.

    >>> y = hs.Surv.right([2, 5, 5, 8], [1, 1, 0, 1])
    >>> found = rounding_bounds(y, of=("survival", [5, 6]), rounded_to=1)
    >>> found.to_frame()[["time", "estimate", "low", "high", "exact"]].round(3)
       time  estimate    low  high  exact
    0   5.0       0.5  0.375  0.75   True
    1   6.0       0.5  0.375  0.50   True
    >>> found.witness("low", 1)[["reported", "event", "time"]].round(3)
       reported  event   time
    0       2.0   True  2.500
    1       5.0   True  5.500
    2       5.0  False  4.505
    3       8.0   True  7.505
    """
    kind, asked = _question(of)
    number_of_resamples(limit, least=1)
    generator, written = generator_of(seed)
    work = Work(limit, n_starts, generator)
    given = Reported.of(response, group, lower=lower, upper=upper, rounded_to=rounded_to, closed=closed)
    if kind == "hazard-ratio":
        covariates = of_orders.Covariates.of(given, data, formula, asked)
        quantities = tuple(of_orders.hazard_ratio(given, covariates, ties, work))
    elif data is not None or formula is not None:
        raise UnsupportedError("data and formula belong to of='hazard-ratio'. Give group instead.")
    else:
        quantities = tuple(_simple(given, kind, asked, work))
    searched = not all(one.exact for one in quantities)
    return RoundingBounds(
        n=len(response),
        n_events=response.n_events,
        method=_sentence(kind, given, ties, n_starts, written if searched else ""),
        conventions=CONVENTIONS,
        status="ok" if response.n_events else "boundary",
        reason="" if response.n_events else "no events: the curve is 1 throughout",
        of=kind,
        reported=given,
        quantities=quantities,
        everywhere=kind == "survival" and asked is None,
        seed=written if searched else "",
    )


def _question(of: Any) -> tuple[str, Any]:
    """Split what is asked for into its kind and its times, probabilities, horizon or term."""
    kind, asked = of if isinstance(of, tuple) and len(of) == 2 else (of, None)
    check_option("of", kind, OF)
    if kind == "median":
        kind, asked = "quantile", 0.5
    if kind == "logrank" if asked is not None else kind in ("quantile", "rmst"):
        raise UnsupportedError(
            f"of={of!r} is not known. Write 'survival', ('survival', times), 'median', "
            "('quantile', probabilities), ('rmst', horizon), 'logrank', 'hazard-ratio' or "
            "('hazard-ratio', term)."
        )
    return kind, asked


def _simple(given: Reported, kind: str, asked: Any, work: Work) -> Iterator[Bounded]:
    """Bound what rests on the response and its groups alone."""
    if kind == "survival":
        return of_curves.survival(given, None if asked is None else asked_times(asked))
    if kind == "quantile":
        return of_curves.quantile(given, asked_probabilities(asked))
    if kind == "rmst":
        horizon = asked_times(asked, "horizon")
        if horizon.size != 1:
            raise DataError("The restricted mean takes one horizon: of=('rmst', 10).")
        return of_curves.restricted_mean(given, float(horizon[0]), work)
    return of_orders.logrank(given, work)


def _sentence(kind: str, given: Reported, ties: str, n_starts: int, seed: str) -> str:
    what = {
        "survival": "Kaplan-Meier estimate",
        "quantile": "quantile of the Kaplan-Meier curve",
        "rmst": "restricted mean of the Kaplan-Meier curve",
        "logrank": "log-rank statistic and its asymptotic p-value",
        "hazard-ratio": f"hazard ratio (Cox model, {ties.capitalize()}'s rule for ties)",
    }[kind]
    how = (
        f"by coordinate ascent over all patients from {n_starts} random starts (seed {seed}) and from the "
        "extreme times, which need not find the most extreme data"
        if seed
        else "exactly"
    )
    return f"Smallest and largest {what} over all data with {given.words}, {how}."
