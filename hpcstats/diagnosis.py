"""`diagnose`: what these data can and cannot support, as data, before any fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.identifiability import collinear_columns, constant_columns, scale, unseen_directions
from hpcstats.core.partial_likelihood import PartialLikelihood, prepare
from hpcstats.core.recession import Recession, recession
from hpcstats.core.risk_sets import place
from hpcstats.design import Design, build_design, column_of
from hpcstats.errors import DesignError, listing
from hpcstats.groups import Groups, needs_kind
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["ok", "note", "problem"]
FEW_EVENTS = 10.0
"""Events per parameter below which estimates are noticeably biased (Peduzzi et al. 1995)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: what, how grave, in words, and the columns or labels concerned."""

    check: str
    severity: Severity
    detail: str
    concerns: tuple[str, ...] = ()


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
        return f"Diagnosis: n = {self.n}, events = {self.n_events}, {'no problem' if self.ok else 'problems'} found"

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
    findings = [*_events(response), *_risk_sets(response)]
    for column, name in ((group, "group"), (strata, "strata")):
        if column is not None:
            findings.append(_silent_groups(response, Groups.of(column_of(data, column), response, name), name))
    if horizon is not None:
        findings.append(_horizon(response, float(horizon)))
    parameters, cone = 0, None
    terms: tuple[str, ...] = ()
    if data is not None:
        design = build_design(data, formula, response, beside=[strata], missing="drop")
        parameters, terms = len(design.terms), design.terms
        more, cone = _design_findings(response, data, design, strata)
        findings += more
    direction = {} if cone is None else _named_direction(cone, terms)
    return Diagnosis(
        n=len(response),
        n_events=response.n_events,
        method="Checks of the risk sets and of the design matrix; existence of the estimate by linear programming.",
        warnings=tuple(f.detail for f in findings if f.severity == "problem"),
        findings=tuple(findings),
        parameters=parameters,
        events_per_parameter=response.n_events / parameters if parameters else np.nan,
        tied_events=_tied_events(response),
        monotone=() if cone is None else infinite_terms(cone, terms),
        direction=direction,
    )


def design_problems(matrix: FloatArray, terms: tuple[str, ...], events: int) -> list[Finding]:
    """Return what in the design alone makes a model impossible."""
    found = []
    constant = [terms[j] for j in constant_columns(matrix)]
    if constant:
        found.append(_problem("constant", f"{listing(constant)} has one value only", constant))
    for columns in collinear_columns(matrix):
        names = [terms[j] for j in columns]
        found.append(_problem("collinear", f"{' and '.join(names)} determine each other (collinear)", names))
    if len(terms) > events:
        text = f"{len(terms)} terms ({listing(terms)}) but only {events} events"
        found.append(_problem("terms", text, list(terms)))
    return found


def unseen_terms(likelihood: PartialLikelihood, terms: tuple[str, ...]) -> list[Finding]:
    """Return the columns that do not differ among those at risk at any event time."""
    flat = unseen_directions(likelihood)
    names = [term for j, term in enumerate(terms) if np.abs(flat[:, j]).max(initial=0.0) > 1e-6]
    if not names:
        return []
    text = f"{listing(names)} does not vary among those at risk at any event time"
    return [_problem("no contrast", text, names)]


def infinite_terms(cone: Recession, terms: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns whose coefficient goes to infinity."""
    return tuple(term for term, up, down in zip(terms, cone.rises, cone.falls, strict=True) if up or down)


def scaled_likelihood(response: Surv, matrix: FloatArray, layers: IntArray | None) -> PartialLikelihood:
    """Prepare the unweighted likelihood with columns of unit standard deviation."""
    return prepare(
        response.time,
        response.event,
        matrix / scale(matrix),
        np.ones((1, len(response))),
        entry=response.entry,
        strata=layers,
    )


