"""`truncation_band`: F when truncation times are known only as bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import IntArray, as_numbers
from hpcstats.errors import DataError, listing
from hpcstats.groups import same_rows
from hpcstats.nonparametric.truncation.distribution import TruncatedDistribution
from hpcstats.nonparametric.truncation.estimate import ONLY_CONDITIONAL, lynden_bell
from hpcstats.nonparametric.truncation.limits import BOOTSTRAP
from hpcstats.randomness import Seed, generator_of
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TruncationBand(Result):
    """Smallest and largest F over all truncation times within their bounds. Made by `truncation_band`.

    Attributes
    ----------
    smallest, largest : TruncatedDistribution
        F with every truncation time at its lower, and at its upper bound.
    raised : ndarray of int
        Rows whose lower bound lay before the time itself, which the truncation time cannot.
    """

    smallest: TruncatedDistribution
    largest: TruncatedDistribution
    raised: IntArray

    summary_fields = (*Result.summary_fields, "condition", "t_star")

    @property
    def response(self) -> Surv:
        """The data with truncation times at their lower bounds."""
        return self.smallest.response

    @property
    def t_star(self) -> float:
        """The largest time seen, which no truncation time moves."""
        return self.smallest.t_star

    @property
    def condition(self) -> str:
        """What is estimated, in symbols."""
        return self.smallest.condition

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Band of {self.condition} over the bounds of the truncation times, n = {self.n}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.smallest.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each distinct time: time, events, smallest, largest, low, high.

        `low` is the lower limit of the smallest F (0 where that is 0), `high` the upper limit of the largest:
        they hold sampling error and unknown truncation together.
        """
        frame = self._joined(self.smallest.to_frame(), self.largest.to_frame())
        frame.insert(1, "events", self.smallest.to_frame()["events"])
        return frame

    def at(self, times: Any) -> pd.DataFrame:
        """Return the band at given times from 0 to t*: time, smallest, largest, low, high."""
        return self._joined(self.smallest.at(times), self.largest.at(times))

    def quantile(self, probability: Any = 0.5) -> pd.DataFrame:
        """Return the smallest and largest quantile: probability, smallest, largest, low, high."""
        slow, fast = self.smallest.quantile(probability), self.largest.quantile(probability)
        return _columns(slow, "probability", fast["estimate"], slow["estimate"], fast["low"], slow["high"])

    @staticmethod
    def _joined(lower: pd.DataFrame, upper: pd.DataFrame) -> pd.DataFrame:
        low = lower["low"].where(lower["estimate"] > 0, 0.0)
        return _columns(lower, "time", lower["estimate"], upper["estimate"], low, upper["high"])


def _columns(frame: pd.DataFrame, key: str, smallest: Any, largest: Any, low: Any, high: Any) -> pd.DataFrame:
    import pandas as pd

    values = {"smallest": smallest, "largest": largest, "low": low, "high": high}
    return pd.DataFrame({key: frame[key]} | {name: np.asarray(column) for name, column in values.items()})


def truncation_band(
    time: Any,
    truncation_lower: Any,
    truncation_upper: Any,
    *,
    id: Any = None,
    unit: str = "years",
    interval: str = "auto",
    level: float = 0.95,
    weights: Any = None,
    n_resamples: int = 2000,
    seed: Seed = None,
) -> TruncationBand:
    r"""Smallest and largest F(t | T <= t*) over all truncation times within their bounds.

    Use it where the truncation time is the difference of two calendar years, or a range for another reason.
    The band is exact and attained: it is the estimate at all lower bounds, and at all upper bounds.

    Parameters
    ----------
    time : column of numbers
        Times to the event.
    truncation_lower, truncation_upper : columns of numbers
        Bounds of each truncation time. A truncation time before the event itself is impossible, so a lower
        bound before it is raised to it (`raised` says where). An upper bound may be infinite: nothing
        limits the truncation time from above.
    id, unit
        As in `Surv.right_truncated`.
    interval, level, weights, n_resamples, seed
        As in `lynden_bell`.

    Returns
    -------
    TruncationBand
        With `to_frame`, `at`, `quantile`, `smallest`, `largest`.

    Raises
    ------
    DataError
        For missing or negative values, lower bounds beyond upper ones, and times beyond the upper bound.

    Notes
    -----
    A later truncation time v_i adds case i to the risk sets at times between the old and the new v_i and
    changes nothing else: r_k grows, d_k stays, so that each factor 1 - d_k / r_k of F grows or stays. F(t)
    is therefore non-decreasing in every truncation time, for every t at once; the extremes over the box of
    bounds lie at its two corners. This needs the times themselves to be fixed.

    Examples
    --------
    >>> import hpcstats as hs
    >>> band = hs.truncation_band([1, 2, 4, 4], [3, 4, 5, 5], [4, 6, 7, 7])
    >>> band.to_frame()[["time", "events", "smallest", "largest"]].round(3)
       time  events  smallest  largest
    0   1.0       1     0.167     0.25
    1   2.0       1     0.333     0.50
    2   4.0       2     1.000     1.00
    """
    latest = Surv.right_truncated(time, truncation_upper, id=id, unit=unit)
    earliest, raised = _at_lower_bounds(latest, truncation_lower)
    if interval == BOOTSTRAP and seed is None:
        seed = int(generator_of(None)[1])
    smallest, largest = (
        lynden_bell(
            response, interval=interval, level=level, weights=weights, n_resamples=n_resamples, seed=seed
        )
        for response in (earliest, latest)
    )
    return TruncationBand(
        n=smallest.n,
        n_events=smallest.n_events,
        method=(
            "Reverse-time product-limit estimate at the lower and at the upper bounds of all truncation "
            "times, between which it lies for any truncation times within the bounds (exact, as F rises with "
            f"each of them). Limits: {smallest.method.split(', with ', 1)[1]}"
        ),
        conventions=(*ONLY_CONDITIONAL, "A truncation time is never before the time of the event."),
        warnings=tuple(dict.fromkeys((*smallest.warnings, *largest.warnings))),
        status=smallest.status,
        reason=f"at the lower bounds: {smallest.reason}" if smallest.reason else "",
        smallest=smallest,
        largest=largest,
        raised=raised,
    )


def _at_lower_bounds(latest: Surv, truncation_lower: Any) -> tuple[Surv, IntArray]:
    """Put every truncation time at its lower bound, raised to the time where it lies before it."""
    lower, upper = as_numbers(truncation_lower, "truncation_lower"), latest.truncation
    same_rows(lower.size, latest, "truncation_lower")
    assert upper is not None
    wrong = np.flatnonzero(~(lower <= upper) | (lower < 0))
    if wrong.size:
        shown = listing(f"row {row}: {lower[row]:g} and {upper[row]:g}" for row in wrong)
        raise DataError(
            f"truncation_lower must be from 0 to truncation_upper in every row ({shown}). Correct the "
            "bounds, or write 0 where nothing limits the truncation time from below.",
            rows=wrong,
        )
    earliest = Surv.right_truncated(
        latest.time, np.maximum(lower, latest.time), id=latest.id, unit=latest.unit
    )
    return earliest, np.flatnonzero(lower < latest.time)
