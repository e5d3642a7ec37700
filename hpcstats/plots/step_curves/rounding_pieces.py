"""What `rounding_band` draws, as data: pieces of the time axis, and curves with their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.errors import DesignError
from hpcstats.plots.page import palette, style
from hpcstats.plots.step_curves.steps import StepCurve

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.sensitivity.rounding import RoundingBounds


def pieces_of(bounds: RoundingBounds, limit: float | None) -> pd.DataFrame:
    """Cut the time axis where a curve or a bound steps: values from `start` on, up to `end`."""
    import pandas as pd

    if limit is not None and not limit > 0:
        raise DesignError(f"limit={limit!r} leaves no time axis. Give a time after 0.")
    frame = bounds.to_frame()
    end = float(frame["time"].max()) if limit is None else float(limit)
    found = []
    for label, rows in frame.groupby("group", sort=False):
        start = rows["time"].to_numpy(dtype=np.float64)
        values = {"estimate": rows["estimate"], "low": rows["low_after"], "high": rows["high_after"]}
        columns = {name: column.to_numpy(dtype=np.float64) for name, column in values.items()}
        if start[0] > 0:
            start = np.insert(start, 0, 0.0)
            first = np.nan if np.isnan(columns["estimate"]).all() else 1.0
            columns = {
                name: np.insert(column, 0, first if name == "estimate" else 1.0)
                for name, column in columns.items()
            }
        part = pd.DataFrame({"group": label, "start": start, "end": np.append(start[1:], end), **columns})
        part = part[(part["start"] < end) & (part["start"] < part["end"])]
        found.append(part.assign(end=np.minimum(part["end"], end)))
    return pd.concat(found, ignore_index=True)


def last_observations(bounds: RoundingBounds) -> dict[Any, float]:
    """Return where the curve of each group's reported times ends; nothing without reported times."""
    given = bounds.reported
    if given.point is None:
        return {}
    times = given.point.time
    return {
        label: float(times[given.groups.rows(number)].max())
        for number, label in enumerate(given.groups.labels)
    }


def curve_of(pieces: pd.DataFrame, look: palette.SeriesStyle, last: float | None) -> StepCurve:
    """Make the band and the curve, whose one mark is its end."""

    def column(name: str) -> Any:
        values = pieces[name].to_numpy(dtype=np.float64)
        return style.settle(np.append(values, values[-1]))

    time = style.settle(np.append(pieces["start"].to_numpy(), pieces["end"].iloc[-1]))
    values = {name: column(name) for name in ("estimate", "low", "high")}
    marks = np.zeros((2, 0))
    if last is not None:
        end = min(last, float(time[-1]))
        height = values["estimate"][np.searchsorted(time, style.settle(end), side="right") - 1]
        marks = style.settle([[end], [height]])
    return StepCurve(time=time, marks=marks, look=look, **values)
