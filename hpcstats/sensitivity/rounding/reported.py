"""What was reported of each patient: a time, its limits, event or censoring, and the group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, as_numbers
from hpcstats.core.rounding.compatible_times import Ranges, ranges_of
from hpcstats.errors import DataError, check_option, listing
from hpcstats.groups import Groups, needs_kind, same_rows
from hpcstats.surv import Surv

CLOSED = {
    "right": (False, True, "(lower, upper]"),
    "left": (True, False, "[lower, upper)"),
    "both": (True, True, "[lower, upper]"),
    "neither": (False, False, "(lower, upper)"),
}
_INSTEAD = "Give Surv.right with lower= and upper= (or rounded_to=), or Surv.interval."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reported:
    """Patients with the limits of their times.

    Attributes
    ----------
    response : Surv
        As given; `point` is the same if it has times as reported, else None.
    point : Surv or None
        Times as reported.
    lower, upper : ndarray, shape (n,)
        Limits of each time.
    event : ndarray of bool, shape (n,)
        Whether it is the time of an event.
    closed : str
        Which ends belong to the intervals.
    from_zero : ndarray of bool, shape (n,)
        Where half a unit would reach below 0: the interval then begins with 0, which belongs to it.
    groups : Groups
        Labels and the number of each row's label.
    """

    response: Surv
    point: Surv | None
    lower: FloatArray
    upper: FloatArray
    event: BoolArray
    closed: str
    from_zero: BoolArray
    groups: Groups

    @classmethod
    def of(
        cls, response: Surv, group: Any, *, lower: Any, upper: Any, rounded_to: Any, closed: str
    ) -> Reported:
        """Read and check the limits.

        Raises
        ------
        DataError
            For limits that are missing, in the wrong order, or do not hold the reported time.
        UnsupportedError
            For other responses and delayed entry.
        """
        needs_kind(response, ("right", "interval"), "rounding_bounds", _INSTEAD)
        check_option("closed", closed, CLOSED)
        if response.entry is not None:
            raise DataError(
                "rounding_bounds has no delayed entry: where entry and exit are both rounded, who is at risk "
                "at whose event is not decided by the order of the times. Leave entry out, or use Surv.right."
            )
        if response.kind == "interval":
            low, high = _of_intervals(response, lower, upper, rounded_to)
        else:
            low, high = _limits(response, lower, upper, rounded_to)
            _hold_the_time(response, low, high, closed, _from_zero(low, rounded_to))
        return cls(
            response=response,
            point=response if response.kind == "right" else None,
            lower=low,
            upper=high,
            event=response.event,
            closed=closed,
            from_zero=_from_zero(low, rounded_to),
            groups=Groups.of(group, response),
        )

    @property
    def ranges(self) -> Ranges:
        """All patients on one axis."""
        left, right, _ = CLOSED[self.closed]
        return ranges_of(self.lower, self.upper, self.event, left=self.from_zero | left, right=right)

    def names(self, rows: IntArray) -> list[Any]:
        """Return the identifiers of rows, or their positions."""
        return _names(self.response, rows)

    @property
    def words(self) -> str:
        """How the limits are read."""
        return f"each time, of events and of censorings, in its {CLOSED[self.closed][2]}"


def _of_intervals(response: Surv, lower: Any, upper: Any, rounded_to: Any) -> tuple[FloatArray, FloatArray]:
    if lower is not None or upper is not None or rounded_to is not None:
        raise DataError("Surv.interval holds the limits itself. Leave lower, upper and rounded_to out.")
    assert response.lower is not None
    return response.lower.copy(), np.where(response.event, response.time, response.lower)


def _limits(response: Surv, lower: Any, upper: Any, rounded_to: Any) -> tuple[FloatArray, FloatArray]:
    if rounded_to is not None:
        if lower is not None or upper is not None:
            raise DataError("Give lower and upper, or rounded_to, not both.")
        half = _units(rounded_to, response) / 2
        return np.maximum(response.time - half, 0.0), response.time + half
    if lower is None or upper is None:
        raise DataError(
            "rounding_bounds needs the limits of each time: lower= and upper=, or rounded_to= with the unit "
            "to which times were rounded, such as 1 or a column of 1 and 1/12."
        )
    low, high = as_numbers(lower, "lower"), as_numbers(upper, "upper")
    same_rows(low.size, response, "lower")
    same_rows(high.size, response, "upper")
    high = np.where(np.isnan(high), np.inf, high)
    _refuse(response, ~np.isfinite(low) | (low < 0), "lower must be finite and 0 or more", low)
    _refuse(response, high < low, "upper must not lie below lower", high)
    _refuse(response, response.event & np.isinf(high), "an event needs a finite upper limit", high)
    return low, high


def _units(given: Any, response: Surv) -> FloatArray:
    units = as_numbers([given] * len(response) if np.ndim(given) == 0 else given, "rounded_to")
    same_rows(units.size, response, "rounded_to")
    _refuse(response, ~np.isfinite(units) | (units < 0), "rounded_to must be finite and 0 or more", units)
    return units


def _from_zero(low: FloatArray, rounded_to: Any) -> BoolArray:
    return np.asarray((low == 0) & (rounded_to is not None), dtype=np.bool_)


def _hold_the_time(
    response: Surv, low: FloatArray, high: FloatArray, closed: str, from_zero: BoolArray
) -> None:
    left, right, shown = CLOSED[closed]
    time, exact = response.time, low == high
    inside = (time >= low if left else time > low) & (time <= high if right else time < high)
    inside |= (exact | from_zero) & (time == low)
    outside = np.flatnonzero(~inside)
    if outside.size:
        names = _names(response, outside)
        told = listing(
            f"{name}: {time[row]:g} not in {shown[0]}{low[row]:g}, {high[row]:g}{shown[-1]}"
            for name, row in zip(names, outside, strict=True)
        )
        raise DataError(
            f"A reported time must lie in its limits ({told}). Correct the limits, or say with closed= which "
            "ends belong to them: 'right', 'left', 'both', 'neither'.",
            rows=outside,
        )


def _refuse(response: Surv, wrong: BoolArray, rule: str, values: FloatArray) -> None:
    rows = np.flatnonzero(wrong)
    if rows.size:
        shown = listing(f"{n}: {values[r]:g}" for n, r in zip(_names(response, rows), rows, strict=True))
        raise DataError(f"{rule} ({shown}).", rows=rows)


def _names(response: Surv, rows: IntArray) -> list[Any]:
    return [f"row {row}" for row in rows.tolist()] if response.id is None else list(response.id[rows])
