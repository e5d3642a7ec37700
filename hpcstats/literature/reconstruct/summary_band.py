"""The band of all survival curves that a summary allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class CompatibleBand(Result):
    """Least and greatest S(t) over compatible data sets, and where most of them lie.

    S(t) is the share of the n values above t, from t on (right-continuous). Each time is looked at by
    itself: no single curve need run along an edge.

    Attributes
    ----------
    time : ndarray
        Ascending times; each row holds from its time to the next.
    minimum, maximum : ndarray
        Least and greatest S(t).
    low, median, high : ndarray
        Central share of the data sets and their median; NaN where they are not counted.
    share : float
        The central share.
    unit : str
        Unit of the times.
    complete : bool
        Whether minimum and maximum are those of all compatible data sets.
    """

    time: FloatArray
    minimum: FloatArray
    low: FloatArray
    median: FloatArray
    high: FloatArray
    maximum: FloatArray
    share: float
    unit: str
    complete: bool

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Compatible survival curves of {self.n} values, time in {self.unit}"

    def to_frame(self) -> pd.DataFrame:
        """Return time, minimum, low, median, high, maximum."""
        import pandas as pd

        names = ("time", "minimum", "low", "median", "high", "maximum")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def share_above(limits: FloatArray, times: FloatArray) -> FloatArray:
    """Return which share of the given values lies above each time.

    With the least value of each place this is the least S(t) of all data sets, with the greatest values
    the greatest: at most j values lie above t in some data set exactly if x_(n - j) can be t or less.
    """
    return np.asarray(np.mean(limits[:, None] > times[None, :], axis=0))


def quantile_curves(
    places: FloatArray, values: FloatArray, times: FloatArray, shares: tuple[float, ...]
) -> list[FloatArray]:
    """Return the quantiles of S(t) over the data sets.

    Parameters
    ----------
    places : ndarray, shape (n, size)
        How often each value stands at each place.
    values : ndarray, shape (size,)
        The values, ascending.
    times : ndarray, shape (T,)
        Where S(t) is asked for.
    shares : tuple of float
        Each answer is the least S(t) that is reached by this share of the data sets.
    """
    n = len(places)
    up_to = np.searchsorted(values, times, side="right")
    reached = np.concatenate([np.zeros((n, 1)), np.cumsum(places, axis=1)], axis=1)[:, up_to]
    reached = np.vstack([np.ones((1, times.size)), reached / places.sum(axis=1, keepdims=True)])
    # S(t) <= 1 - c/n as often as at least c values lie up to t, that is, as often as x_(c) does.
    counts = np.arange(n + 1)[:, None]
    most = [np.max(np.where(reached >= share - 1e-12, counts, 0), axis=0) for share in shares]
    return [np.asarray(1 - count / n) for count in most]
