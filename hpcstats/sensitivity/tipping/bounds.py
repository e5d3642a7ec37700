"""`best_and_worst_case`: those censored fail at once, or never, group by group: where tipping maps end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.errors import check_option
from hpcstats.groups import Groups, confidence_level
from hpcstats.results import Result
from hpcstats.sensitivity.tipping.design import Gaps
from hpcstats.sensitivity.tipping.imputation import GroupTest, alone
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

CASES = ("observed", "best", "worst")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BestAndWorstCase(Result):
    """The comparison if nobody, or everybody, fails after the censoring. Made by `best_and_worst_case`.

    Attributes
    ----------
    first, second : tuple of str
        For each of nine data sets the case of each group: "observed", "best" or "worst".
    hazard_ratio, low, high, p_value : ndarray, shape (9,)
        Second group against the first; NaN where there is no estimate.
    level, horizon : float
        Confidence level, and the time up to which the best case goes.
    test : str
        The test.
    """

    response: Surv
    groups: Groups
    first: tuple[str, ...]
    second: tuple[str, ...]
    hazard_ratio: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    level: float
    horizon: float
    test: str

    summary_fields = (*Result.summary_fields, "level", "horizon", "test")

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order: the second is compared with the first."""
        return self.groups.labels

    def case(self, first: str, second: str) -> tuple[float, float, float, float]:
        """Return hazard ratio, limits and p-value of one pair of cases."""
        check_option("first", first, CASES)
        check_option("second", second, CASES)
        place = list(zip(self.first, self.second, strict=True)).index((first, second))
        names = ("hazard_ratio", "low", "high", "p_value")
        found = [float(getattr(self, name)[place]) for name in names]
        return found[0], found[1], found[2], found[3]

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def title(self) -> str:
        """Return the heading of the text form."""
        first, second = self.labels
        worst, best = self.case("best", "worst"), self.case("worst", "best")
        return (
            f"Best and worst case, {second} against {first}: hazard ratio {best[0]:.4g} (p = {best[3]:.4g}) "
            f"to {worst[0]:.4g} (p = {worst[3]:.4g})"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each pair of cases: first, second, hazard_ratio, low, high, p_value."""
        import pandas as pd

        columns = ("hazard_ratio", "low", "high", "p_value")
        told = {"first": list(self.first), "second": list(self.second)}
        return pd.DataFrame(told | {name: getattr(self, name) for name in columns})


def best_and_worst_case(
    response: Surv,
    group: Any,
    *,
    test: str = "logrank",
    penalty: str | None = None,
    horizon: float | None = None,
    impute: Any = None,
    unpublished: Mapping[Any, int] | None = None,
    level: float = 0.95,
) -> BestAndWorstCase:
    """The comparison of two groups if those censored never fail, or fail at once: no simulation.

    The ends of a tipping-point analysis, for each group on its own. If the conclusion holds here, no common
    fate of a group changes it; it rarely does. These are not limits of all that can have happened: the
    comparison looks at who is at risk together, so that it can be more extreme where some fail and others do
    not, or where they fail later. In small groups that is common, and mostly by little.

    Parameters
    ----------
    response, group
        As in `tipping_point`.
    test : {"logrank", "cox"}
        What compares the groups.
    penalty : {None, "firth"}
        Of the Cox model.
    horizon, impute, unpublished, level
        As in `tipping_point`.

    Returns
    -------
    BestAndWorstCase
        With `to_frame` (nine rows) and `case`.

    Raises
    ------
    DesignError, DataError, UnsupportedError
        As `tipping_point`.

    Notes
    -----
    Best case: followed without the event up to the horizon, by default the last follow-up of anybody. Worst
    case: the event right after the censoring, after all events at the same time, those censored together
    tied. These are the limits of `tipping_point` with a piecewise exponential curve as delta goes to 0 and to
    infinity. The other curves know no times between their events, so that with a large delta patients fail at
    the next event time; Kaplan-Meier curves also end with the follow-up of their group: their ends differ
    somewhat from the cases here.

    Examples
    --------
    Maintenance in acute myelogenous leukaemia (Miller 1997): the observed ratio, and the widest range.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import best_and_worst_case
    >>> weeks = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    >>> weeks += [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    >>> relapse = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0] + [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> y = hs.Surv.right(weeks, relapse, unit="weeks")
    >>> found = best_and_worst_case(y, ["maintained"] * 11 + ["not"] * 12)
    >>> found.to_frame().round(3).iloc[[0, 5, 7]]
          first    second  hazard_ratio    low   high  p_value
    0  observed  observed         2.511  0.943  6.684    0.065
    5      best     worst         3.358  1.269  8.884    0.015
    7     worst      best         1.351  0.564  3.237    0.500
    """
    chosen = GroupTest.checked(test, penalty)
    gaps = Gaps.of(response, group, impute, unpublished, "best_and_worst_case")
    end, asked = gaps.horizon(horizon), confidence_level(level)
    pairs = list(product(CASES, CASES))
    sets = [_completed(gaps, pair, end) for pair in pairs]
    found = alone(
        chosen,
        np.stack([times for times, _ in sets]),
        np.stack([events for _, events in sets]),
        gaps.members,
        gaps.entries,
        asked,
    )
    first, second = gaps.groups.labels
    missing = bool(np.isnan(found.estimate).any())
    return BestAndWorstCase(
        n=len(response),
        n_events=response.n_events,
        method=(
            f"Best case: no event up to {end:g} {response.unit} in those censored; worst case: the event "
            f"right after the censoring; {chosen.words}."
        ),
        conventions=(f"Hazard ratios: {second} against {first}.",),
        status="not_estimable" if missing else "ok",
        reason="no estimate in some of the cases" if missing else "",
        response=response,
        groups=gaps.groups,
        first=tuple(pair[0] for pair in pairs),
        second=tuple(pair[1] for pair in pairs),
        hazard_ratio=np.exp(found.estimate),
        low=np.exp(found.low),
        high=np.exp(found.high),
        p_value=found.p_value,
        level=asked,
        horizon=end,
        test=test,
    )


def _completed(gaps: Gaps, cases: tuple[str, str], end: float) -> tuple[FloatArray, BoolArray]:
    times, events = [gaps.time], [gaps.event]
    for side, case in zip(gaps.sides, cases, strict=True):
        if case == "worst":
            times.append(np.nextafter(side.start, np.inf))
        else:
            times.append(np.maximum(side.start, end) if case == "best" else side.start)
        events.append(np.full(side.start.size, case == "worst"))
    return np.concatenate(times), np.concatenate(events)
