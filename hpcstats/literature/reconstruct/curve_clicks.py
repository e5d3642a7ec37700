"""The points read off a printed curve, made into a curve that can be one, with a list of what was changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_numbers
from hpcstats.errors import DataError, listing

SORTED = "moved: points are taken in the order of time"
BEFORE = "removed: before time 0"
OUTSIDE = "moved to the edge of the axis, 0 to 1"
LOWERED = "lowered to the point before: a survival curve does not rise"
SAME = "removed: the lowest of several points at one time is kept"
ADDED_START = "added: every curve begins with 1 at time 0"
ADDED_RISK = "added: a time of the risk table without a point, where the curve goes on flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One point that is not as it was read.

    Attributes
    ----------
    row : int or None
        Position among the points given; None for an added one.
    time, survival : float
        As read (added points: as added).
    used : float
        Survival it stands for now; NaN for a removed point.
    reason : str
        What was done and why.
    """

    row: int | None
    time: float
    survival: float
    used: float
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Clicks:
    """Points of a curve that falls from 1 at time 0, each time once, and what was changed for that."""

    time: FloatArray
    survival: FloatArray
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, time: Any, survival: Any, largest_rise: float) -> Clicks:
        """Read and clean the points.

        Raises
        ------
        DataError
            For missing values, percentages, rises that are no matter of reading, and no point after time 0.
        """
        times, heights = _read(time, survival, largest_rise)
        rows = np.lexsort((-heights, times))
        changes = [
            Change(row=int(row), time=times[row], survival=heights[row], used=heights[row], reason=SORTED)
            for row in _out_of_order(times)
        ]
        changes += [
            Change(row=int(row), time=times[row], survival=heights[row], used=np.nan, reason=BEFORE)
            for row in rows[times[rows] < 0]
        ]
        rows = rows[times[rows] >= 0]
        used = np.minimum.accumulate(np.clip(heights[rows], 0.0, 1.0))
        changes += _moved(rows, times, heights, used, largest_rise)
        last = np.append(np.diff(times[rows]) > 0, True)
        changes += [
            Change(row=int(row), time=times[row], survival=heights[row], used=np.nan, reason=SAME)
            for row in rows[~last]
        ]
        kept, levels = times[rows[last]], used[last]
        if not kept.size or kept[0] > 0 or levels[0] < 1:
            # Deaths at time 0 itself keep their point, just after the beginning.
            kept, levels = np.insert(kept, 0, 0.0), np.insert(levels, 0, 1.0)
            changes.append(Change(row=None, time=0.0, survival=1.0, used=1.0, reason=ADDED_START))
        return cls(kept, levels, tuple(changes))

    def with_points_at(self, times: FloatArray, *, only_where_none: bool) -> Clicks:
        """Add a flat point at each of `times` (`only_where_none`: if no point lies before the next)."""
        inside = np.histogram(self.time, np.append(times, np.inf))[0]
        empty = times[inside == 0] if only_where_none else np.setdiff1d(times, self.time)
        if not empty.size:
            return self
        level = self.survival[np.searchsorted(self.time, empty, side="right") - 1]
        order = np.argsort(np.concatenate([self.time, empty]), kind="stable")
        added = [
            Change(row=None, time=float(t), survival=float(s), used=float(s), reason=ADDED_RISK)
            for t, s in zip(empty, level, strict=True)
        ]
        return Clicks(
            np.concatenate([self.time, empty])[order],
            np.concatenate([self.survival, level])[order],
            (*self.changes, *added),
        )


def _read(time: Any, survival: Any, largest_rise: float) -> tuple[FloatArray, FloatArray]:
    times, heights = as_numbers(time, "time"), as_numbers(survival, "survival")
    if times.size != heights.size:
        raise DataError(f"time has {times.size} values and survival {heights.size}. Give one pair a point.")
    for name, values in (("time", times), ("survival", heights)):
        rows = np.flatnonzero(~np.isfinite(values))
        if rows.size:
            raise DataError(f"{name} is missing or infinite in rows {listing(rows.tolist())}.", rows=rows)
    rows = np.flatnonzero((heights > 1 + largest_rise) | (heights < -largest_rise))
    if rows.size:
        shown = listing(f"row {row}: {heights[row]:g}" for row in rows)
        raise DataError(
            f"survival must be proportions from 0 to 1 ({shown}). Divide percentages by 100.", rows=rows
        )
    if not (times > 0).any():
        raise DataError("A curve needs at least one point after time 0.")
    return times, heights


def _out_of_order(times: FloatArray) -> IntArray:
    """Return the rows that come before the time of a row above them."""
    return np.flatnonzero(times < np.maximum.accumulate(times))


def _moved(
    rows: IntArray, times: FloatArray, heights: FloatArray, used: FloatArray, largest_rise: float
) -> list[Change]:
    """List the points whose height is changed; refuse rises beyond what reading a figure explains."""
    rise = heights[rows] - used
    steep = rows[rise > largest_rise]
    if steep.size:
        shown = listing(f"row {row}: {heights[row]:g} at {times[row]:g}" for row in steep)
        raise DataError(
            f"The curve rises by more than {largest_rise:g} ({shown}). Read these points again (one point "
            "that is too low makes all after it too high), or say how much may be levelled: largest_rise=.",
            rows=steep,
        )
    return [
        Change(
            row=int(row),
            time=float(times[row]),
            survival=float(heights[row]),
            used=float(level),
            reason=OUTSIDE if not 0 <= heights[row] <= 1 else LOWERED,
        )
        for row, level in zip(rows, used, strict=True)
        if heights[row] != level
    ]