def _design_findings(
    response: Surv, data: Any, design: Design, strata: Any
) -> tuple[list[Finding], Recession | None]:
    kept = response.take(design.rows)
    layers = None if strata is None else Groups.of(column_of(data, strata), response, "strata").codes[design.rows]
    found = []
    if design.dropped.size:
        text = f"{design.dropped.size} of {len(response)} rows miss a value of a covariate"
        found.append(Finding(check="missing values", severity="note", detail=text))
    per = kept.n_events / max(len(design.terms), 1)
    grave: Severity = "note" if per < FEW_EVENTS else "ok"
    found.append(Finding(check="events per parameter", severity=grave, detail=f"{per:.1f} events per parameter"))
    problems = design_problems(design.matrix, design.terms, kept.n_events)
    if problems or not kept.n_events:
        return found + problems, None
    likelihood = scaled_likelihood(kept, design.matrix, layers)
    problems = unseen_terms(likelihood, design.terms)
    if problems:
        return found + problems, None
    cone = recession(likelihood)
    if cone.monotone:
        names = list(infinite_terms(cone, design.terms))
        text = f"monotone likelihood: no finite estimate along {_combination(_named_direction(cone, design.terms))}"
        return [*found, _problem("monotone likelihood", text, names)], cone
    return [*found, Finding(check="monotone likelihood", severity="ok", detail="a finite maximum exists")], cone


def _named_direction(cone: Recession, terms: tuple[str, ...]) -> dict[str, float]:
    largest = np.abs(cone.direction).max(initial=0.0)
    return {t: float(round(g / largest, 10)) for t, g in zip(terms, cone.direction, strict=True) if g != 0}


def _combination(direction: dict[str, float]) -> str:
    """Write a direction in words (of columns in standard deviations)."""
    return " ".join(f"{'+' if g > 0 else '-'}{'' if abs(g) == 1 else f'{abs(g):.3g} '}{t}" for t, g in direction.items())


def _events(response: Surv) -> list[Finding]:
    if response.n_events == 0:
        return [_problem("events", "no events: only the follow-up can be reported", [])]
    tied = _tied_events(response)
    grave: Severity = "note" if tied else "ok"
    return [
        Finding(check="events", severity="ok", detail=f"{response.n_events} events in {len(response)} rows"),
        Finding(check="ties", severity=grave, detail=f"{tied} events share their time with another event"),
    ]


def _tied_events(response: Surv) -> int:
    risk = place(response.time, response.event)
    number = np.bincount(risk.last[response.event], minlength=1)
    return int(number[number > 1].sum())


def _risk_sets(response: Surv) -> list[Finding]:
    if response.entry is None:
        return []
    ends = np.unique(response.time)
    after = [float(t) for t in ends if not ((response.entry <= t) & (response.time > t)).any()]
    gaps = [t for t in after if (response.entry > t).any() or (response.entry == t).any()]
    if not gaps:
        return [Finding(check="empty risk sets", severity="ok", detail="somebody is at risk throughout")]
    where = tuple(f"{t:g}" for t in gaps)
    return [_problem("empty risk sets", f"nobody is under observation just after {listing(where)}", list(where))]


def _silent_groups(response: Surv, groups: Groups, name: str) -> Finding:
    events = np.bincount(groups.codes[response.event], minlength=len(groups.labels))
    silent = [str(label) for label, number in zip(groups.labels, events, strict=True) if number == 0]
    if len(groups.labels) == 1 and name == "group":
        return _problem("group", f"only one {name} ({groups.labels[0]})", [str(groups.labels[0])])
    if silent:
        grave: Severity = "problem" if name == "group" else "note"
        text = f"no events in {name} {listing(silent)}"
        return Finding(check=f"{name} without events", severity=grave, detail=text, concerns=tuple(silent))
    return Finding(check=f"{name} without events", severity="ok", detail=f"every {name} has events")


def _horizon(response: Surv, horizon: float) -> Finding:
    last = float(response.time.max())
    if horizon > last:
        return _problem("horizon", f"{horizon:g} lies beyond the last observation at {last:g} {response.unit}", [])
    left = int((response.time >= horizon).sum())
    return Finding(check="horizon", severity="ok", detail=f"{left} rows reach {horizon:g} {response.unit}")


def _problem(check: str, detail: str, concerns: list[str]) -> Finding:
    return Finding(check=check, severity="problem", detail=detail, concerns=tuple(concerns))


def refuse(findings: Sequence[Finding]) -> None:
    """Raise one `DesignError` for all problems among the findings."""
    problems = [finding.detail for finding in findings if finding.severity == "problem"]
    if problems:
        raise DesignError(f"This model cannot be fitted: {'; '.join(problems)}. Leave out or merge these columns.")
