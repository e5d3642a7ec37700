"""`compare_medians`: how far apart the median event times of two groups are."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.compare.medians.design import Asked, conventions, fragile, sentence, status_of
from hpcstats.compare.medians.result import MedianComparison
from hpcstats.compare.two_curves import TwoCurves
from hpcstats.core.limits.quantile_melding import (
    Steps,
    chance_of_difference,
    lower_and_upper,
    lowest_difference,
)
from hpcstats.core.product_limit import product_limit
from hpcstats.core.step_function import curve_quantile


def compare_medians(
    response: Any,
    group: Any,
    *,
    contrast: str = "difference",
    probability: float = 0.5,
    mid_p: bool = False,
    level: float = 0.95,
    alternative: str = "two-sided",
    tied: str = "one",
    frequencies: Any = None,
) -> MedianComparison:
    r"""Difference or ratio of the median times to the event in two groups, with interval and p-value.

    Use it when time itself is what matters to the reader: "how much longer until half of them recur?". It
    assumes neither large samples nor curves of one shape. With few patients, or where a curve hardly passes
    one half, the interval is open; then compare proportions at a time (`compare_at`) or mean times up to a
    horizon (`rmst_difference`), which need less.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, without delayed entry.
    group : column
        One label a row, two labels. The second is compared with the first.
    contrast : {"difference", "ratio"}
        Second minus, or over, first median.
    probability : float
        Another quantile than the median: the time by which this proportion has had the event.
    mid_p : bool
        Mid-p version: shorter, and right on average only.
    level : float
        Confidence level, a proportion.
    alternative : {"two-sided", "greater", "less"}
        What the contrast is said to be, against 0 or 1. One-sided alternatives give a one-sided interval.
    tied : {"one", "all"}
        How many of the events at one time count when the upper limit passes it. "one" is R's rule and gives
        wider intervals where times are rounded; "all" inverts the limits of the curve itself. Without ties
        they agree.
    frequencies : column of whole numbers, optional
        How often each row stands for a patient.

    Returns
    -------
    MedianComparison
        With `estimate`, `low`, `high`, `p_value`, `to_frame` and `by_group`.

    Warns
    -----
    SmallSampleWarning
        When fewer than five are left in a group at its median (or last event) after a censoring.

    Raises
    ------
    DesignError
        For other than two groups.
    DataError, UnsupportedError
        For unusable columns, delayed entry and unknown options.

    Notes
    -----
    The one-sided beta product limits of each median over all levels make a lower and an upper confidence
    distribution on the observed times, :math:`P(L \le t) = P(W^-(t) \le 1/2)` and
    :math:`P(U \le t) = P(W^+(t) \le 1/2)`. The lower limit is the :math:`\alpha/2` quantile of
    :math:`L_2 - U_1`, the upper limit the :math:`1 - \alpha/2` quantile of :math:`U_2 - L_1`, and
    :math:`p = \min\{1, 2 P(L_2 \le U_1), 2 P(U_2 \ge L_1)\}`. What lies before the first observed time counts
    as :math:`-\infty` (0 for the ratio), what lies after the last as :math:`\infty`. Without censoring this
    is R's ``mdiffmedian.test``: limits are differences of order statistics, and with six or fewer a group
    nothing is excluded at 95 %. The extension to censored times inverts the beta product limits, as the
    interval of one median does; they are then matched by moments, an approximation where few are left. Fay,
    Proschan & Brittain 2015 (doi:10.1111/biom.12231).

    Examples
    --------
    Remission under 6-MP and placebo (Freireich et al. 1963): medians of 23 and 8 weeks.

    >>> import hpcstats as hs
    >>> six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> y = hs.Surv.right(placebo + six_mp, [1] * 21 + relapse, unit="weeks")
    >>> medians = hs.compare_medians(y, ["control"] * 21 + ["drug"] * 21)
    >>> medians.to_frame().round(4)
         contrast  probability  estimate  low  high  p_value
    0  difference          0.5      15.0  1.0   inf   0.0421
    >>> medians.by_group()
         group   n  probability  estimate   low  high
    0  control  21          0.5       8.0   4.0  12.0
    1     drug  21          0.5      23.0  11.0   inf
    """
    asked = Asked.of(
        contrast=contrast,
        probability=probability,
        mid_p=mid_p,
        level=level,
        alternative=alternative,
        tied=tied,
    )
    return _compared(TwoCurves.of(response, group, frequencies, "compare_medians"), asked)


def _compared(two: TwoCurves, asked: Asked) -> MedianComparison:
    lower, upper = _distributions(two, asked)
    medians = np.array([_quantile(two, number, asked.probability) for number in (0, 1)])
    one_side = (1 - asked.level) / 2
    group_low = np.array([max(steps.lowest(one_side), 0.0) for steps in lower])
    group_high = np.array([steps.highest(one_side) for steps in upper])
    low, high, p_value = _melded(lower, upper, asked)
    estimate = _contrast(medians, asked.contrast)
    status, reason = status_of(two, medians, low, high, asked)
    return MedianComparison(
        n=two.n,
        n_events=two.n_events,
        method=sentence(two, asked),
        conventions=conventions(asked),
        warnings=fragile(two, medians),
        status=status,
        reason=reason,
        response=two.response,
        groups=two.groups,
        contrast=asked.contrast,
        probability=asked.probability,
        level=asked.level,
        alternative=asked.alternative,
        mid_p=asked.mid_p,
        tied=asked.tied,
        sizes=two.sizes,
        median=medians,
        median_low=group_low,
        median_high=group_high,
        estimate=estimate,
        low=low,
        high=high,
        p_value=p_value,
    )


def _distributions(two: TwoCurves, asked: Asked) -> tuple[list[Steps], list[Steps]]:
    pairs = [lower_and_upper(*two.own(number), asked.probability, asked.tied) for number in (0, 1)]
    if not asked.mid_p:
        return [low for low, _ in pairs], [high for _, high in pairs]
    mixed = [low.mixed_with(high) for low, high in pairs]
    return mixed, mixed


def _melded(lower: list[Steps], upper: list[Steps], asked: Asked) -> tuple[float, float, float]:
    """Return the limits of the contrast and its p-value."""
    ratio = asked.contrast == "ratio"
    if ratio:
        lower, upper = ([steps.on_log_scale() for steps in both] for both in (lower, upper))
    low, high = -np.inf, np.inf
    if asked.alternative != "less":
        low = lowest_difference(lower[1], upper[0], asked.tail)
    if asked.alternative != "greater":
        high = -lowest_difference(lower[0], upper[1], asked.tail)
    greater = chance_of_difference(lower[1], upper[0], 0.0)
    less = chance_of_difference(lower[0], upper[1], 0.0)
    p_value = {"greater": greater, "less": less, "two-sided": 2 * min(greater, less)}[asked.alternative]
    ends = (float(np.exp(low)), float(np.exp(high))) if ratio else (low, high)
    return *ends, min(p_value, 1.0)


def _quantile(two: TwoCurves, number: int, probability: float) -> float:
    times, counts = two.own(number)
    return curve_quantile(times, counts, product_limit(counts)[0], probability)


def _contrast(medians: FloatArray, contrast: str) -> float:
    first, second = medians
    if contrast == "difference":
        return float(second - first)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.divide(second, first))
