"""`CompatibleBounds`: what a published summary says of values that may be any real number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.errors import ConvergenceError, DataError, UnsupportedError
from hpcstats.literature.reconstruct.constraints import Constraint
from hpcstats.literature.reconstruct.constraints_draft import Draft
from hpcstats.literature.reconstruct.summary_band import CompatibleBand, share_above
from hpcstats.literature.reconstruct.summary_grid import draft_of
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.core.summaries.bounds import LinearRules

_SETTLED = 9


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class CompatibleBounds(Result):
    """Least and greatest value at each place of the sorted values, over all real data sets of a summary.

    Made by `from_summary` with ``grid=None``. There are infinitely many data sets, so nothing is counted.

    Attributes
    ----------
    statements, contradiction : tuple of Constraint
        What the summary says, and which of it cannot hold together (a minimal set; empty if possible).
    unit : str
        Unit of the values.
    least, greatest : ndarray, shape (n,)
        Limits at each place; infinite where nothing limits it.
    middle : (float, float)
        Least and greatest median.
    """

    statements: tuple[Constraint, ...]
    contradiction: tuple[Constraint, ...]
    unit: str
    least: FloatArray
    greatest: FloatArray
    middle: tuple[float, float]

    summary_fields: ClassVar[tuple[str, ...]] = (
        *Result.summary_fields,
        "statements",
        "contradiction",
        "middle",
    )

    @property
    def possible(self) -> bool:
        """Whether any data set agrees with the summary."""
        return self.status == "ok"

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Limits of {self.n} sorted real values that agree with the summary"

    def to_frame(self) -> pd.DataFrame:
        """Return rank, minimum, maximum; without a row if the summary is impossible."""
        import pandas as pd

        ranks = np.arange(1, self.least.size + 1)
        return pd.DataFrame({"rank": ranks, "minimum": self.least, "maximum": self.greatest})

    def median(self) -> tuple[float, float]:
        """Return the least and the greatest median of the values."""
        self._check()
        return self.middle

    def survival_band(self, times: Any = None) -> CompatibleBand:
        """Return the least and the greatest S(t); all values are times to an event that everybody had.

        Parameters
        ----------
        times : column of numbers, optional
            Default: 0 and every time at which a limit steps.
        """
        self._check()
        if times is None:
            steps = np.concatenate([[0.0], self.least, self.greatest])
            asked = np.unique(steps[np.isfinite(steps)])
        else:
            asked = np.sort(as_numbers(times, "times"))
        unknown = np.full(asked.size, np.nan)
        return CompatibleBand(
            n=self.n,
            n_events=self.n,
            method=f"Limits of S(t) from the limits of the sorted values. {self.method}",
            conventions=("S(t) is the share of values above t; all events were observed.", *self.conventions),
            time=asked,
            minimum=share_above(self.least, asked),
            low=unknown,
            median=unknown,
            high=unknown,
            maximum=share_above(self.greatest, asked),
            share=math.nan,
            unit=self.unit,
            complete=True,
        )

    def _check(self) -> None:
        if not self.possible:
            raise DataError(f"{self.reason}. There is no data set to look at.")


def bounds_of(
    n: int, statements: Sequence[Constraint], scale: Constraint, unit: str, words: str
) -> CompatibleBounds:
    """Find the limits of each place and of the median by linear programming."""
    found = _solve(n, [scale, *statements])
    against = () if found is not None else _contradiction(n, statements, scale)
    least, greatest = found if found is not None else (np.empty(0), np.empty(0))
    middle = (float(least[-1]), float(greatest[-1])) if found is not None else (math.nan, math.nan)
    named = "; ".join(map(str, against)) or str(scale)
    return CompatibleBounds(
        n=n,
        n_events=n,
        method=(
            f"The least and the greatest value at each place of {n} sorted real values with {words} were "
            "found by linear programming (with whole-number variables that match known values to places)."
        ),
        conventions=(
            "Both ends of what a rounded number stands for belong to it.",
            "Limits may be approached rather than reached where a statement leaves its limit out.",
        ),
        status="ok" if found is not None else "not_estimable",
        reason="" if found is not None else f"No {n} real values agree with {named}",
        statements=tuple(statements),
        contradiction=against,
        unit=unit,
        least=least[:-1],
        greatest=greatest[:-1],
        middle=middle,
    )


def _contradiction(n: int, statements: Sequence[Constraint], scale: Constraint) -> tuple[Constraint, ...]:
    left = list(statements)
    for statement in reversed(statements):
        trial = [one for one in left if one is not statement]
        if _solve(n, [scale, *trial]) is None:
            left = trial
    return tuple(left)


def _solve(n: int, statements: Sequence[Constraint]) -> tuple[FloatArray, FloatArray] | None:
    """Return the limits of each place and, last, of the median; None if no values agree."""
    from hpcstats.core.summaries.bounds import extremes

    draft = draft_of(n, statements)
    if draft.spreads or draft.between:
        raise UnsupportedError(
            "A standard deviation, or a count within limits on both sides, is no linear rule for sorted real "
            "values. Give the unit of the values as grid=, for instance '1/12' for months in years."
        )
    if draft.failed:
        return None
    rules, far = _linear(draft)
    median = np.zeros(n)
    median[[(n - 1) // 2, n // 2]] += 1 / (1 + (n % 2 == 0))
    try:
        found = extremes(rules, np.vstack([np.eye(n), median]))
    except ArithmeticError as error:
        raise ConvergenceError(f"The linear programme ended without an answer: {error}.") from error
    if found is None:
        return None
    least, greatest = (np.round(one, _SETTLED) + 0.0 for one in found)
    # Half of the way out is further than any demand reaches: only a value without limit comes there.
    return np.where(least <= -far / 2, -np.inf, least), np.where(greatest >= far / 2, np.inf, greatest)


def _linear(draft: Draft) -> tuple[LinearRules, float]:
    from hpcstats.core.summaries.bounds import LinearRules

    n = draft.n
    named = [abs(float(value)) for value in draft.thresholds]
    totals = [abs(float(limit)) for pair in draft.sums for limit in pair]
    far = 4 * n * (max(named, default=1.0) + max(totals, default=1.0) + 1.0)
    lowest, highest = np.full(n, -far), np.full(n, far)
    for rank, edge in draft.above:
        lowest[rank - 1] = max(lowest[rank - 1], float(edge.value))
    for rank, edge in draft.below:
        highest[rank - 1] = min(highest[rank - 1], float(edge.value))
    weights = [np.ones(n) for _ in draft.sums]
    limits = [(float(low), float(high)) for low, high in draft.sums]
    for one in draft.mixtures:
        row = np.zeros(n)
        row[one.rank - 1 : one.rank + 1] = 1 - float(one.weight), float(one.weight)
        weights.append(row)
        limits.append((float(one.low), float(one.high)))
    rules = LinearRules(
        lowest=lowest,
        highest=highest,
        weights=np.array(weights).reshape(len(weights), n),
        low=np.array([low for low, _ in limits]),
        high=np.array([high for _, high in limits]),
        known=[(float(low), float(high)) for low, high in draft.known],
    )
    return rules, far
