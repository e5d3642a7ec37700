"""A log-rank test, or curves at a time, as what is examined."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hpcstats.columns import IntArray
from hpcstats.compare import LogrankResult, compare_at, logrank
from hpcstats.errors import DataError, DesignError
from hpcstats.nonparametric import SurvivalCurves
from hpcstats.nonparametric.refit import refit
from hpcstats.sensitivity.threats.finding import Finding
from hpcstats.sensitivity.threats.subject import Subject
from hpcstats.surv import Surv

_SAME = 1e-9


def of_test(test: LogrankResult, level: float) -> Subject:
    """Examine a log-rank test of two groups."""
    if len(test.labels) != 2 or test.alternative != "two-sided":
        raise DesignError("report examines two-sided log-rank tests of two groups. Choose two of the groups.")
    group = _column(test)

    def again(response: Surv, rows: IntArray, method: str | None = None, **options: Any) -> Finding:
        how: dict[str, Any] = {"definition": test.definition, "mid_p": test.mid_p}
        if test.p_value_method in ("monte-carlo", "imputation-permutation"):
            how |= {"n_resamples": test.n_resamples, "seed": 1}
        found = logrank(
            response.take(rows), group[rows], method=method or test.p_value_method, **{**how, **options}
        )
        return _of(found, level)

    plain = logrank(test.response, group, method="asymptotic")
    if not (math.isnan(test.z) or math.isclose(plain.z, test.z, rel_tol=_SAME, abs_tol=_SAME)):
        raise DesignError(
            "The test has weights, strata, frequencies or another variance, which its result does not keep. "
            "Report the plain log-rank test, or a stratified Cox model."
        )
    first, second = test.labels
    return Subject(
        fit=test,
        kind="logrank",
        label=f"Log-rank test, observed less expected events of {second} against {first}",
        finding=_of(test, level),
        response=test.response,
        refit=again,
        groups=group,
    )


def _of(test: LogrankResult, level: float) -> Finding:
    difference = float(test.observed[1] - test.expected[1])
    return Finding(estimate=difference, null=0.0, level=level, p_value=float(test.p_value))


def _column(result: Any) -> Any:
    import pandas as pd

    labels = pd.Index(result.labels, dtype=object)
    return pd.Categorical.from_codes(result.groups.codes, categories=labels)


def of_curves(curves: SurvivalCurves, time: Any, null: float | None) -> Subject:
    """Examine who is free of the event at a time: two groups by their difference, one by itself."""
    if isinstance(time, bool) or not isinstance(time, (int, float, np.number)):
        raise DataError("Curves are examined at one time. Write time=5, within the follow-up.")
    if (curves.weights != 1).any():
        raise DesignError("Curves with weights are not examined. Give curves without, or a Cox model.")
    if len(curves.labels) == 1:
        return _one_curve(curves, float(time), null)
    if len(curves.labels) > 2:
        raise DesignError("report compares two curves. Choose two of the groups.")
    return _two_curves(curves, float(time))


def _two_curves(curves: SurvivalCurves, time: float) -> Subject:
    group = _column(curves)
    (first, second), level = curves.labels, curves.level

    def again(response: Surv, rows: IntArray, contrast: str = "difference") -> Finding:
        found = compare_at(response.take(rows), group[rows], time, level=level, contrast=contrast)
        estimate, low, high = (float(values[0]) for values in (found.estimate, found.low, found.high))
        null = 0.0 if contrast == "difference" else 1.0
        return Finding(estimate=estimate, null=null, level=level, low=low, high=high)

    return Subject(
        fit=curves,
        kind="survival",
        label=f"Difference free of the event at {time:g} {curves.response.unit}, {second} less {first}",
        finding=again(curves.response, np.arange(len(curves.response))),
        response=curves.response,
        refit=again,
        groups=group,
        time=time,
    )


def _one_curve(curves: SurvivalCurves, time: float, null: float | None) -> Subject:
    if null is None or not 0 < null < 1:
        raise DataError("One curve concludes nothing by itself. Write null=0.5: is the proportion above it?")
    if curves.asked.sided != "two-sided":
        raise DesignError("Curves with one-sided limits are not examined. Leave out sided=.")

    def again(response: Surv, rows: IntArray) -> Finding:
        [found] = refit(curves, response.take(rows), rows).at(time).to_dict(orient="records")
        estimate, low, high = (float(found[name]) for name in ("estimate", "low", "high"))
        return Finding(estimate=estimate, null=null, level=curves.level, low=low, high=high)

    return Subject(
        fit=curves,
        kind="survival",
        label=f"Proportion free of the event at {time:g} {curves.response.unit}, against {null:g}",
        finding=again(curves.response, np.arange(len(curves.response))),
        response=curves.response,
        refit=again,
        why_no_groups="there is one group only",
        time=time,
    )
