"""Single patients and single papers: the finding without each of them in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import IntArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.errors import DataError, listing
from hpcstats.numbers import Text
from hpcstats.sensitivity.refitting.sample import Sample
from hpcstats.sensitivity.resampling.leave_out import LeaveOneOut, leave_one_out
from hpcstats.sensitivity.threats.asked import Asked, refuse_unless
from hpcstats.sensitivity.threats.finding import Finding
from hpcstats.sensitivity.threats.subject import Subject
from hpcstats.sensitivity.threats.threat import Other, Threat

_WHAT = {"cox": "Model", "logrank": "Test", "survival": "Estimate"}


def patients(asked: Asked) -> Threat:
    """Leave out each patient in turn."""
    found = asked.ready(LeaveOneOut)
    if found is None:
        asked.options()
    return _examined(asked, found, None, "patient")


def sources(asked: Asked) -> Threat:
    """Leave out each paper in turn."""
    found = asked.ready(LeaveOneOut)
    return _examined(asked, found, asked.given, "paper")


def _examined(asked: Asked, found: LeaveOneOut | None, by: Any, unit: str) -> Threat:
    subject = asked.subject
    analysis = f"{_WHAT[subject.kind]} without each {unit} in turn"
    if found is None:
        others = _refitted(subject, by)
        if subject.kind == "cox":
            found = leave_one_out(subject.fit, by)
    else:
        others = _of_result(asked, found)
        analysis += f" ({found.method.rstrip('.')})"
    return asked.row(
        analysis,
        _result(asked, others, unit),
        others,
        unless=_unless(asked, others, unit),
        found=found,
    )


def _refitted(subject: Subject, by: Any) -> list[Other]:
    """Find again, by the method of the fit, without each unit."""
    codes, labels = _units(subject, by)
    refuse_unless(len(labels) > 1, "there is one only, and nothing is left without it")
    others = []
    for k, label in enumerate(labels):
        gone = np.flatnonzero(codes == k)
        found = subject.without(gone)
        others.append(Other(label=str(label), finding=found, patients=subject.response.patients(gone)))
    return others


def _units(subject: Subject, by: Any) -> tuple[IntArray, tuple[Any, ...]]:
    """Return the number of each row's unit, and the names of the units."""
    sample = Sample.of(subject.response if subject.kind == "logrank" else subject.fit)
    if by is None:
        labels, rows = sample.unit_labels("case"), len(subject.response)
        if len(labels) == rows:
            return np.arange(rows), labels
        by = "id"
    names, codes = sample.codes(by, "sources")
    return codes, names


def _of_result(asked: Asked, found: LeaveOneOut) -> list[Other]:
    """Read a ready-made result, whose limits are Wald's: they are compared with Wald's of everybody."""
    fit: Any = asked.subject.fit
    if asked.subject.kind != "cox" or found.low is None or found.high is None:
        raise DataError(f"{asked.name}: this result has no limits to judge by. Give True or a column.")
    place, k = found.columns["term"].index(asked.subject.term), fit.terms.index(asked.subject.term)
    asked.same(float(found.estimate[place]), asked.subject.finding.estimate)
    margin = normal_quantile(fit.level) * float(fit.std_error[k])
    low, high = np.exp([fit.coef[k] - margin, fit.coef[k] + margin]).tolist()
    wald = Finding(estimate=float(found.estimate[place]), null=1.0, level=fit.level, low=low, high=high)
    refuse_unless(
        wald.side == asked.subject.finding.side,
        "the Wald limits of this result conclude otherwise than the limits of the fit. Give True or a column",
    )
    columns = zip(
        found.left_out, found.estimates[:, place], found.low[:, place], found.high[:, place], strict=True
    )
    known = set(asked.subject.response.patients())
    return [
        Other(
            label=str(label),
            finding=Finding(
                estimate=float(value), null=1.0, level=fit.level, low=float(lower), high=float(upper)
            ),
            patients=(str(label),) if str(label) in known else (),
        )
        for label, value, lower, upper in columns
    ]


def _result(asked: Asked, others: Sequence[Other], unit: str) -> Text:
    size = asked.basis.count("left_out", len(others), f"Each {unit} is left out once.")
    tested = asked.subject.kind == "logrank"
    values = np.array([other.finding.p_value if tested else other.finding.estimate for other in others])
    values = values[~np.isnan(values)]
    refuse_unless(bool(values.size), "nothing can be estimated without any one of them")
    low, high = float(values.min()), float(values.max())
    about = f"without one {unit}"
    if tested:
        smallest = asked.number("smallest", low, formats.p_value(low), f"Smallest p-value {about}.")
        largest = asked.number("largest", high, formats.p_value(high), f"Largest p-value {about}.")
        return Text.of("p ", smallest, " to ", largest, " without one of ", size)
    span = asked.subject.span(asked.basis, low, high, f"estimate {about}")
    return Text.of(span, " without one of ", size)


def _unless(asked: Asked, others: Sequence[Other], unit: str) -> Text:
    judgement = asked.judged(others)
    size = len(judgement.turned)
    how = f"{unit.capitalize()}s without any one of whom the conclusion is another."
    number = asked.number("turning", size, str(size), how)
    if size == 1:
        return Text.of(number, f" {unit} is left out: {judgement.labels[0]}")
    return Text.of("one of ", number, f" {unit}s is left out: {listing(judgement.labels)}")
