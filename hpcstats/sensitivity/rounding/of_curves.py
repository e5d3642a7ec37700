"""Bounds of curves, quantiles and restricted means, group by group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.rounding import curve as rounding_curve
from hpcstats.core.rounding import mean as rounding_mean
from hpcstats.core.rounding import quantile as rounding_quantile
from hpcstats.core.rounding.compatible_times import Ranges
from hpcstats.core.rounding.mean import Direction
from hpcstats.core.rounding.order_search import SLOTS, candidates, search
from hpcstats.errors import DesignError
from hpcstats.nonparametric.survival import kaplan_meier
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.sensitivity.rounding.reported import Reported
from hpcstats.sensitivity.rounding.result import Bound, Bounded
from hpcstats.sensitivity.rounding.work import Work

Rows = Iterator[Bounded]


def survival(given: Reported, times: FloatArray | None) -> Rows:
    """Bound the curve at given times, or wherever it or a bound may step."""
    for label, rows, ranges, km in _groups(given):
        asked = _steps(given, rows) if times is None else times
        places = np.array([ranges.place_of(float(time)) for time in asked], dtype=np.int64)
        after = np.where(places < 0, -1, places | 1)
        every = np.arange(ranges.places)
        low, high = (np.append(values, 1.0) for values in rounding_curve.bounds(ranges, every))
        estimate = np.full(asked.size, np.nan) if km is None else km.at(asked, "limits")["estimate"]
        for k, time in enumerate(asked.tolist()):
            at = np.array([max(int(places[k]), 0)])
            yield Bounded(
                labels={"group": label, "time": time},
                estimate=float(estimate[k]),
                low=_exact(float(low[places[k]]), rounding_curve.lowest(ranges, at)[0]),
                high=_exact(float(high[places[k]]), rounding_curve.highest(ranges, at)[0]),
                rows=rows,
                further={
                    "low_after": float(low[after[k]]),
                    "high_after": float(high[after[k]]),
                    "followed": _followed(ranges, time),
                },
            )


def quantile(given: Reported, probabilities: FloatArray) -> Rows:
    """Bound the times by which given proportions have had the event."""
    for label, rows, ranges, km in _groups(given):
        for probability in probabilities.tolist():
            (low, early), (high, late) = rounding_quantile.quantile_bounds(ranges, probability)
            known = None if km is None else km.quantile(probability)["estimate"]
            yield Bounded(
                labels={"group": label, "probability": probability},
                estimate=np.nan if known is None else float(known.iloc[0]),
                low=_exact(low, early),
                high=_exact(high, late, late=True),
                rows=rows,
                further={},
            )


def restricted_mean(given: Reported, horizon: float, work: Work) -> Rows:
    """Bound the mean time without the event up to a horizon."""
    for label, rows, ranges, km in _groups(given):
        if not _followed(ranges, horizon):
            raise DesignError(
                f"Not all compatible data are followed up to {horizon:g} {given.response.unit} "
                f"(group {label}: {ranges.infimum(int(ranges.first.max())):g}). Ask for an earlier horizon; "
                "nothing is extrapolated."
            )
        low, high = (_mean(ranges, horizon, work, smallest=smallest) for smallest in (True, False))
        yield Bounded(
            labels={"group": label, "horizon": horizon},
            estimate=np.nan if km is None else float(km.rmst(horizon)["estimate"].iloc[0]),
            low=low,
            high=high,
            rows=rows,
            further={},
        )


def _mean(ranges: Ranges, horizon: float, work: Work, *, smallest: bool) -> Bound:
    found = rounding_mean.mean_bound(ranges, horizon, smallest=smallest, limit=work.choices)
    if found is not None:
        return Bound(value=found[0], exact=True, order=found[1], slots=rounding_mean.SLOTS, late=not smallest)
    direction = Direction(ranges, smallest)
    keys = candidates(ranges)

    def area(orders: IntArray) -> FloatArray:
        return rounding_mean.areas(direction, orders, SLOTS, horizon)

    ends = [np.array([own[at] for own in keys]) for at in (0, -1)]
    value, order = search(area, keys, work.starts(keys, ends), -1.0 if smallest else 1.0)
    return Bound(value=value, exact=False, order=order, slots=SLOTS, late=not smallest)


def _exact(value: float, order: IntArray, *, late: bool = False) -> Bound:
    return Bound(value=value, exact=True, order=order, slots=rounding_curve.SLOTS, late=late)


def _groups(given: Reported) -> Iterator[tuple[Any, IntArray, Ranges, SurvivalCurves | None]]:
    """Give each group: its label, rows, limits, and the curve of its reported times."""
    ranges = given.ranges
    for number, label in enumerate(given.groups.labels):
        rows = given.groups.rows(number)
        # Pointwise limits are not asked for: the cheapest will do.
        km = None if given.point is None else kaplan_meier(given.point.take(rows), interval="plain")
        yield label, rows, ranges.take(rows), km


def _steps(given: Reported, rows: IntArray) -> FloatArray:
    """Return the times at which the curve or a bound of some patients may step."""
    times = [given.lower[rows], given.upper[rows]]
    if given.point is not None:
        times.append(given.point.time[rows])
    together = np.unique(np.concatenate(times))
    return np.asarray(together[np.isfinite(together)], dtype=np.float64)


def _followed(ranges: Ranges, time: float) -> bool:
    """Tell whether at a time all compatible data have somebody under observation, or a curve at 0."""
    if time <= ranges.infimum(int(ranges.first.max())):
        return True
    censored = ranges.last[~ranges.event].max(initial=-1)
    return bool(ranges.event.any() and ranges.first[ranges.event].max() > censored)
