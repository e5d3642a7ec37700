"""`fragility_2x2`: how few events more or fewer turn Fisher's exact test of two proportions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.fragility import fisher
from hpcstats.errors import DataError
from hpcstats.results import Result
from hpcstats.sensitivity.flips.design import threshold

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TableFragility(Result):
    """Fragility of a 2 x 2 table. Made by `fragility_2x2`.

    Attributes
    ----------
    index : int or None
        Events added (or taken away) until the conclusion turns; None where it does not.
    significant : bool
        Whether the p-value of the table is below alpha.
    group : {"first", "second"}
        Group whose events are changed: the one with fewer.
    alpha : float
        p-values below it are significant.
    p_value, p_after : float
        Fisher's p-values before and after.
    steps : ndarray of int, shape (B, 2)
        Events of both groups in each table on the way, the data first.
    p_values : ndarray, shape (B,)
        Their p-values.
    sizes : tuple of int
        Patients in the groups.
    """

    index: int | None
    significant: bool
    group: str
    alpha: float
    p_value: float
    p_after: float
    steps: IntArray
    p_values: FloatArray
    sizes: tuple[int, int]

    summary_fields = (
        *Result.summary_fields,
        "index",
        "significant",
        "group",
        "alpha",
        "p_value",
        "p_after",
        "sizes",
    )

    @property
    def quotient(self) -> float:
        """The index as a share of the patients; NaN without one."""
        return float("nan") if self.index is None else self.index / self.n

    def title(self) -> str:
        """Return the heading of the text form."""
        name = "Fragility index" if self.significant else "Reverse fragility index"
        if self.index is None:
            return f"{name} of p = {self.p_value:.4g}: {self.reason}"
        return f"{name} = {self.index}: p = {self.p_value:.4g} becomes {self.p_after:.4g}"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each table on the way: changes, events_first, events_second, p_value."""
        import pandas as pd

        return pd.DataFrame(
            {
                "changes": np.arange(self.p_values.size),
                "events_first": self.steps[:, 0],
                "events_second": self.steps[:, 1],
                "p_value": self.p_values,
            }
        )


def fragility_2x2(
    events_first: int, n_first: int, events_second: int, n_second: int, *, alpha: float = 0.05
) -> TableFragility:
    """The events more or fewer in the group with fewer that turn Fisher's exact test.

    For proportions reported without times. With times use `fragility`, which names the patients.

    Parameters
    ----------
    events_first, n_first, events_second, n_second : int
        Events and patients of both groups.
    alpha : float
        p-values below it are significant.

    Returns
    -------
    TableFragility
        With `index`, `p_value`, `p_after`.

    Raises
    ------
    DataError
        For counts that are no whole numbers, or more events than patients.

    Notes
    -----
    The fragility index adds events to the group with fewer events (the first, where they are equally many),
    its patients staying as many, until p is alpha or more (Walsh et al. 2014,
    doi:10.1016/j.jclinepi.2013.10.019). The reverse index takes events away there until p is below alpha
    (Khan et al. 2020, doi:10.1001/jamanetworkopen.2020.12469). "Fewer" means the count, not the risk, and
    only this one group is changed: another change may need fewer patients. The p-value sums the tables that
    are no more probable than the one seen. The walk ends where the group has no patients, or events, left: a
    smaller group with fewer events can have the higher risk, and then nothing turns.

    Examples
    --------
    1 of 20 against 9 of 20: two events more, and p = .082.

    >>> from hpcstats.sensitivity import fragility_2x2
    >>> found = fragility_2x2(1, 20, 9, 20)
    >>> found.index, round(found.p_value, 6), round(found.p_after, 4)
    (2, 0.008362, 0.0824)
    """
    counts = _checked(events_first, n_first, events_second, n_second)
    alpha = threshold(alpha)
    events, sizes = [counts[0], counts[2]], (counts[1], counts[3])
    fewer = 0 if events[0] <= events[1] else 1
    significant = fisher.p_value(events[0], sizes[0], events[1], sizes[1]) < alpha
    steps, p_values = [], []
    while 0 <= events[fewer] <= sizes[fewer]:
        steps.append(tuple(events))
        p_values.append(fisher.p_value(events[0], sizes[0], events[1], sizes[1]))
        if (p_values[-1] < alpha) != significant:
            break
        events[fewer] += 1 if significant else -1
    turned = (p_values[-1] < alpha) != significant
    way = "added to" if significant else "taken from"
    return TableFragility(
        n=sum(sizes),
        n_events=counts[0] + counts[2],
        method=f"Events {way} the group with fewer until Fisher's exact test turns at p = {alpha:g}.",
        conventions=("Fisher's p: all tables no more probable than the one seen.",),
        status="ok" if turned else "not_estimable",
        reason="" if turned else f"no number of events {way} the group with fewer turns it",
        index=len(steps) - 1 if turned else None,
        significant=significant,
        group=("first", "second")[fewer],
        alpha=alpha,
        p_value=p_values[0],
        p_after=p_values[-1] if turned else float("nan"),
        steps=np.array(steps, dtype=np.int64),
        p_values=np.array(p_values),
        sizes=sizes,
    )


def _checked(*counts: Any) -> tuple[int, int, int, int]:
    whole = [
        isinstance(count, (int, np.integer)) and not isinstance(count, bool) and count >= 0
        for count in counts
    ]
    if not all(whole):
        raise DataError(f"Events and patients must be whole numbers, 0 or more, not {counts!r}.")
    first, of_first, second, of_second = (int(count) for count in counts)
    if first > of_first or second > of_second or not of_first or not of_second:
        raise DataError(
            f"{first} of {of_first} and {second} of {of_second} is no table: each group needs at least one "
            "patient, and no more events than patients."
        )
    return first, of_first, second, of_second
