"""`compare_at`: how two groups differ in the proportion free of the event at a given time."""

from __future__ import annotations

from typing import Any

from hpcstats.compare.fixed_time.design import Asked, Reading
from hpcstats.compare.fixed_time.methods import Inference, asymptotic, group_limits, melded
from hpcstats.compare.fixed_time.result import FixedTimeComparison
from hpcstats.compare.fixed_time.words import conventions, fragile, sentence, status_of
from hpcstats.compare.two_curves import TwoCurves


def compare_at(
    response: Any,
    group: Any,
    time: Any,
    *,
    contrast: str = "difference",
    method: str = "melded",
    mid_p: bool = False,
    level: float = 0.95,
    alternative: str = "two-sided",
    scale: str | None = None,
    variance: str = "unpooled",
    beyond: str = "refuse",
    frequencies: Any = None,
) -> FixedTimeComparison:
    r"""Contrast of the event-free proportions S(t) of two groups at a time, with interval and p-value.

    Use it when the question is about one time fixed in advance: "who is free of recurrence at five years?".
    The melded interval is made for small samples and needs no proportional hazards. With censoring before the
    time it is approximate where few are left, and warns. A time chosen after looking at the curves makes
    every p-value too small. To compare whole curves use `logrank`, for mean time up to a horizon
    `rmst_difference`.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, without delayed entry.
    group : column
        One label a row, two labels. The second is compared with the first.
    time : number or column of numbers
        Times from 0 on, in the unit of the response. Several times give a row each; their p-values are not
        corrected for being several.
    contrast : {"difference", "ratio", "event-ratio", "odds-ratio", "cumulative-hazard-ratio"}
        S2 - S1 · S2 / S1 · (1 - S2) / (1 - S1) · odds of S2 over odds of S1 · log S2 / log S1.
    method : {"melded", "asymptotic"}
        Beta product confidence distributions melded, or a normal approximation with Greenwood's variance.
    mid_p : bool
        Mid-p version of "melded": shorter, and right on average only.
    level : float
        Confidence level, a proportion.
    alternative : {"two-sided", "greater", "less"}
        What the contrast is said to be, against its value for equal groups. One-sided alternatives give a
        one-sided interval.
    scale : {"plain", "log", "log-event", "logit", "log-log", "arcsin"}, optional
        Scale h of the asymptotic test of h(S1) = h(S2); by default that of the contrast. Limits exist only
        on that of the contrast.
    variance : {"unpooled", "pooled"}
        Variance of the asymptotic test: of the two curves, or of the curve of both groups together.
    beyond : {"refuse", "limits"}
        For a time after the last observation of a group whose curve has not reached 0: an error, or the
        limits that still hold there, with the estimate NaN.
    frequencies : column of whole numbers, optional
        How often each row stands for a patient.

    Returns
    -------
    FixedTimeComparison
        With `estimate`, `low`, `high`, `p_value` (an entry a time), `to_frame` and `by_group`.

    Warns
    -----
    SmallSampleWarning
        When fewer than five are left in a group: "melded" after a censoring, "asymptotic" always.

    Raises
    ------
    DesignError
        For other than two groups, and for a time after the last observation of a group.
    DataError, UnsupportedError
        For unusable columns, delayed entry, unknown options and options of the other method.

    Notes
    -----
    With independent :math:`W^-_g, W^+_g` of the beta product procedure and :math:`h` the contrast's scale,
    the lower limit is the :math:`\alpha/2` quantile of :math:`h(W^-_2) - h(W^+_1)`, the upper limit the
    :math:`1 - \alpha/2` quantile of :math:`h(W^+_2) - h(W^-_1)`, and

    .. math:: p = \min\{1,\ 2 P(W^-_2 \le W^+_1),\ 2 P(W^-_1 \le W^+_2)\},

    the same for all contrasts. With censoring before t, W are betas with the moments of products of betas, an
    approximation. All are integrals taken numerically (error about 1e-9), nothing is drawn at random. Without
    censoring before t the one-sided p-values are those of Fisher's exact test. Fay, Proschan & Brittain 2015
    (doi:10.1111/biom.12231). Asymptotic: Klein, Logan, Harhoff & Andersen 2007 (doi:10.1002/sim.2864). R's
    ``bpcp2samp`` has the event ratio as first over second group, and stops its search for a limit at about
    1e-4.

    Examples
    --------
    Remission at 20 weeks under 6-MP and placebo (Freireich et al. 1963): .095 against .627.

    >>> import hpcstats as hs
    >>> six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> y = hs.Surv.right(six_mp + placebo, relapse + [1] * 21, unit="weeks")
    >>> drug = ["6-MP"] * 21 + ["placebo"] * 21
    >>> hs.compare_at(y, drug, 20).to_frame().round(6)
       time  estimate       low      high   p_value
    0  20.0 -0.532213 -0.775098 -0.148723  0.003142
    >>> hs.compare_at(y, drug, 20, contrast="odds-ratio").to_frame().round(4)
       time  estimate    low    high  p_value
    0  20.0    0.0625  0.005  0.4847   0.0031
    """
    asked = Asked.of(
        contrast=contrast,
        method=method,
        mid_p=mid_p,
        level=level,
        alternative=alternative,
        scale=scale,
        variance=variance,
        beyond=beyond,
    )
    two = TwoCurves.of(response, group, frequencies, "compare_at")
    return _compared(Reading.of(two, time, asked.beyond), asked)


def _compared(reading: Reading, asked: Asked) -> FixedTimeComparison:
    two, parts, s = reading.two, asked.parts, reading.survival
    inference = _inference(reading, asked)
    low, high = parts.limits(inference.low, inference.high)
    estimate = parts.value(parts.scale.distance(s[0], s[1]))
    group_low, group_high = group_limits(two.counts, reading.position + 1, asked.level, mid_p=asked.mid_p)
    status, reason = status_of(reading, asked, estimate, inference.p_value, low)
    return FixedTimeComparison(
        n=two.n,
        n_events=two.n_events,
        method=sentence(reading, asked),
        conventions=conventions(reading, asked),
        warnings=fragile(reading, asked),
        status=status,
        reason=reason,
        response=two.response,
        groups=two.groups,
        contrast=asked.contrast,
        level=asked.level,
        alternative=asked.alternative,
        inference=asked.method,
        mid_p=asked.mid_p,
        scale=asked.scale,
        variance=asked.variance if asked.method == "asymptotic" else "",
        time=reading.time,
        sizes=two.sizes,
        at_risk=reading.at_risk,
        survival=s,
        group_low=group_low,
        group_high=group_high,
        estimate=estimate,
        low=low,
        high=high,
        p_value=inference.p_value,
    )


def _inference(reading: Reading, asked: Asked) -> Inference:
    counts, position, common = (
        reading.two.counts,
        reading.position,
        (asked.parts, asked.level, asked.alternative),
    )
    if asked.method == "melded":
        return melded(counts, position + 1, *common, mid_p=asked.mid_p)
    return asymptotic(counts, position, *common, scale_name=asked.scale, pooled=asked.variance == "pooled")
