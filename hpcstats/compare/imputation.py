"""The imputation-permutation test: groups that were followed for different lengths of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core import logrank
from hpcstats.core.permutation import imputation as kernel
from hpcstats.errors import DesignError, UnsupportedError, check_option
from hpcstats.groups import ALTERNATIVES, Groups
from hpcstats.surv import Surv

CONVENTIONS = (
    "Event times are drawn from the pooled Kaplan-Meier curve, censoring times from that of each group.",
    "At equal times events precede censorings, also among imputed times.",
    "Imputed times beyond the last observation: whoever is left there is censored at it.",
    "Statistic: observed minus expected over the root of the hypergeometric variance of each data set.",
    "p = (b + 1) / (m + 1): b of m data sets at least as extreme, each with its own imputation.",
)

_TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputationOutcome:
    """Outcome of `imputation_permutation`.

    Attributes
    ----------
    statistic : float
        Standardised log-rank statistic of the data: z for two groups or a trend (positive when the first
        group has more events than expected), chi-squared for more groups; NaN where its variance is 0.
    p_value : float
        Monte-Carlo p-value (b + 1) / (m + 1); NaN where the statistic is.
    exceedances : int
        b, the data sets at least as extreme.
    n_resamples : int
        m, the data sets made.
    std_error : float
        Monte-Carlo standard error of the p-value.
    variant : {"IPT", "IPZ"}
        What was permuted after imputation: event times or groups.
    conventions : tuple of str
        What the numbers follow.
    method : str
        A sentence fit for a Methods section.
    """

    statistic: float
    p_value: float
    exceedances: int
    n_resamples: int
    std_error: float
    variant: str
    conventions: tuple[str, ...]
    method: str


def imputation_permutation(
    response: Surv,
    groups: Groups,
    layers: Groups,
    weigh: logrank.WeightFunction,
    *,
    n_resamples: int,
    generator: np.random.Generator,
    alternative: str = "two-sided",
    variant: str = "IPT",
    trend: FloatArray | None = None,
) -> ImputationOutcome:
    r"""Chance of a log-rank statistic as extreme as the one seen if the groups share one event distribution.

    Use it for small groups that were followed differently: a permutation test takes the pairs (time, event)
    as exchangeable and then mistakes a difference in follow-up for one in prognosis. It needs only the event
    times to be exchangeable, and censoring unrelated to prognosis within each group. It is approximate:
    both distributions are estimated. With equal follow-up the exact permutation test is to be preferred.

    Parameters
    ----------
    response : Surv
        Right-censored, without delayed entry, of n rows.
    groups, layers : Groups
        Groups compared and strata; everything is imputed and permuted within strata.
    weigh : callable
        Weight function of `hpcstats.core.logrank`.
    n_resamples : int
        Data sets made.
    generator : numpy.random.Generator
        Where the random numbers come from.
    alternative : {"two-sided", "greater", "less"}
        "greater" means more events than expected in the first group (or hazard rising with the trend).
    variant : {"IPT", "IPZ"}
        "IPT" imputes all event and censoring times and permutes the event times over the patients, who
        keep group and censoring time; with an imputation for every permutation, as here, this is the test of
        Heinze et al. "IPZ" permutes groups, and imputes what a patient would have shown in the other.
    trend : ndarray of float, optional
        A score for each group.

    Raises
    ------
    UnsupportedError
        With delayed entry, for which imputation has no definition here, and for unknown options.
    DesignError
        For a one-sided test of more than two groups without a trend.

    Notes
    -----
    With F the pooled Kaplan-Meier estimate of the event time T and G_j that of the censoring time C in group
    j, a censored patient (u, 0) of group j draws T from F given T > u, and a patient with the event (u, 1)
    draws C from G_j given C >= u. Under the null hypothesis T does not depend on (j, C), so that any
    other assignment of the T to the pairs (j, C) was as likely; it shows min(T, C) and whether T <= C.
    Wang, Lagakos & Gray 2010 (doi:10.1093/biostatistics/kxq021);
    Heinze, Gnant & Schemper 2003 (doi:10.1111/j.0006-341X.2003.00132.x).

    Examples
    --------
    Without censoring nothing is imputed: five early against five late events, 2 of 252 splits as extreme.

    >>> import numpy as np
    >>> import hpcstats as hs
    >>> from hpcstats.core.logrank import unit
    >>> from hpcstats.groups import ALTERNATIVES, Groups
    >>> y = hs.Surv.right(range(1, 11), [1] * 10)
    >>> groups, layers = Groups.of(["a"] * 5 + ["b"] * 5, y), Groups.of(None, y)
    >>> outcome = imputation_permutation(
    ...     y, groups, layers, unit, n_resamples=9_999, generator=np.random.default_rng(1)
    ... )
    >>> round(2 / 252, 4), abs(outcome.p_value - 2 / 252) < 4 * outcome.std_error
    (0.0079, True)
    """
    check_option("variant", variant, kernel.VARIANTS)
    check_option("alternative", alternative, ALTERNATIVES)
    count = len(groups.labels)
    if response.entry is not None:
        raise UnsupportedError(
            "The imputation-permutation test is not defined for delayed entry. Write method='asymptotic'."
        )
    if alternative != "two-sided" and count > 2 and trend is None:
        raise DesignError(f"alternative={alternative!r} needs two groups or a trend.")
    placed = [
        kernel.layer_of(response.time[rows], response.event[rows], groups.codes[rows], count)
        for rows in (layers.rows(number) for number in range(len(layers.labels)))
    ]
    seen = _statistic(_total(placed, [kernel.observed(layer) for layer in placed], weigh), trend)[0]
    statistics = _resampled(placed, weigh, trend, n_resamples, generator, variant)
    extreme = sum(_at_least(values, float(seen), alternative) for values in statistics)
    return _outcome(float(seen), extreme, n_resamples, variant)


def _outcome(seen: float, extreme: int, n_resamples: int, variant: str) -> ImputationOutcome:
    p_value = float("nan") if np.isnan(seen) else (extreme + 1) / (n_resamples + 1)
    permuted = "event times" if variant == "IPT" else "groups"
    return ImputationOutcome(
        statistic=seen,
        p_value=p_value,
        exceedances=extreme,
        n_resamples=n_resamples,
        std_error=float(np.sqrt(p_value * (1 - p_value) / n_resamples)),
        variant=variant,
        conventions=CONVENTIONS,
        method=(
            f"imputation-permutation test (variant {variant}: imputed times, {permuted} permuted; Wang, "
            f"Lagakos and Gray 2010), {n_resamples:,} resamples"
        ),
    )


def _resampled(
    placed: list[kernel.Layer],
    weigh: logrank.WeightFunction,
    trend: FloatArray | None,
    n_resamples: int,
    generator: np.random.Generator,
    variant: str,
) -> Iterator[FloatArray]:
    make = kernel.VARIANTS[variant]
    length = kernel.chunk_length(placed)
    for start in range(0, n_resamples, length):
        number = min(length, n_resamples - start)
        replicates = [make(layer, number, generator) for layer in placed]
        yield _statistic(_total(placed, replicates, weigh), trend)


def _total(
    placed: list[kernel.Layer], replicates: list[kernel.Replicates], weigh: logrank.WeightFunction
) -> logrank.Scores:
    parts = [kernel.scores(layer, made, weigh) for layer, made in zip(placed, replicates, strict=True)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _statistic(total: logrank.Scores, trend: FloatArray | None) -> FloatArray:
    """Return z (two groups, trend) or chi-squared of every data set, NaN where its variance is 0."""
    difference, variance = total.observed - total.expected, total.variance
    if trend is None and difference.shape[1] > 2:
        value, rank = logrank.quadratic_form(difference, variance)
        return np.where(rank > 0, value, np.nan)
    direction = np.eye(difference.shape[1])[0] if trend is None else (trend - trend.mean()) / np.ptp(trend)
    spread = np.einsum("g,bgh,h->b", direction, variance, direction)
    known = spread > 1e-12 * np.maximum(np.abs(variance).max(axis=(1, 2)), np.finfo(np.float64).tiny)
    root = np.sqrt(np.where(known, spread, 1.0))
    return np.where(known, difference @ direction / root, np.nan)


def _at_least(values: FloatArray, seen: float, alternative: str) -> int:
    """Count the values at least as extreme; a data set without a comparison (variance 0) counts as z = 0."""
    if np.isnan(seen):
        return 0
    told = np.nan_to_num(values, nan=0.0)
    if alternative == "two-sided":
        told, seen = np.abs(told), abs(seen)
    elif alternative == "less":
        told, seen = -told, -seen
    return int(np.count_nonzero(told >= seen - _TIE * max(1.0, abs(seen))))
