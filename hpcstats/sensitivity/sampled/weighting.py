"""`sampling_fractions`: what an answer would be if patients had been published with assumed probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.refitting.choice import choose, estimates, shown
from hpcstats.sensitivity.refitting.limits import Limits, level_of, reason_of
from hpcstats.sensitivity.refitting.refits import Refits
from hpcstats.sensitivity.refitting.sample import Sample
from hpcstats.sensitivity.sampled.assumed import Assumed
from hpcstats.sensitivity.sampled.fractions_result import SamplingFractions
from hpcstats.sensitivity.sampled.outcome import with_event
from hpcstats.sensitivity.sampled.weighted import Weighted

ASSUMED = "The fractions are assumed: no data identify them. Only their ratios matter."
BY_OUTCOME = (
    "The labels tell patients with an event from those without: selection by the outcome is undone only if "
    "the fractions are as assumed, and if within each label publication depends on neither time nor "
    "covariates."
)


def sampling_fractions(
    fit: Any,
    by: Any,
    *,
    fractions: Mapping[Any, Any],
    statistic: Any = None,
    data: Any = None,
) -> SamplingFractions:
    r"""Estimates over a range of assumed probabilities with which patients of each kind are published.

    Published patients are a sample drawn with unknown, unequal probabilities: those with a recurrence are
    written up, those without are not. This asks how unequal they must have been to change the answer.

    Parameters
    ----------
    fit : CoxFit, SurvivalCurves, CumulativeHazard, CumulativeIncidence, TruncatedDistribution or Surv
        What is estimated again.
    by : column or name of a column
        What publication is thought to depend on: one label a row, such as those of `outcome_labels`, the era
        of the report, or whether it is a single report or a series. Its order is that of the labels.
    fractions : mapping of label to numbers
        For each label the probabilities that are assumed, above 0 and at most 1. All combinations are
        evaluated.
    statistic : optional
        Of a Cox model "hazard_ratio" (default) or "coefficient"; else as in `bootstrap`.
    data : frame, optional
        Where the name of a column is looked up; a Cox model keeps the table it was fitted to.

    Returns
    -------
    SamplingFractions
        With `to_frame`: the fractions, ratio (of two labels), effective_n, names of the quantity, estimate,
        low, high, change, status, reason; and `turning_points`.

    Raises
    ------
    DataError
        For labels without fractions, numbers that are no probabilities, rows that stand for several
        patients, missing labels, or columns of another length.
    DesignError
        For more than 10,000 combinations, or a patient with rows of several labels.
    UnsupportedError
        For another result, and for the exact likelihood of tied events, which counts patients.

    Notes
    -----
    .. math:: w_i \propto 1 / f_{g(i)}, \qquad \sum_i w_i = n

    (the weights of the fit, where it has some, times this, their total unchanged). With all fractions equal
    the estimate is that of the fit. The scale of the weights matters only to a penalty or a prior, which is
    why the total is kept. Limits take the weights as sampling weights: of Cox models the sandwich variance
    (that for few clusters where the fit has it), of curves the infinitesimal jackknife, for survival on the
    log-log scale. They are used throughout, also at equal fractions, where those of the fit itself may be
    better in small samples; they say nothing of the uncertainty of the fractions. If publication depends on
    the outcome, as it mostly does, the weights are right under the assumed fractions only, and the data
    cannot tell which are true. A kind of patients of whom none is published has no weight: see
    `tipping_point` for the unpublished. Horvitz & Thompson 1952 (doi:10.1080/01621459.1952.10483446);
    Binder 1992 (doi:10.1093/biomet/79.1.139); for publication bias as selection, Copas 1999
    (doi:10.1111/1467-985X.00123).

    Examples
    --------
    Four of eight patients have an event. If one without is published half as often as one with, he stands
    for two.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity.sampled import outcome_labels, sampling_fractions
    >>> y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 1, 0, 1, 0, 0, 1])
    >>> km = hs.kaplan_meier(y)
    >>> assumed = {"with an event": 1, "without an event": [1, 0.5]}
    >>> found = sampling_fractions(
    ...     km, outcome_labels(km), fractions=assumed, statistic=("at", 3)
    ... )
    >>> found.to_frame()[["ratio", "effective_n", "estimate", "change"]].round(4)
       ratio  effective_n  estimate  change
    0    1.0          8.0    0.7292  0.0000
    1    2.0          7.2    0.8148  0.0856
    """
    if statistic is None and isinstance(fit, CoxFit):
        statistic = "hazard_ratio"
    sample, refits = choose(fit, statistic, "same")
    assumed = Assumed.of(sample, by, fractions, data)
    weighted = Weighted.of(fit, sample, refits, assumed.codes)
    weights = weighted.weights(assumed.fractions)
    values = weighted.estimates(weights)
    limits, why = _limits(weighted, weights)
    refused = np.array([bool(limit.refused) for limit in limits])
    found = np.where(values.finite & ~refused[:, None], values.values, np.nan)
    own = estimates(refits.evaluate(sample.weights[None], whole=sample.whole))
    events = with_event(sample.response)
    return SamplingFractions(
        n=sample.n,
        n_events=sample.n_events,
        method=_sentence(fit, refits, assumed),
        conventions=_conventions(refits, assumed, events),
        columns=dict(refits.columns),
        labels=assumed.labels,
        patients_of=_counts(assumed, sample, np.ones_like(events)),
        events_of=_counts(assumed, sample, events),
        fractions=assumed.fractions,
        effective=_effective(weights, sample),
        unweighted=shown(refits, own),
        estimates=shown(refits, found),
        low=np.array([limit.low for limit in limits]),
        high=np.array([limit.high for limit in limits]),
        change=shown(refits, found - own),
        statuses=tuple(
            tuple("ok" if known else "not_estimable" for known in row) for row in np.isfinite(found).tolist()
        ),
        reasons=tuple(
            tuple(reason_of(refits, m) or text for m, text in zip(row, texts, strict=True))
            for row, texts in zip(values.missing.tolist(), why, strict=True)
        ),
        level=level_of(fit),
        response=sample.response,
        weighted=weighted,
    )


def _effective(weights: FloatArray, sample: Sample) -> FloatArray:
    """Return (sum w)^2 / sum w^2 over patients: all rows of one have one weight."""
    ids = sample.response.id
    if sample.response.kind == "counting" and ids is not None:
        first: dict[Any, int] = {}
        for row, id_ in enumerate(ids.tolist()):
            first.setdefault(id_, row)
        weights = weights[:, list(first.values())]
    return np.asarray(weights.sum(axis=1) ** 2 / (weights**2).sum(axis=1), dtype=np.float64)


def _limits(weighted: Weighted, weights: FloatArray) -> tuple[list[Limits], list[tuple[str, ...]]]:
    """Return the limits of each row of weights; those in the same ratios share theirs."""
    known: dict[bytes, tuple[Limits, tuple[str, ...]]] = {}
    found = []
    for row in weights:
        key = np.round(row, 12).tobytes()
        if key not in known:
            known[key] = weighted.limits(row)
        found.append(known[key])
    return [limits for limits, _ in found], [reasons for _, reasons in found]


def _counts(assumed: Assumed, sample: Sample, counted: Any) -> dict[Any, int]:
    """Count patients of each label, rows of one patient once."""
    ids = sample.response.id
    return {
        label: len(set(range(rows.size)) if ids is None else set(ids[rows].tolist()))
        for code, label in enumerate(assumed.labels)
        for rows in [np.flatnonzero((assumed.codes == code) & counted)]
    }


def _sentence(fit: Any, refits: Refits, assumed: Assumed) -> str:
    how = f", each fitted by {refits.words}" if refits.words else ""
    variance = "sandwich" if isinstance(fit, CoxFit) else "infinitesimal jackknife"
    ranges = "; ".join(
        f"{label} {values.min():g}" + ("" if values.min() == values.max() else f" to {values.max():g}")
        for label, values in zip(assumed.labels, assumed.fractions.T, strict=True)
    )
    return (
        f"Inverse-probability weights under assumed publication probabilities ({ranges}){how}; "
        f"{formats.level(level_of(fit))} limits by the {variance} where the estimate has them."
    )


def _conventions(refits: Refits, assumed: Assumed, events: Any) -> tuple[str, ...]:
    change = "ratio to" if refits.logarithmic else "difference from"
    by_outcome = len(assumed.labels) > 1 and all(
        np.unique(events[assumed.codes == code]).size == 1 for code in range(len(assumed.labels))
    )
    return (
        ASSUMED,
        *((BY_OUTCOME,) if by_outcome else ()),
        "Weights are one over the fraction, with the total of the fit's own.",
        f"Change: {change} the estimate of the fit itself.",
    )
