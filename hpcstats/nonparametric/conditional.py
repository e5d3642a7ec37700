"""Conditional event-free proportions: what remains for those who have come so far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.nonparametric.refit import refit

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric.survival_curves import SurvivalCurves


def conditional(curves: SurvivalCurves, times: FloatArray, given: FloatArray) -> pd.DataFrame:
    """Return the frame that `SurvivalCurves.conditional` documents."""
    import pandas as pd

    something_later(times, given)
    frames = []
    for start in given:
        frame = _since(curves, float(start)).at(times[times > start])
        frame.insert(1, "given", float(start))
        frames.append(frame)
    stacked = pd.concat(frames, ignore_index=True)
    place = stacked["group"].map({label: number for number, label in enumerate(curves.labels)})
    return stacked.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)


def something_later(times: FloatArray, given: FloatArray) -> None:
    """Refuse to condition on times that no time asked for comes after."""
    late = given[given >= times.max()]
    if late.size:
        raise DataError(
            f"Nothing is asked for after given={listing(f'{start:g}' for start in late)}: the latest of the "
            f"times is {times.max():g}. Ask for a later time, or condition on an earlier one."
        )


def _since(curves: SurvivalCurves, start: float) -> SurvivalCurves:
    """Estimate the curves of those event-free and under observation at `start`, or entering later."""
    response, groups = curves.response, curves.groups
    remain = (response.time > start * (1 + SAME_TIME)) & (curves.weights > 0)
    empty = [label for number, label in enumerate(curves.labels) if not remain[groups.rows(number)].any()]
    if empty:
        until = listing(f"{label}: until {curves.follow_up[label]:g}" for label in empty)
        raise DesignError(
            f"Nobody is under observation after {start:g} {response.unit} ({until}). Condition on an "
            "earlier time; nothing is extrapolated."
        )
    rest = response.take(remain)
    if rest.entry is not None and (rest.entry <= start * (1 + SAME_TIME)).all():
        rest = replace(rest, entry=None)
    return refit(curves, rest, np.flatnonzero(remain))
