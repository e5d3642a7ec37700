"""Rounding of times: the extremes of the estimate over all times that the reports allow."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.errors import DataError
from hpcstats.numbers import Text
from hpcstats.sensitivity.rounding import RoundingBounds, rounding_bounds
from hpcstats.sensitivity.threats.asked import Asked, refuse_unless
from hpcstats.sensitivity.threats.subject import Subject
from hpcstats.sensitivity.threats.threat import Other, Threat
from hpcstats.surv import Surv

_OF = {"cox": "hazard-ratio", "logrank": "logrank"}


def rounding(asked: Asked) -> Threat:
    """Find again at the data sets with the smallest and the largest estimate of all that are allowed."""
    subject, given = asked.subject, asked.ready(RoundingBounds)
    refuse_unless(subject.kind in _OF, "bounds are looked up with hs.rounding_bounds, curve by curve")
    found = given or _bounds(subject, {"seed": asked.seed} | asked.options("rounded_to"))
    if found.of != _OF[subject.kind]:
        raise DataError(f"rounding has bounds of {found.of}. Give those of {_OF[subject.kind]}.")
    others = [
        Other(label=f"the times are those of the {words} value", finding=_at(subject, found, end))
        for end, words in (("low", "smallest"), ("high", "largest"))
    ]
    shown = [
        subject.shown(asked.basis.below(end), other.finding, f"At the times of the {end} bound.")
        for end, other in zip(("low", "high"), others, strict=True)
    ]
    how = "" if found.exactness == "exact" else " (searched)"
    return asked.row(
        f"The fit at the times with the smallest and the largest value that the limits allow{how}",
        Text.of(shown[0], " to ", shown[1]),
        others,
        found=found,
    )


def _bounds(subject: Subject, options: dict[str, Any]) -> RoundingBounds:
    kind = _OF[subject.kind]
    if subject.groups is not None:
        return rounding_bounds(subject.response, subject.needs_groups(), of=kind, **options)
    fit: Any = subject.fit
    refuse_unless(
        fit.inputs.strata is None and not fit.inputs.offset.any() and not (fit.inputs.weights != 1).any(),
        "the model has strata, an offset or weights",
    )
    matrix, place = fit.design.matrix, fit.terms.index(subject.term)
    data = {f"x{k}": matrix[:, k] for k in range(matrix.shape[1])}
    return rounding_bounds(subject.response, of=(kind, f"x{place}"), data=data, **options)


def _at(subject: Subject, found: RoundingBounds, end: str) -> Any:
    """Find again from times that attain a bound."""
    frame = found.witness(end, 0)
    old = subject.response
    times = frame["time"].to_numpy(dtype=np.float64)
    if times.size != len(old):
        raise DataError("rounding was not made of the rows of the fit.")
    return subject.again(response=Surv.right(times, old.event, id=old.id, unit=old.unit))
