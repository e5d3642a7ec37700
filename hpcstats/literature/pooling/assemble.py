"""Putting a summary on its scale and the studies together into a result."""

from __future__ import annotations

import math

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.meta.effects import (
    binomial_limits,
    from_scale,
    poisson_limits,
    proportion_effects,
    rate_effects,
)
from hpcstats.core.meta.families import Counts
from hpcstats.literature.pooling import words
from hpcstats.literature.pooling.choices import Choices
from hpcstats.literature.pooling.pooled_estimate import PooledEstimate
from hpcstats.literature.pooling.studies import Studies
from hpcstats.literature.pooling.summary import (
    NAN_PAIR,
    Heterogeneity,
    Summary,
    by_inverse_variance,
    by_likelihood,
)
from hpcstats.results import Interval

_EFFECTS = {"proportion": proportion_effects, "rate": rate_effects}
_EXACT = {"proportion": binomial_limits, "rate": poisson_limits}
_FAMILY = {"proportion": "binomial", "rate": "poisson"}


def pool_counts(studies: Studies, quantity: str, unit: str, choices: Choices) -> PooledEstimate:
    """Pool the counts of the studies as asked."""
    x, size = studies.first, studies.second
    own = _EXACT[quantity](x, size, choices.level)
    why = _only_exact(studies, quantity)
    if why:
        return _exact(studies, quantity, unit, choices, own, why)
    y, v, halved = _EFFECTS[quantity](choices.scale, x, size)
    if choices.method == "glmm":
        summary, names = (
            by_likelihood(Counts(x, size, _FAMILY[quantity]), v, choices.limits, choices.level),
            [],
        )
    else:
        summary = by_inverse_variance(y, v, choices.tau2, choices.limits, choices.level)
        names = [label for label, half in zip(studies.labels, halved, strict=True) if half]
    return assembled(studies, quantity, unit, choices, summary, x / size, own, names)


def assembled(
    studies: Studies,
    quantity: str,
    unit: str,
    choices: Choices,
    summary: Summary,
    estimates: FloatArray,
    own: tuple[FloatArray, FloatArray],
    halved: list[str],
) -> PooledEstimate:
    """Transform a summary back and say how it was made."""

    def back(values: tuple[float, ...]) -> list[float]:
        found = np.array(values)
        if choices.scale == "identity":
            return [float(value) for value in found]
        return [float(value) for value in from_scale(choices.scale, found, studies.second)]

    estimate, low, high = back((summary.estimate, *summary.limits))
    lowest, highest = back(summary.prediction)
    counted = quantity != "estimate"
    k = len(studies)
    return PooledEstimate(
        n=int(studies.second.sum()) if quantity == "proportion" else k,
        n_events=int(studies.first.sum()) if counted else 0,
        method=words.sentence(quantity, k, choices),
        conventions=words.conventions(quantity, choices, studies, halved),
        warnings=(*words.few_studies(k), *summary.notes),
        status=summary.status,
        reason=summary.reason,
        quantity=quantity,
        unit=unit,
        studies=studies,
        study_estimate=estimates,
        study_low=own[0],
        study_high=own[1],
        estimate=estimate,
        low=low,
        high=high,
        prediction=Interval(lowest, highest, choices.level, "prediction"),
        scale=choices.scale,
        summary=summary,
        limits=choices.limits,
        pooled_by=choices.method,
        level=choices.level,
    )


def _only_exact(studies: Studies, quantity: str) -> str:
    """Tell why there is nothing to pool but the counts; empty if there is."""
    x, size = studies.first, studies.second
    if len(studies) == 1:
        return "one study: its own exact limits; what differs between studies is not estimable"
    if quantity == "proportion" and size.max() == 1:
        return (
            "every study has one patient: they are pooled as one study, and what differs between them is not "
            "estimable"
        )
    # Without events (or without others) the log-odds of all is infinite and nothing tells the studies apart.
    if not x.any():
        return (
            "no study has an event: the estimate is 0, and the upper limit is exact for the summed counts, "
            "as if the studies were one; what differs between them is not estimable"
        )
    if quantity == "proportion" and np.array_equal(x, size):
        return (
            "in every study all had the event: the estimate is 1, and the lower limit is exact for the "
            "summed counts, as if the studies were one; what differs between them is not estimable"
        )
    return ""


def _exact(
    studies: Studies,
    quantity: str,
    unit: str,
    choices: Choices,
    own: tuple[FloatArray, FloatArray],
    why: str,
) -> PooledEstimate:
    x, size = float(studies.first.sum()), float(studies.second.sum())
    low, high = _EXACT[quantity](np.array([x]), np.array([size]), choices.level)
    with np.errstate(divide="ignore"):
        on_scale = np.log(x / (size - x)) if quantity == "proportion" and x < size else np.inf
    summary = Summary(
        estimate=float(on_scale),
        std_error=math.nan,
        df=math.nan,
        limits=NAN_PAIR,
        prediction=NAN_PAIR,
        weights=studies.second / size,
        heterogeneity=Heterogeneity(),
    )
    k = len(studies)
    return PooledEstimate(
        n=int(size) if quantity == "proportion" else k,
        n_events=int(x),
        method=words.exact_sentence(quantity, k, choices.level),
        conventions=words.exact_conventions(quantity, studies),
        status="boundary",
        reason=why,
        quantity=quantity,
        unit=unit,
        studies=studies,
        study_estimate=studies.first / studies.second,
        study_low=own[0],
        study_high=own[1],
        estimate=x / size,
        low=float(low[0]),
        high=float(high[0]),
        prediction=Interval(*NAN_PAIR, choices.level, "prediction"),
        scale=choices.scale,
        summary=summary,
        limits="exact",
        pooled_by="exact",
        level=choices.level,
    )
