"""Simultaneous confidence bands: limits that hold for the whole curve over a stated range of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.core.limits.pointwise import TRANSFORMS
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.core.step_function import last_at_or_before
from hpcstats.errors import (
    DataError,
    DesignError,
    SmallSampleWarning,
    UnsupportedError,
    check_option,
    listing,
    warn,
)
from hpcstats.groups import confidence_level
from hpcstats.nonparametric.confidence_band import BANDS, Band, ConfidenceBand

if TYPE_CHECKING:
    from hpcstats.nonparametric.survival_curve import SurvivalCurve
    from hpcstats.nonparametric.survival_curves import SurvivalCurves

CRITICAL = ("exact", "nair-approximation")
_NAIR_LEVEL = 0.7
_NEEDS_EVENTS = ("log-log", "logit", "arcsin")

_FEW = 5
"""Fewer events than this are warned of: simulated 95% bands of 3 patients held in 85%, of 20 in 94%."""

CONVENTIONS = (
    "The band holds at all times of its range at once and on both sides, in each group by itself.",
    "At risk at t: entry < t <= exit; at equal times events precede censorings.",
)


def confidence_band(
    curves: SurvivalCurves, kind: str, transform: str, time_range: Any, level: Any, critical: str
) -> ConfidenceBand:
    """Return the bands that `SurvivalCurves.band` documents."""
    check_option("method", kind, BANDS)
    check_option("transform", transform, TRANSFORMS)
    check_option("critical", critical, CRITICAL)
    wanted = confidence_level(curves.level if level is None else level)
    if critical == "nair-approximation" and (kind != "equal-precision" or wanted < _NAIR_LEVEL):
        raise UnsupportedError(
            "critical='nair-approximation' is a formula for the equal-precision band at levels from "
            f"{_NAIR_LEVEL:g} on. Write critical='exact'."
        )
    ends = _range(time_range)
    bands = tuple(_band(label, curve, kind, transform, ends, wanted, critical) for label, curve in curves)
    few = _few_events(curves)
    if few:
        warn(few, SmallSampleWarning)
    sides = "" if curves.asked.sided == "two-sided" else "two-sided"
    approximate = ", by Nair's approximation" if critical == "nair-approximation" else ""
    ranges = "; ".join(
        f"{'' if len(bands) == 1 else f'{label}: '}{band.time_range[0]:g} to "
        f"{band.time_range[1]:g} {curves.response.unit}, {band.critical_value:.4f}"
        for label, band in zip(curves.labels, bands, strict=True)
    )
    return ConfidenceBand(
        n=curves.n,
        n_events=curves.n_events,
        method=(
            f"Simultaneous {f'{sides} '.lstrip()}{formats.level(wanted)} {BANDS[kind]} band of the "
            "Kaplan-Meier curve on the "
            f"{transform} scale (range and critical value{approximate}: {ranges})."
        ),
        conventions=CONVENTIONS,
        warnings=(*curves.warnings, few) if few else curves.warnings,
        labels=curves.labels,
        bands=bands,
        kind=kind,
        transform=transform,
        level=wanted,
        unit=curves.response.unit,
        sides=sides,
    )


def _few_events(curves: SurvivalCurves) -> str:
    """Say which curves have too few events for a band that rests on large samples."""
    counts = ((label, float(curve.events.sum())) for label, curve in curves)
    few = [
        f"{label}: {number:g} event{'' if number == 1 else 's'}" for label, number in counts if number < _FEW
    ]
    if not few:
        return ""
    return (
        f"Bands rest on large samples; with fewer than {_FEW} events ({listing(few)}) they hold less often "
        "than "
        "their level says. Use the pointwise interval interval='bpcp' at times fixed beforehand."
    )


def _range(time_range: Any) -> tuple[float | None, float | None]:
    """Read a pair of times, either of which may be None."""
    if time_range is None:
        return None, None
    try:
        first, last = (None if end is None else float(end) for end in time_range)
    except (TypeError, ValueError):
        first, last = np.nan, np.nan
    given = [end for end in (first, last) if end is not None]
    if not all(np.isfinite(end) and end >= 0 for end in given) or given != sorted(given):
        raise DataError(
            f"time_range must be two times from 0 on in ascending order, not {time_range!r}. "
            "Write time_range=(1, 5), or None for an end that the data set."
        )
    return first, last


def _band(
    label: Any,
    curve: SurvivalCurve,
    kind: str,
    transform: str,
    ends: tuple[float | None, float | None],
    level: float,
    critical: str,
) -> Band:
    events = curve.time[(curve.events > 0) & (curve.estimate > 0)]
    if not events.size:
        raise DesignError(f"{label}: no event leaves the curve between 0 and 1, so it has no band.")
    first = events[0] if ends[0] is None else ends[0]
    last = events[-1] if ends[1] is None else ends[1]
    early = kind == "equal-precision" or transform in _NEEDS_EVENTS
    _check_range(label, curve, (first, last), events[0], early=early)
    inside = (curve.time > first * (1 + SAME_TIME)) & (curve.time < last * (1 - SAME_TIME))
    end = [last] if last > first * (1 + SAME_TIME) else []
    time = np.concatenate([[first], curve.time[inside], end])
    position = last_at_or_before(curve.time, time)
    estimate = np.where(position >= 0, curve.estimate[position], 1.0)
    greenwood = np.where(position >= 0, curve.greenwood[position], 0.0)
    n = float(curve.counts.exits.sum())
    share = n * greenwood / (1 + n * greenwood)
    value = _critical_value(float(share[0]), float(share[-1]), kind, level, critical)
    if kind == "hall-wellner":
        margin = value * (1 + n * greenwood) / np.sqrt(n)
    else:
        margin = value * np.sqrt(greenwood)
    low, high = TRANSFORMS[transform](estimate, margin)
    return Band(
        time=time,
        estimate=estimate,
        low=low,
        high=high,
        critical_value=value,
        share=(float(share[0]), float(share[-1])),
    )


def _check_range(
    label: Any, curve: SurvivalCurve, ends: tuple[float, float], event: float, *, early: bool
) -> None:
    """Refuse a range over which the band is not defined; `early` bands begin at the first event."""
    first, last = ends
    gone = curve.time[curve.estimate == 0]
    end = float(gone[0]) if gone.size else curve.end
    problem = ""
    if early and first < event * (1 - SAME_TIME):
        problem = f"begins before the first event, at {event:g}"
    elif first <= last < event * (1 - SAME_TIME):
        problem = f"ends before the first event, at {event:g}: nothing varies in it"
    elif gone.size and last >= end * (1 - SAME_TIME):
        problem = f"reaches {end:g}, where the curve is 0"
    elif last > end * (1 + SAME_TIME):
        problem = f"goes beyond the last observation, at {end:g}"
    elif first > last:
        problem = "ends before it begins"
    if problem:
        raise DesignError(
            f"{label}: the range {first:g} to {last:g} of the band {problem}. Write a time_range within "
            "which the curve lies between 0 and 1, or none."
        )


def _critical_value(low: float, high: float, kind: str, level: float, critical: str) -> float:
    # Solvers that nobody waits for who only wants a curve.
    from hpcstats.core.limits import bands as critical_values

    if kind == "hall-wellner":
        return critical_values.hall_wellner(low, high, level)
    if critical == "exact":
        return critical_values.equal_precision(low, high, level)
    return critical_values.equal_precision_nair(low, high, level)
