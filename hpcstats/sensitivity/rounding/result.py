"""The result of `rounding_bounds`: two bounds beside each estimate, and the data that attain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import IntArray
from hpcstats.core.rounding.compatible_times import times_of
from hpcstats.errors import DataError, check_option
from hpcstats.results import Result
from hpcstats.sensitivity.rounding.reported import Reported

if TYPE_CHECKING:
    import pandas as pd

ENDS = ("low", "high")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bound:
    """The smallest or largest value of one quantity, and an order of the patients that attains it.

    Attributes
    ----------
    value : float
        The bound.
    exact : bool
        Whether no compatible data can lie beyond it; else it is the best a search found.
    order : ndarray of int, shape (k,)
        A key for each patient concerned; its place on the axis of ends is ``order // slots``.
    slots : int
        Keys a gap between two ends has.
    late : bool
        Whether the bound is approached at the end of gaps.
    """

    value: float
    exact: bool
    order: IntArray
    slots: int
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounded:
    """One quantity: what names it, its estimate from the reported times, and both bounds."""

    labels: Mapping[str, Any]
    estimate: float
    low: Bound
    high: Bound
    rows: IntArray
    further: Mapping[str, Any]

    @property
    def exact(self) -> bool:
        """Whether both bounds are exact."""
        return self.low.exact and self.high.exact


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RoundingBounds(Result):
    """Smallest and largest values over all data compatible with the limits. Made by `rounding_bounds`.

    Attributes
    ----------
    of : str
        What is bounded: "survival", "quantile", "rmst", "logrank" or "hazard-ratio".
    reported : Reported
        The patients with their limits.
    quantities : tuple of Bounded
        One a row of the frame.
    everywhere : bool
        Of curves: whether there is a row wherever the curve or a bound may step.
    seed : str
        Where the random numbers of a search began; empty without one.
    """

    of: str
    reported: Reported
    quantities: tuple[Bounded, ...]
    everywhere: bool = False
    seed: str = ""

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Rounding bounds ({self.exactness}), n = {self.n}, events = {self.n_events}"

    @property
    def exactness(self) -> str:
        """Tell "exact" where every bound is proved, "search" where at least one was only searched for."""
        return "exact" if all(one.exact for one in self.quantities) else "search"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each quantity: what names it, estimate, low, high, (more), exact.

        Curves have also ``low_after`` and ``high_after``, the bounds from just after the time to just before
        the next row, and ``followed``: whether all compatible data have somebody under observation at that
        time (else some of their curves are drawn out flat).
        """
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    **one.labels,
                    "estimate": one.estimate,
                    "low": one.low.value,
                    "high": one.high.value,
                    **one.further,
                    "exact": one.exact,
                }
                for one in self.quantities
            ]
        )

    def witness(self, end: str = "low", row: int = 0) -> pd.DataFrame:
        """Return compatible data that attain a bound, patient by patient.

        Where the bound lies at an end that does not belong to the intervals, no data attain it; these come
        within a hundredth of the gap to the next end.

        Parameters
        ----------
        end : {"low", "high"}
            Which bound.
        row : int
            Row of the frame.

        Returns
        -------
        pandas.DataFrame
            Columns id, group, event, reported, lower, upper, time.

        Raises
        ------
        DataError
            For a row that is not there.
        """
        import pandas as pd

        check_option("end", end, ENDS)
        if not 0 <= row < len(self.quantities):
            raise DataError(f"There is no row {row}. The frame has {len(self.quantities)} rows, from 0 on.")
        one, given = self.quantities[row], self.reported
        bound = one.low if end == "low" else one.high
        kept = one.rows
        labels = np.array(given.groups.labels, dtype=object)
        point = np.full(kept.size, np.nan) if given.point is None else given.point.time[kept]
        return pd.DataFrame(
            {
                "id": given.names(kept),
                "group": labels[given.groups.codes[kept]],
                "event": given.event[kept],
                "reported": point,
                "lower": given.lower[kept],
                "upper": given.upper[kept],
                "time": times_of(given.ranges.take(kept), bound.order, bound.slots, late=bound.late),
            }
        )

    def patients(self, row: int | None = None) -> tuple[str, ...]:
        """Return the patients behind a row of the frame, or behind all; empty without identifiers."""
        return self.reported.response.patients(
            slice(None) if row is None else np.sort(self.quantities[row].rows)
        )
