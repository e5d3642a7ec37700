"""`diagnose`: what these data can and cannot support, as data, before any fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import as_numbers
from hpcstats.core.cox.existence import maximum_or_recession
from hpcstats.core.cox.recession import Recession
from hpcstats.covariates import column_of
from hpcstats.design import Design, build_design
from hpcstats.errors import DataError, listing
from hpcstats.findings import (
    FEW_EVENTS,
    Finding,
    Severity,
    combination,
    design_problems,
    event_findings,
    horizon_finding,
    infinite_terms,
    named_direction,
    problem,
    risk_set_findings,
    scaled_likelihood,
    silent_groups,
    tied_events,
    unseen_terms,
)
from hpcstats.groups import Groups, needs_kind
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Diagnosis(Result):
    """What the data can support. Made by `diagnose`.

    Attributes
    ----------
    findings : tuple of Finding
        Everything looked at, in a fixed order.
    parameters : int
        Columns of the design matrix.
    events_per_parameter : float
        NaN without a formula.
    tied_events : int
        Events that share their time with another one.
    monotone : tuple of str
        Covariate columns without a finite maximum-likelihood coefficient.
    direction : dict
        The combination of columns along which the likelihood rises for ever (empty if none).
    """

    findings: tuple[Finding, ...]
    parameters: int
    events_per_parameter: float
    tied_events: int
    monotone: tuple[str, ...]
    direction: dict[str, float]

    @property
    def ok(self) -> bool:
        """Whether no problem was found."""
        return all(finding.severity != "problem" for finding in self.findings)

    def title(self) -> str:
        """Return the heading of the text form."""
        found = "no problem" if self.ok else "problems"
        return f"Diagnosis: n = {self.n}, events = {self.n_events}, {found} found"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each check: check, severity, detail, concerns."""
        import pandas as pd

        return pd.DataFrame(
            [(f.check, f.severity, f.detail, listing(f.concerns)) for f in self.findings],
            columns=["check", "severity", "detail", "concerns"],
        )


def diagnose(
    response: Surv,
    data: Any = None,
    formula: str | Sequence[str] | None = None,
    *,
    group: Any = None,
    strata: Any = None,
    horizon: float | None = None,
) -> Diagnosis:
    """Say what these data can and cannot support, before any model is fitted.

    Parameters
    ----------
    response : Surv
        From `Surv.right` or `Surv.counting`.
    data, formula : optional
        Covariates as `cox` takes them; rows that miss a value are counted and set aside.
    group : column, optional
        Groups to be compared; a name in `data`, or values.
    strata : column, optional
        Strata of the model; a name in `data`, or values.
    horizon : float, optional
        A time at which estimates are wanted.

    Returns
    -------
    Diagnosis
        With `findings`, `ok`, `to_frame`.

    Raises
    ------
    DataError, DesignError
        For columns that do not exist or a formula that cannot be read.

    Notes
    -----
    Whether a maximum-likelihood estimate of the Cox model exists is decided exactly: it does not if some
    combination g of the covariates satisfies g'(x_i - x_j) >= 0 for all events i and all j at risk with
    them, once strictly; found by linear programming.

    Examples
    --------
    No patient of the second group has the event:

    >>> import hpcstats as hs
    >>> y = hs.Surv.right([2, 4, 6, 8, 10, 3, 5, 7, 9, 11], [1] * 5 + [0] * 5)
    >>> found = hs.diagnose(y, {"arm": [0] * 5 + [1] * 5}, "arm")
    >>> found.monotone, found.direction
    (('arm',), {'arm': -1.0})
    """
    needs_kind(response, ("right", "counting"), "diagnose", "It needs Surv.right or Surv.counting.")
    findings = [*event_findings(response), *risk_set_findings(response)]
    for column, name in ((group, "group"), (strata, "strata")):
        if column is not None:
            findings.append(silent_groups(response, Groups.of(column_of(data, column), response, name), name))
    if horizon is not None:
        compared = Groups.of(column_of(data, group), response)
        asked = as_numbers([horizon], "horizon")
        if not (np.isfinite(asked).all() and asked[0] >= 0):
            raise DataError(f"horizon must be one time from 0 on, not {horizon!r}.")
        findings.append(horizon_finding(response, compared, float(asked[0])))
    parameters, cone = 0, None
    terms: tuple[str, ...] = ()
    if data is not None:
        design = build_design(data, formula, response, beside=[strata], missing="drop")
        parameters, terms = len(design.terms), design.terms
        more, cone = _design_findings(response, data, design, strata)
        findings += more
    direction = {} if cone is None else named_direction(cone, terms)
    return Diagnosis(
        n=len(response),
        n_events=response.n_events,
        method="Checks of risk sets and design matrix; existence of the estimate by linear programming.",
        warnings=tuple(f.detail for f in findings if f.severity == "problem"),
        findings=tuple(findings),
        parameters=parameters,
        events_per_parameter=response.n_events / parameters if parameters else np.nan,
        tied_events=tied_events(response),
        monotone=() if cone is None else infinite_terms(cone, terms),
        direction=direction,
    )


def _design_findings(
    response: Surv, data: Any, design: Design, strata: Any
) -> tuple[list[Finding], Recession | None]:
    kept = response.take(design.rows)
    layers = (
        None if strata is None else Groups.of(column_of(data, strata), response, "strata").codes[design.rows]
    )
    found = []
    if design.dropped.size:
        text = f"{design.dropped.size} of {len(response)} rows miss a value of a covariate"
        found.append(Finding(check="missing values", severity="note", detail=text))
    per = kept.n_events / max(len(design.terms), 1)
    grave: Severity = "note" if per < FEW_EVENTS else "ok"
    found.append(
        Finding(check="events per parameter", severity=grave, detail=f"{per:.1f} events per parameter")
    )
    problems = design_problems(design.matrix, design.terms, kept.n_events)
    if problems or not kept.n_events:
        return found + problems, None
    likelihood = scaled_likelihood(kept, design.matrix, layers)
    problems = unseen_terms(likelihood, design.terms)
    if problems:
        return found + problems, None
    _, _, cone = maximum_or_recession(likelihood)
    if cone.monotone:
        names = list(infinite_terms(cone, design.terms))
        along = combination(named_direction(cone, design.terms))
        text = f"monotone likelihood: no finite estimate along {along}; write penalty='firth'"
        return [*found, problem("monotone likelihood", text, names)], cone
    return [
        *found,
        Finding(check="monotone likelihood", severity="ok", detail="a finite maximum exists"),
    ], cone
