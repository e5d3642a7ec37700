"""Curves on their grid of times, by group: what Kaplan-Meier and Nelson-Aalen results share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from hpcstats.columns import FloatArray
from hpcstats.core.risk_sets import Counts
from hpcstats.groups import Groups
from hpcstats.results import Result, freeze
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One estimated curve on its grid of distinct times of event or censoring, arrays of shape (T,)."""

    time: FloatArray
    counts: Counts
    estimate: FloatArray

    def __post_init__(self) -> None:
        freeze(self)
        freeze(self.counts)

    @property
    def at_risk(self) -> FloatArray:
        """Patients at risk at each time."""
        row: FloatArray = self.counts.at_risk[0]
        return row

    @property
    def events(self) -> FloatArray:
        """Patients with the event at each time."""
        row: FloatArray = self.counts.events[0]
        return row

    @property
    def censored(self) -> FloatArray:
        """Patients censored at each time."""
        row: FloatArray = self.counts.censored[0]
        return row

    @property
    def end(self) -> float:
        """End of follow-up: the last observed time."""
        return float(self.time[-1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Curves(Result):
    """Estimated curves, one for each group.

    Attributes
    ----------
    response : Surv
        The data the curves rest on.
    labels : tuple
        Group labels, ("all",) without groups.
    curves : tuple of Curve
        One curve a label, in the same order.
    interval : str
        Name of the interval method.
    level : float
        Confidence level.
    """

    response: Surv
    groups: Groups
    curves: tuple[Curve, ...]
    interval: str
    level: float

    name: ClassVar[str]

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order."""
        return self.groups.labels

    def __iter__(self) -> Iterator[tuple[Any, Curve]]:
        return zip(self.labels, self.curves, strict=True)

    def title(self) -> str:
        """Return the heading of the text form."""
        unit = self.response.unit
        return f"{self.name} estimate, n = {self.n}, events = {self.n_events}, time in {unit}"

    def patients(self, label: Any = None) -> tuple[str, ...]:
        """Return the identifiers behind the curve of `label`, or behind all."""
        rows = slice(None) if label is None else self.groups.rows(self.groups.number(label))
        return self.response.patients(rows)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each distinct time at which somebody has the event or is censored."""
        columns = ("time", "at_risk", "events", "censored", "estimate", "std_error", "low", "high")
        return self.stack({column: getattr(curve, column) for column in columns} for curve in self.curves)

    def stack(self, parts: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
        """Put columns made for each curve below one another, with the group in front."""
        import pandas as pd

        frames = [pd.DataFrame(columns) for columns in parts]
        for label, frame in zip(self.labels, frames, strict=True):
            frame.insert(0, "group", [label] * len(frame))
        return _with_counts(pd.concat(frames, ignore_index=True))


def _with_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """Show whole weighted counts as integers."""
    for name in ("at_risk", "events", "censored"):
        if name in frame and (frame[name] % 1 == 0).all():
            frame[name] = frame[name].astype("int64")
    return frame
