"""`tipping_point`: what is concluded if those censored, or never published, fail sooner or later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.errors import DataError, check_option, listing
from hpcstats.groups import confidence_level
from hpcstats.randomness import Seed, generator_of
from hpcstats.sensitivity.numeric_options import is_whole
from hpcstats.sensitivity.tipping.curves import CURVES
from hpcstats.sensitivity.tipping.design import Gaps
from hpcstats.sensitivity.tipping.imputation import GroupTest, Pooled, alone, over_the_grid
from hpcstats.sensitivity.tipping.result import TippingPoint
from hpcstats.sensitivity.tipping.words import conventions, sentence, warned
from hpcstats.surv import Surv

_DELTAS = tuple(float(2 ** (k / 2)) for k in range(-6, 7))


def tipping_point(
    response: Surv,
    group: Any,
    *,
    deltas: Any = None,
    test: str = "logrank",
    penalty: str | None = None,
    curve: str = "proportional-hazards",
    pieces: int = 4,
    horizon: float | None = None,
    impute: Any = None,
    unpublished: Mapping[Any, int] | None = None,
    n_imputations: int = 200,
    level: float = 0.95,
    seed: Seed = None,
) -> TippingPoint:
    r"""Conclusions about two groups if patients fail sooner or later once they are lost from sight.

    Every survival analysis takes those censored to go on like those still followed. Published cases are
    censored when the paper is written, often because of the outcome. Here the hazard after the censoring is
    delta times that of the group, for each group another delta, and the comparison is made for each pair: the
    map shows how far from delta = 1 the conclusion turns. Whether that is far is a matter of knowledge, not
    of statistics.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    group : column
        One of two labels a row.
    deltas : sequence, pair of sequences or mapping of label to sequence, optional
        Positive numbers, 1 among them; default 1/8 to 8 in 13 steps for both groups.
    test : {"logrank", "cox"}
        What compares the groups in each completed data set.
    penalty : {None, "firth"}
        Of the Cox model.
    curve : {"proportional-hazards", "beta-product", "kaplan-meier", "piecewise-exponential"}
        What residual times are drawn from: a Cox model of both groups; or each group by itself, by its
        Kaplan-Meier curve (each imputation with hazards drawn anew, so that its uncertainty counts, or as it
        is) or by constant hazards on pieces.
    pieces : int
        Pieces of a piecewise exponential curve, with about equally many events.
    horizon : float, optional
        Nothing is imputed beyond; by default the last follow-up of anybody. Kaplan-Meier curves also end with
        the follow-up of their group.
    impute : column of bool, optional
        Which of those censored are imputed, all by default: leave out whose follow-up ended for a reason
        that has nothing to do with the outcome.
    unpublished : mapping of label to int, optional
        How many patients never published each group is thought to lack; they are imputed from the start.
    n_imputations : int
        Imputations for each pair.
    level : float
        Confidence level; a difference is shown where p < 1 - level.
    seed : int, SeedSequence, Generator or None
        Where the random numbers begin.

    Returns
    -------
    TippingPoint
        With `hazard_ratio`, `p_value`, `conclusions`, `turning_points`, `to_frame`.

    Warns
    -----
    NonIdentifiableWarning
        For a group without events, whose own hazard no delta changes; for a Kaplan-Meier curve that ends at
        0, which takes the last event of few patients for certain; and for a Cox model of groups that were
        never at risk together at an event, whose hazard ratio is not known.

    Raises
    ------
    DesignError
        For other than two groups, no events, nobody to impute, or nobody followed beyond time 0.
    DataError, UnsupportedError
        For unusable columns, deltas and options.

    Notes
    -----
    With S the curve of the group, a patient censored at c is imputed from

    .. math:: P(T > t \mid T > c) = \left(\frac{S(t)}{S(c)}\right)^{\delta},

    and censored where the curve ends (Zhao et al. 2014, doi:10.1080/10543406.2013.860769; Lipkovich, Ratitch
    & O'Kelly 2016, doi:10.1002/pst.1738). By a Cox model (Jackson et al. 2014, doi:10.1002/sim.6274)
    each imputation has a log hazard ratio drawn from its posterior under Jeffreys' prior, whose mode is
    Firth's estimate, and baseline jumps gamma (d) / sum of the risks of those at risk (Sinha, Ibrahim & Chen
    2003, doi:10.1093/biomet/90.3.629). What is imputed then agrees with how it is tested, so that delta = 1
    in both groups comes near the main analysis (the nearer the more events), and a few patients of one group
    are not taken for more than they tell. Hazards of a Kaplan-Meier curve with d events among n at risk are
    beta (d, n - d), of mean d / n (Lo 1993, doi:10.1214/aos/1176349017), so that delta = 1 reproduces the
    curves in expectation; those of a piece with d events in the time R lived there are gamma (d) / R. The
    same random numbers serve every delta, so that the map is smooth; they do not hang on the order of the
    rows.

    Tests are combined by Rubin's rules (1987, doi:10.1002/9780470316696): of the log-rank test observed less
    expected events with the hypergeometric variance, of the Cox model the coefficient with the inverse
    information. What happens as delta goes to 0 or infinity needs no imputation: `best_and_worst_case`.

    Examples
    --------
    Maintenance in acute myelogenous leukaemia (Miller 1997).

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import tipping_point
    >>> weeks = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    >>> weeks += [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    >>> relapse = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0] + [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> y = hs.Surv.right(weeks, relapse, unit="weeks")
    >>> group = ["maintained"] * 11 + ["not"] * 12
    >>> found = tipping_point(y, group, deltas=[0.25, 1, 4], n_imputations=50, seed=1)
    >>> found.hazard_ratio.shape, [round(value, 3) for value in found.main]
    ((3, 3), [2.511, 0.943, 6.684, 0.065])
    """
    chosen = GroupTest.checked(test, penalty)
    check_option("curve", curve, tuple(CURVES))
    gaps = Gaps.of(response, group, impute, unpublished, "tipping_point")
    end, asked = gaps.horizon(horizon), confidence_level(level)
    first, second = _both(deltas, gaps)
    generator, written = generator_of(seed)
    m = _whole(n_imputations, "n_imputations", 2)
    number = _whole(pieces, "pieces", 1)
    hazards = gaps.hazards(curve, number, end, m, generator)
    imputed = gaps.imputed(hazards, (first, second), m, generator)
    found = over_the_grid(gaps, chosen, imputed, asked)
    missing = int((found.failed > 0).sum())
    return TippingPoint(
        n=len(response),
        n_events=response.n_events,
        method=sentence(chosen, curve, gaps, m, written),
        conventions=conventions(gaps, asked),
        warnings=warned(gaps, curve, end),
        status="not_estimable" if missing else "ok",
        reason=f"{missing} pairs of delta with an imputation without an estimate" if missing else "",
        response=response,
        groups=gaps.groups,
        delta_first=first,
        delta_second=second,
        hazard_ratio=np.exp(found.estimate),
        low=np.exp(found.low),
        high=np.exp(found.high),
        p_value=found.p_value,
        std_error=found.std_error,
        df=found.df,
        missing_information=found.missing_information,
        monte_carlo_error=found.monte_carlo_error,
        failed=found.failed,
        main=_numbers(as_observed(gaps, chosen, asked)),
        rows=gaps.rows,
        unpublished=gaps.unpublished,
        level=asked,
        test=test,
        curve=curve,
        horizon=end,
        n_imputations=m,
        seed=written,
    )


def as_observed(gaps: Gaps, test: GroupTest, level: float) -> Pooled:
    """Test the data as they are."""
    time, event, second, entry = gaps.observed()
    return alone(test, time[None], event[None], second, entry, level)


def _numbers(found: Pooled) -> tuple[float, float, float, float]:
    ratio, low, high = (float(np.exp(values[0])) for values in (found.estimate, found.low, found.high))
    return ratio, low, high, float(found.p_value[0])


def _both(deltas: Any, gaps: Gaps) -> tuple[FloatArray, FloatArray]:
    """Read the deltas of both groups."""
    given = _DELTAS if deltas is None else deltas
    labels = gaps.groups.labels
    if isinstance(given, Mapping):
        strangers = [label for label in given if label not in labels]
        if strangers:
            raise DataError(f"deltas names {listing(strangers)}. The groups are {listing(labels)}.")
        pair = [given.get(label, _DELTAS) for label in labels]
    elif isinstance(given, tuple) and len(given) == 2 and all(hasattr(one, "__len__") for one in given):
        pair = list(given)
    else:
        pair = [given, given]
    read = [np.unique(as_numbers(one, "deltas")) for one in pair]
    for values in read:
        if not (np.isfinite(values) & (values > 0)).all() or not (np.abs(values - 1) < 1e-9).any():
            raise DataError(f"deltas must be positive numbers, 1 among them, not {listing(values.tolist())}.")
    return read[0], read[1]


def _whole(value: Any, name: str, least: int) -> int:
    if not is_whole(value, least):
        raise DataError(f"{name} must be a whole number, {least} or more, not {value!r}.")
    return int(value)
