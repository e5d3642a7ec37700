"""The exact, distribution-free rules by which case-level data agree with a printed statement or not."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, betaincinv, betaln, stdtrit

from hpcstats.results import Interval

LEVEL = 0.95
SHARE_RULE = (
    "agrees if the exact binomial (Clopper-Pearson) 95% interval of the case-level share holds the stated "
    "share, taken as it is"
)
MEDIAN_RULE = (
    "agrees if the exact 95% interval of the case-level median (order statistics) holds the stated median"
)
MEAN_RULE = "agrees if the 95% t interval of the case-level mean holds the stated mean"
RANGE_RULE = (
    "agrees unless more case-level values lie outside the stated range than in 95% of samples from one "
    "population (exact: the range of n values covers a share distributed as Beta(n - 1, 2))"
)
COHORT_RULE = (
    "agrees if at least half of the cohorts lie in the stated range, in whole per cent; one cohort (the "
    "largest) of each group that shares patients, whole cohorts of 10 or more patients, without suspicious "
    "numbers"
)


def share_interval(events: int, n: int) -> Interval:
    """Exact (Clopper-Pearson) interval of a share.

    Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> low, high = share_interval(4, 9)
    >>> round(low, 4), round(high, 4)
    (0.137, 0.788)
    """
    tail = (1 - LEVEL) / 2
    low = 0.0 if events == 0 else float(betaincinv(events, n - events + 1, tail))
    high = 1.0 if events == n else float(betaincinv(events + 1, n - events, 1 - tail))
    return Interval(low=low, high=high, level=LEVEL, method="Clopper-Pearson")


def median_interval(values: ArrayLike) -> Interval:
    """Exact interval of a median: the innermost order statistics that hold it with 95%.

    With r values cut off at each end the coverage is ``1 - 2 P(Binomial(n, 1/2) <= r)``; for fewer
    than six values no such pair exists and the interval is open.

    Examples
    --------
    >>> tuple(median_interval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    (2.0, 9.0)
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = ordered.size
    cuts = [cut for cut in range(n // 2) if 1 - 2 * float(bdtr(cut, n, 0.5)) >= LEVEL]
    low, high = (ordered[cuts[-1]], ordered[n - 1 - cuts[-1]]) if cuts else (-math.inf, math.inf)
    return Interval(low=float(low), high=float(high), level=LEVEL, method="order statistics")


def mean_interval(values: ArrayLike) -> Interval:
    """Student's t interval of a mean; open for a single value.

    Examples
    --------
    >>> low, high = mean_interval([1.0, 2.0, 3.0])
    >>> round(low, 4), round(high, 4)
    (-0.4841, 4.4841)
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.size < 2:
        return Interval(low=-math.inf, high=math.inf, level=LEVEL, method="Student's t")
    half = float(stdtrit(sample.size - 1, (1 + LEVEL) / 2) * sample.std(ddof=1) / math.sqrt(sample.size))
    mean = float(sample.mean())
    return Interval(low=mean - half, high=mean + half, level=LEVEL, method="Student's t")


def chance_outside(outside: int, n_new: int, n_range: int) -> float:
    """Probability that at least `outside` of `n_new` values leave the range of `n_range` others.

    All values come from one continuous population. The share that the range of n values covers is
    distributed as Beta(n - 1, 2) (Wilks 1941, doi:10.1214/aoms/1177731788), so the number inside is
    beta-binomial.

    Examples
    --------
    >>> round(chance_outside(1, 1, 9), 12)
    0.2
    """
    inside = np.arange(n_new - outside + 1, dtype=np.float64)
    a, b = n_range - 1.0, 2.0
    choose = -np.log(n_new + 1.0) - betaln(n_new - inside + 1, inside + 1)
    terms = np.exp(choose + betaln(inside + a, n_new - inside + b) - betaln(a, b))
    return float(min(1.0, terms.sum()))
