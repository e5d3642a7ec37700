"""Patients rebuilt from a published curve, with all that disagrees with what was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.literature.reconstruct.curve_clicks import Change
from hpcstats.literature.reconstruct.curve_steps import Rebuilt
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReconstructedCurve(Result):
    """Individual patient data that reproduce a published Kaplan-Meier curve. Made by `from_curve`.

    Attributes
    ----------
    response : Surv
        The rebuilt patients; their identifiers say that they are no persons.
    time, published, rebuilt : ndarray, shape (K,)
        The points of the published curve, as used, and the rebuilt curve there.
    at_risk, events, censored : ndarray of int, shape (K,)
        Patients at risk just before each point, with the event at it, censored between it and the next.
    table_time, table_published, table_rebuilt : ndarray
        The numbers at risk of the table, and of the rebuilt patients.
    total_events : int or None
        The published number of events.
    changes : tuple of Change
        Every point that was moved, removed or added.
    """

    response: Surv
    time: FloatArray
    published: FloatArray
    rebuilt: FloatArray
    at_risk: IntArray
    events: IntArray
    censored: IntArray
    table_time: FloatArray
    table_published: IntArray
    table_rebuilt: IntArray
    total_events: int | None
    changes: tuple[Change, ...]

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Rebuilt from a published curve: n = {self.n}, events = {self.n_events}"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each point: time, published, rebuilt, difference, at_risk, events, censored."""
        import pandas as pd

        return pd.DataFrame(
            {
                "time": self.time,
                "published": self.published,
                "rebuilt": self.rebuilt,
                "difference": self.rebuilt - self.published,
                "at_risk": self.at_risk,
                "events": self.events,
                "censored": self.censored,
            }
        )

    def patients_frame(self) -> pd.DataFrame:
        """Return the rebuilt patients: id, time, event."""
        import pandas as pd

        y = self.response
        return pd.DataFrame({"id": y.id, "time": y.time, "event": y.event})

    def risk_table(self) -> pd.DataFrame:
        """Return the numbers at risk: time, published, rebuilt, difference."""
        import pandas as pd

        return pd.DataFrame(
            {
                "time": self.table_time,
                "published": self.table_published,
                "rebuilt": self.table_rebuilt,
                "difference": self.table_rebuilt - self.table_published,
            }
        )

    def errors(self) -> pd.DataFrame:
        """Return how far the rebuilt data are from what was published.

        A row a measure: measure, published, rebuilt, difference. The distances between the curves, at the
        points, stand in ``difference``. A median is the first time at which a curve is at most one half.
        """
        import pandas as pd

        gap = np.abs(self.rebuilt - self.published)
        stated = np.nan if self.total_events is None else self.total_events
        risk = np.abs(self.table_rebuilt - self.table_published).max()
        medians = [_median(self.time, curve) for curve in (self.published, self.rebuilt)]
        rows = [
            ("root_mean_square_distance", np.nan, np.nan, float(np.sqrt(np.mean(gap**2)))),
            ("mean_distance", np.nan, np.nan, float(gap.mean())),
            ("largest_distance", np.nan, np.nan, float(gap.max())),
            ("largest_at_risk_difference", np.nan, np.nan, float(risk)),
            ("events", stated, self.n_events, self.n_events - stated),
            ("median", *medians, medians[1] - medians[0]),
        ]
        return pd.DataFrame(rows, columns=["measure", "published", "rebuilt", "difference"])

    def changes_frame(self) -> pd.DataFrame:
        """Return what was changed before the curve was used: row, time, survival, used, reason."""
        import pandas as pd

        columns = ["row", "time", "survival", "used", "reason"]
        rows = [[getattr(change, name) for name in columns] for change in self.changes]
        return pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})


def response_of(found: Rebuilt, label: str, unit: str) -> Surv:
    """Write the patients: events at the points, censorings midway to the next, the rest at the last point."""
    middle = (found.time[:-1] + found.time[1:]) / 2
    events = np.repeat(found.time, found.events)
    censored = np.repeat(middle, found.censored[:-1])
    left = int(found.at_risk[0]) - events.size - censored.size
    time = np.concatenate([events, censored, np.full(left, found.time[-1])])
    event = np.arange(time.size) < events.size
    order = np.lexsort((~event, time))
    names = [f"{label} {number}" for number in range(1, time.size + 1)]
    return Surv.right(time[order], event[order], id=names, unit=unit)


def _median(time: FloatArray, curve: FloatArray) -> float:
    reached = np.flatnonzero(curve <= 0.5 + 1e-9)
    return float(time[reached[0]]) if reached.size else np.nan
