"""Missing covariates: imputed at random given what is known, or taken at their extremes."""

from __future__ import annotations

from typing import Any

from hpcstats.columns import as_frame
from hpcstats.errors import DataError
from hpcstats.numbers import Text
from hpcstats.sensitivity.missing import Imputed, MissingBounds, impute, missing_bounds
from hpcstats.sensitivity.missing.bounds_result import SCENARIOS
from hpcstats.sensitivity.missing.imputed import IMPUTED
from hpcstats.sensitivity.threats.asked import Asked, refuse_unless
from hpcstats.sensitivity.threats.finding import Finding
from hpcstats.sensitivity.threats.of_cox import complete
from hpcstats.sensitivity.threats.threat import Other, Threat

_DIVIDED = ("divided as at the smallest ratio", "divided as at the largest ratio")


def imputation(asked: Asked) -> Threat:
    """Read the model of all patients by multiple imputation."""
    found = asked.ready(Imputed)
    if found is None:
        fit, response, table = _everybody(asked)
        auxiliary = asked.options().get("auxiliary", ())
        columns = list(dict.fromkeys([*fit.design.levels, *auxiliary]))
        how = {"ties": fit.ties, "penalty": fit.penalty, "level": fit.level, "seed": asked.seed}
        found = impute(response, table[columns], fit.design.formula, **how | asked.options())
    if asked.subject.term not in found.terms:
        raise DataError(f"imputation has no coefficient {asked.subject.term!r}.")
    frame = found.to_frame()
    rows = frame[(frame["analysis"] == IMPUTED) & (frame["term"] == asked.subject.term)]
    again = _finding(rows.iloc[0], found.level)
    patients = asked.basis.count("n", found.n, "Patients of the completed data.")
    shown = asked.subject.shown(asked.basis.resting_also_on(found.patients()), again, found.method)
    by = "chained equations" if "chained equations" in found.method else "the substantive model"
    return asked.row(
        f"{found.n_imputations} imputations by {by}, outcome among the predictors, Rubin's rules",
        Text.of(shown, ", n = ", patients),
        [Other(label="imputed", finding=again)],
        found=found,
    )


def _everybody(asked: Asked) -> tuple[Any, Any, Any]:
    """Return the fit, and response and table of all rows given."""
    fit: Any = asked.subject.fit
    refuse_unless(asked.subject.kind == "cox", "it has no covariates; give a Cox model")
    response, table = complete(fit)
    return fit, response, as_frame(table)


def bounds(asked: Asked) -> Threat:
    """Read the smallest and the largest hazard ratio over all values of the missing covariate."""
    found = asked.ready(MissingBounds)
    if found is None:
        fit, response, table = _everybody(asked)
        how = {"ties": fit.ties, "penalty": fit.penalty, "level": fit.level, "seed": asked.seed}
        how |= {"interval": fit.interval}
        columns = list(fit.design.levels)
        found = missing_bounds(response, table[columns], fit.design.formula, **how | asked.options())
    if found.term != asked.subject.term:
        raise DataError(f"missing_bounds are those of {found.term}, not of {asked.subject.term}.")
    words = (*(f"all {level}" for level in found.levels), *_DIVIDED)
    others = [
        Other(label=label, finding=_finding(found.rows[name], found.level))
        for name, label in zip(SCENARIOS[1:], words, strict=True)
    ]
    low, high = others[-2].finding.estimate, others[-1].finding.estimate
    basis = asked.basis.resting_also_on(found.patients())
    size = basis.count("missing", found.missing.size, f"Patients whose {found.variable} is missing.")
    how_far = "over all" if found.exact else "searched over the"
    return asked.row(
        f"Smallest and largest hazard ratio {how_far} values of those who miss the covariate",
        Text.of(asked.subject.span(basis, low, high, "hazard ratio"), ", ", size, " unknown"),
        others,
        unless=Text.of("those unknown are ", " or ".join(asked.judged(others).labels)),
        found=found,
    )


def _finding(row: Any, level: float) -> Finding:
    ratio, low, high = (float(row[name]) for name in ("hazard_ratio", "low", "high"))
    return Finding(estimate=ratio, null=1.0, level=level, low=low, high=high)
