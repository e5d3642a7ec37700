"""`CompatibleDataSets`: every data set that a published summary allows, and what holds over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.core.summaries.walk import numbers_at_pair, numbers_at_places
from hpcstats.errors import DataError, DesignError
from hpcstats.literature.reconstruct.constraints import Constraint
from hpcstats.literature.reconstruct.summary_band import CompatibleBand, quantile_curves, share_above
from hpcstats.literature.reconstruct.summary_estimate import (
    CompatibleEstimate,
    estimates_of,
    merged,
    quantiles,
)
from hpcstats.literature.reconstruct.summary_rows import Rows
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

_MOST_HELD = 40_000_000


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class CompatibleDataSets(Result):
    """All data sets on a grid that agree with a published summary. Made by `from_summary`.

    A data set is a multiset of n values: who has which value is not told apart, and each multiset counts
    once. The count, the band, the median and the values at each place are exact whenever the spread needs no
    separate check, also where the data sets themselves are only sampled.

    Attributes
    ----------
    statements : tuple of Constraint
        What the summary says.
    contradiction : tuple of Constraint
        Statements that cannot hold together and of which none can be left out; empty if the summary is
        possible.
    grid : Fraction
        The values are multiples of it.
    unit : str
        Unit of the values.
    count : int or float
        How many data sets there are.
    count_is_exact : bool
        Whether the count is exact (else floating point, or an estimate).
    complete : bool
        Whether `batches` and `apply` go through all of them, or through a uniform sample.
    seed : str
        What to write to draw the same sample again.
    rows : Rows or None
        Where the data sets come from; None if there is none.
    """

    statements: tuple[Constraint, ...]
    contradiction: tuple[Constraint, ...]
    grid: Fraction
    unit: str
    count: int | float
    count_is_exact: bool
    complete: bool
    seed: str
    rows: Rows | None

    summary_fields: ClassVar[tuple[str, ...]] = (
        *Result.summary_fields,
        "count",
        "count_is_exact",
        "complete",
        "seed",
        "statements",
        "contradiction",
    )

    @property
    def possible(self) -> bool:
        """Whether any data set agrees with the summary."""
        return self.rows is not None

    @property
    def size(self) -> int:
        """How many data sets `batches` goes through."""
        return self.rows.size if self.rows is not None else 0

    def title(self) -> str:
        """Return the heading of the text form."""
        number = f"{self.count:,}" if isinstance(self.count, int) else f"about {self.count:.3g}"
        sets, agree = ("data set", "agrees") if self.count == 1 else ("data sets", "agree")
        return f"{number} {sets} of {self.n} value{'s' if self.n != 1 else ''} {agree} with the summary"

    def to_frame(self) -> pd.DataFrame:
        """Return what stands at each place of the sorted values, over all data sets.

        Columns rank, minimum, low, median, high, maximum; low and high hold the central 95 % of the data
        sets between them. Without a row if the summary is impossible.
        """
        import pandas as pd

        columns = ["rank", "minimum", "low", "median", "high", "maximum"]
        if self.rows is None:
            return pd.DataFrame(columns=columns)
        values = self._values()
        shares = (0.0, 0.025, 0.5, 0.975, 1.0)
        found = [quantiles(*merged(values, place), shares) for place in self._places()]
        return pd.DataFrame([[rank, *row] for rank, row in enumerate(found, start=1)], columns=columns)

    def batches(self) -> Iterator[FloatArray]:
        """Yield the data sets as matrices, a sorted data set a row, in bounded memory."""
        rows = self._rows()
        for batch in rows.batches():
            yield self._in_units(batch)

    def data_sets(self) -> FloatArray:
        """Return all data sets (or the whole sample) as one matrix, a sorted data set a row.

        Raises
        ------
        DesignError
            If they do not fit into memory; go through `batches` then.
        """
        if self._rows().size * self.n > _MOST_HELD:
            raise DesignError(f"{self.size:,} data sets of {self.n} values are too many for one matrix.")
        return np.concatenate([np.empty((0, self.n)), *self.batches()])

    def apply(
        self,
        function: Callable[[FloatArray], Any],
        name: str | Sequence[str] = "estimate",
        *,
        share: float = 0.95,
    ) -> CompatibleEstimate:
        """Carry an estimate through all data sets (or the whole sample).

        Parameters
        ----------
        function : callable
            Takes a matrix (B, n) of sorted data sets and returns B estimates, or a matrix (B, k).
        name : str or sequence of str
            What is estimated; k names for k columns.
        share : float
            Central share of the data sets between low and high.

        Raises
        ------
        DesignError
            If the function returns another shape.
        """
        names = (name,) if isinstance(name, str) else tuple(name)
        found = [estimates_of(function, batch, len(names)) for batch in self.batches()]
        values = np.concatenate(found)
        return self._estimate(names, values, np.ones(len(values)), share, complete=self.complete)

    def median(self, *, share: float = 0.95) -> CompatibleEstimate:
        """Return the median of the values over all data sets: the one in the middle, or the mean of two."""
        values, middle = self._values(), self.n // 2
        exact = self._is_counted()
        if self.n % 2:
            weights: Any = self._places()[middle]
        elif exact:
            weights = numbers_at_pair(self._rows().table, middle - 1).ravel()
            values = ((values[:, None] + values[None, :]) / 2).ravel()
        else:
            return self.apply(lambda rows: np.median(rows, axis=1), "median", share=share)
        values, weights = merged(values, np.asarray(weights, dtype=np.float64))
        return self._estimate(("median",), values[:, None], weights, share, complete=exact or self.complete)

    def survival_band(self, times: Any = None, *, share: float = 0.95) -> CompatibleBand:
        """Return the least and the greatest S(t), and where the central share of the data sets lies.

        All values are times to an event that everybody had.

        Parameters
        ----------
        times : column of numbers, optional
            Default: 0 and every time at which S(t) may step.
        share : float
            Central share of the data sets between low and high.
        """
        _check_share(share)
        values, places = self._values(), np.asarray(self._places(), dtype=np.float64)
        occurs = places > 0
        least, greatest = values[occurs.argmax(axis=1)], values[::-1][occurs[:, ::-1].argmax(axis=1)]
        if times is None:
            asked = np.union1d([min(0.0, least[0])], values[occurs.any(axis=0)])
        else:
            asked = np.sort(as_numbers(times, "times"))
        tail = (1 - share) / 2
        low, middle, high = quantile_curves(places, values, asked, (tail, 0.5, 1 - tail))
        complete = self.complete or self._is_counted()
        return CompatibleBand(
            n=self.n,
            n_events=self.n,
            method=self._over("S(t) was found", exact=complete),
            conventions=("S(t) is the share of values above t; all events were observed.", *self.conventions),
            time=asked,
            minimum=share_above(least, asked),
            low=low,
            median=middle,
            high=high,
            maximum=share_above(greatest, asked),
            share=share,
            unit=self.unit,
            complete=complete,
        )

    def _rows(self) -> Rows:
        if self.rows is None:
            raise DataError(f"{self.reason}. There is no data set to look at.")
        return self.rows

    def _is_counted(self) -> bool:
        return self._rows().kept is None

    def _in_units(self, numbers: Any) -> FloatArray:
        multiples = np.asarray(numbers, dtype=np.float64) + self._rows().plan.first
        return multiples * self.grid.numerator / self.grid.denominator

    def _values(self) -> FloatArray:
        return self._in_units(np.arange(self._rows().plan.rules.size))

    def _places(self) -> Any:
        rows = self._rows()
        if rows.kept is None:
            return numbers_at_places(rows.table)
        size = rows.plan.rules.size
        return np.stack([np.bincount(column, minlength=size) for column in rows.kept.T])

    def _over(self, what: str, *, exact: bool) -> str:
        if not exact:
            return f"{what} over the sample. {self.method} {_NARROW}"
        how = "" if self.complete else " by counting"
        return f"{what} over all compatible data sets{how}. {self.method}"

    def _estimate(
        self, names: tuple[str, ...], values: FloatArray, weights: FloatArray, share: float, *, complete: bool
    ) -> CompatibleEstimate:
        _check_share(share)
        return CompatibleEstimate(
            n=self.n,
            n_events=self.n,
            method=self._over(f"The {', '.join(names)} was found", exact=complete),
            conventions=self.conventions,
            names=names,
            values=values,
            weights=weights,
            share=share,
            complete=complete,
        )


_NARROW = "The range is that of a sample: that of all compatible data sets may be wider."


def _check_share(share: float) -> None:
    if not 0 < share < 1:
        raise DesignError(f"share={share!r} is not between 0 and 1. Write 0.95.")
