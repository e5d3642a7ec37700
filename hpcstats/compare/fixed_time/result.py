"""The result of a comparison of two groups at fixed times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.fixed_time.contrasts import CONTRASTS
from hpcstats.compare.two_curves import limits_and_p
from hpcstats.errors import DataError
from hpcstats.groups import Groups
from hpcstats.results import Interval, Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FixedTimeComparison(Result):
    """Event-free proportions of two groups at given times, and what differs between them.

    Made by `compare_at`. The second label is compared with the first. Arrays have an entry a time.

    Attributes
    ----------
    contrast : str
        Name of the contrast.
    time : ndarray, shape (times,)
        The times asked for.
    estimate, low, high, p_value : ndarray, shape (times,)
        The contrast, its limits and the p-value of equal proportions.
    survival, group_low, group_high : ndarray, shape (2, times)
        Event-free proportion of each group with its own beta product limits, two-sided at the level.
    at_risk : ndarray, shape (2, times)
        Patients at risk at each time.
    inference : {"melded", "asymptotic"}
        The method used.
    labels : tuple
        Group labels in order.
    """

    response: Surv
    groups: Groups
    contrast: str
    level: float
    alternative: str
    inference: str
    mid_p: bool
    scale: str
    variance: str
    time: FloatArray
    sizes: IntArray
    at_risk: IntArray
    survival: FloatArray
    group_low: FloatArray
    group_high: FloatArray
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray

    summary_fields = (
        *Result.summary_fields,
        "contrast",
        "level",
        "alternative",
        "inference",
        "mid_p",
        "scale",
        "variance",
    )

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order: the second is compared with the first."""
        return self.groups.labels

    def title(self) -> str:
        """Return the heading of the text form."""
        contrast, (first, second) = CONTRASTS[self.contrast], self.labels
        what = f"{contrast.words}, {second} {contrast.comparison()} {first}"
        what = f"{what[0].upper()}{what[1:]}"
        if self.time.size > 1:
            sides = "" if self.alternative == "two-sided" else f", one-sided ({self.alternative})"
            return f"{what}, at {self.time.size} times{sides}"
        found = (float(values[0]) for values in (self.low, self.high, self.p_value))
        return (
            f"{what}, at {self.time[0]:g} {self.response.unit}: {self.estimate[0]:.4g} "
            f"{limits_and_p(self.level, self.alternative, *found)}"
        )

    def patients(self, label: Any = None) -> tuple[str, ...]:
        """Return the identifiers behind the group of `label`, or behind both."""
        rows = slice(None) if label is None else self.groups.rows(self.groups.number(label))
        return self.response.patients(rows)

    def interval(self, time: float | None = None) -> Interval:
        """Return the confidence interval of the contrast at one of the times, or at the only one."""
        places = np.flatnonzero(self.time == time) if time is not None else np.arange(self.time.size)
        if places.size != 1:
            shown = ", ".join(f"{t:g}" for t in self.time)
            raise DataError(f"Name one of the times {shown}, not {time!r}.")
        place = int(places[0])
        return Interval(float(self.low[place]), float(self.high[place]), self.level, self.inference)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each time: time, estimate, low, high, p_value."""
        import pandas as pd

        columns = ("time", "estimate", "low", "high", "p_value")
        return pd.DataFrame({name: getattr(self, name) for name in columns})

    def by_group(self) -> pd.DataFrame:
        """Return a row for each group and time: group, time, n, at_risk, estimate, low, high."""
        import pandas as pd

        times = self.time.size
        return pd.DataFrame(
            {
                "group": [label for label in self.labels for _ in range(times)],
                "time": np.tile(self.time, 2),
                "n": np.repeat(self.sizes, times),
                "at_risk": self.at_risk.ravel(),
                "estimate": self.survival.ravel(),
                "low": self.group_low.ravel(),
                "high": self.group_high.ravel(),
            }
        )
