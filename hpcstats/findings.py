"""The single checks behind `diagnose` and behind every refusal to fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.identifiability import collinear_columns, constant_columns, scale, unseen_directions
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.core.cox.recession import Recession
from hpcstats.core.risk_sets import count, place
from hpcstats.errors import DesignError, listing
from hpcstats.groups import Groups
from hpcstats.surv import Surv

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


def design_problems(matrix: FloatArray, terms: tuple[str, ...], events: int) -> list[Finding]:
    """Return what in the design alone makes a model impossible."""
    found = []
    constant = [terms[j] for j in constant_columns(matrix)]
    if constant:
        found.append(problem("constant", f"{listing(constant)} has one value only", constant))
    for columns in collinear_columns(matrix):
        names = [terms[j] for j in columns]
        found.append(problem("collinear", f"{listing(names)} determine each other (collinear)", names))
    if len(terms) > events:
        text = f"{len(terms)} terms ({listing(terms)}) but only {events} events"
        found.append(problem("terms", text, list(terms)))
    return found


def unseen_terms(likelihood: PartialLikelihood, terms: tuple[str, ...]) -> list[Finding]:
    """Return the columns that do not differ among those at risk at any event time."""
    flat = unseen_directions(likelihood)
    names = [term for j, term in enumerate(terms) if np.abs(flat[:, j]).max(initial=0.0) > 1e-6]
    if not names:
        return []
    text = f"{listing(names)} does not vary among those at risk at any event time"
    return [problem("no contrast", text, names)]


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


def named_direction(cone: Recession, terms: tuple[str, ...]) -> dict[str, float]:
    """Return the direction with its largest component 1, by column."""
    largest = np.abs(cone.direction).max(initial=0.0)
    return {t: float(round(g / largest, 10)) for t, g in zip(terms, cone.direction, strict=True) if g != 0}


def combination(direction: dict[str, float]) -> str:
    """Write a direction in words (of columns in standard deviations)."""
    return " ".join(
        f"{'+' if g > 0 else '-'}{'' if abs(g) == 1 else f'{abs(g):.3g} '}{t}" for t, g in direction.items()
    )


def event_findings(response: Surv) -> list[Finding]:
    """Look at the events and their ties."""
    if response.n_events == 0:
        return [problem("events", "no events: only the follow-up can be reported", [])]
    tied = tied_events(response)
    grave: Severity = "note" if tied else "ok"
    return [
        Finding(check="events", severity="ok", detail=f"{response.n_events} events in {len(response)} rows"),
        Finding(check="ties", severity=grave, detail=f"{tied} events share their time with another event"),
    ]


def tied_events(response: Surv) -> int:
    """Count the events that share their time with another one."""
    risk = place(response.time, response.event)
    number = np.bincount(risk.last[response.event], minlength=1)
    return int(number[number > 1].sum())


def risk_set_findings(response: Surv) -> list[Finding]:
    """Look for times at which nobody is under observation (delayed entry)."""
    if response.entry is None:
        return []
    risk = place(response.time, response.event, response.entry)
    counts = count(risk, np.ones((1, len(response))))
    later = np.arange(risk.times.size - 1)
    left = counts.at_risk[0] - counts.exits[0]
    gaps = [t for t in risk.times[:-1] if not ((response.entry <= t) & (response.time > t)).any()]
    emptied = [
        risk.times[k]
        for k in later
        if left[k] == 0 and counts.events[0, k] == counts.at_risk[0, k] and risk.times[k] not in gaps
    ]
    found = []
    for times, what in (
        (emptied, "everybody at risk has the event, although others come under observation later, at"),
        (gaps, "nobody is under observation just after"),
    ):
        where = [f"{t:g}" for t in times]
        if where:
            found.append(problem("empty risk sets", f"{what} {listing(where)}", where))
    return found or [Finding(check="empty risk sets", severity="ok", detail="somebody is at risk throughout")]


def silent_groups(response: Surv, groups: Groups, name: str) -> Finding:
    """Look for groups without events."""
    events = np.bincount(groups.codes[response.event], minlength=len(groups.labels))
    silent = [str(label) for label, number in zip(groups.labels, events, strict=True) if number == 0]
    if len(groups.labels) == 1 and name == "group":
        return problem("group", f"only one {name} ({groups.labels[0]})", [str(groups.labels[0])])
    if silent:
        grave: Severity = "problem" if name == "group" else "note"
        text = f"no events in {name} {listing(silent)}"
        return Finding(check=f"{name} without events", severity=grave, detail=text, concerns=tuple(silent))
    return Finding(check=f"{name} without events", severity="ok", detail=f"every {name} has events")


def horizon_finding(response: Surv, groups: Groups, horizon: float) -> Finding:
    """Look whether a horizon lies within the follow-up of every group."""
    ends = {label: float(response.time[groups.rows(k)].max()) for k, label in enumerate(groups.labels)}
    late = [str(label) for label, end in ends.items() if horizon > end]
    if late:
        shown = listing(f"{label}: {ends[label]:g}" for label in groups.labels if horizon > ends[label])
        return problem(
            "horizon", f"{horizon:g} lies beyond the last observation ({shown}) {response.unit}", late
        )
    left = int((response.time >= horizon).sum())
    return Finding(check="horizon", severity="ok", detail=f"{left} rows reach {horizon:g} {response.unit}")


def problem(check: str, detail: str, concerns: list[str]) -> Finding:
    """Build a grave finding."""
    return Finding(check=check, severity="problem", detail=detail, concerns=tuple(concerns))


def refuse(findings: Sequence[Finding]) -> None:
    """Raise one `DesignError` for all problems among the findings."""
    problems = [finding.detail for finding in findings if finding.severity == "problem"]
    if problems:
        raise DesignError(
            f"This model cannot be fitted: {'; '.join(problems)}. Leave out or merge these columns."
        )
