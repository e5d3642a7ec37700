"""The result of a simultaneous confidence band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.results import Result, freeze

if TYPE_CHECKING:
    import pandas as pd

BANDS = {"hall-wellner": "Hall-Wellner", "equal-precision": "equal-precision"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """The band of one curve, on the grid times within its range.

    Attributes
    ----------
    time, estimate, low, high : ndarray, shape (T,)
        The curve and its band from each time until the next.
    critical_value : float
        How far the standardised process may stray.
    share : tuple of float
        a_L and a_U, the beginning and end of the range on the scale of the Brownian bridge.
    """

    time: FloatArray
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    critical_value: float
    share: tuple[float, float]

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def time_range(self) -> tuple[float, float]:
        """First and last time for which the band holds."""
        return float(self.time[0]), float(self.time[-1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ConfidenceBand(Result):
    """Simultaneous confidence bands of Kaplan-Meier curves. Made by `SurvivalCurves.band`.

    Attributes
    ----------
    labels : tuple
        Group labels.
    bands : tuple of Band
        One band a label, in the same order.
    kind : {"hall-wellner", "equal-precision"}
        Which band.
    transform : str
        Scale on which it is symmetric.
    level : float
        Confidence level.
    critical_value : dict
        Critical value of each group.
    time_range : dict
        First and last time for which the band of each group holds.
    sides : str
        "two-sided" where the pointwise limits of the curves are one-sided, otherwise empty.
    """

    labels: tuple[Any, ...]
    bands: tuple[Band, ...]
    kind: str
    transform: str
    level: float
    unit: str
    sides: str = ""

    @property
    def critical_value(self) -> dict[Any, float]:
        """Critical value of each group."""
        return {label: band.critical_value for label, band in zip(self.labels, self.bands, strict=True)}

    @property
    def time_range(self) -> dict[Any, tuple[float, float]]:
        """First and last time for which the band of each group holds."""
        return {label: band.time_range for label, band in zip(self.labels, self.bands, strict=True)}

    def title(self) -> str:
        """Return the heading of the text form."""
        sides = f"{self.sides} ".lstrip().capitalize()
        return (
            f"{sides}{formats.level(self.level)} {BANDS[self.kind]} band, n = {self.n}, "
            f"events = {self.n_events}, "
            f"time in {self.unit}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each grid time within the range; the band holds from there until the next."""
        import pandas as pd

        columns = ("time", "estimate", "low", "high")
        frames = []
        for label, band in zip(self.labels, self.bands, strict=True):
            frame = pd.DataFrame({column: getattr(band, column) for column in columns})
            frame.insert(0, "group", [label] * len(frame))
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)
