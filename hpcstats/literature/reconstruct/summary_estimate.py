"""What an estimate is over all compatible data sets: its range and how often each value occurs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.errors import DesignError
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class CompatibleEstimate(Result):
    """An estimate carried through compatible data sets.

    The shares are shares of data sets, each counted once. They are no probabilities: nothing says that the
    data sets behind a summary are equally likely. What is certain is the range, if `complete`.

    Attributes
    ----------
    names : tuple of str
        What was estimated, a name a column.
    values : ndarray, shape (m, k)
        The estimates; NaN where a data set gives none.
    weights : ndarray, shape (m,)
        How many data sets stand behind each row.
    share : float
        Central share of the data sets between `low` and `high` of the frame.
    complete : bool
        Whether every compatible data set entered, so that the range is exact.
    """

    names: tuple[str, ...]
    values: FloatArray
    weights: FloatArray
    share: float
    complete: bool

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"{', '.join(self.names)} over compatible data sets"

    def to_frame(self) -> pd.DataFrame:
        """Return a row an estimate: name, minimum, low, median, high, maximum, not_estimable.

        The last column is the share of data sets that give no estimate; the others leave them out.
        """
        import pandas as pd

        tail = (1 - self.share) / 2
        rows: list[dict[str, Any]] = []
        for name, column in zip(self.names, self.values.T, strict=True):
            known = np.isfinite(column)
            values, weights = merged(column[known], self.weights[known])
            found = quantiles(values, weights, (0.0, tail, 0.5, 1 - tail, 1.0))
            keys = ("minimum", "low", "median", "high", "maximum")
            lost = float(self.weights[~known].sum() / self.weights.sum())
            rows.append({"name": name, **dict(zip(keys, found, strict=True)), "not_estimable": lost})
        return pd.DataFrame(rows)

    def distribution(self, name: str | None = None) -> pd.DataFrame:
        """Return how many data sets give each value: value, data_sets, share (of those with an estimate).

        Parameters
        ----------
        name : str, optional
            Which estimate; default the first.
        """
        import pandas as pd

        column = self.values[:, 0 if name is None else self.names.index(name)]
        known = np.isfinite(column)
        values, weights = merged(column[known], self.weights[known])
        total = weights.sum() or 1.0
        return pd.DataFrame({"value": values, "data_sets": weights, "share": weights / total})

    def range_words(self) -> str:
        """Return the range of the first estimate in words."""
        row = self.to_frame().iloc[0]
        return formats.interval(
            formats.as_given(float(row["minimum"])), formats.as_given(float(row["maximum"]))
        )


def merged(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Take equal values together, in ascending order."""
    kept = weights > 0
    distinct, where = np.unique(values[kept], return_inverse=True)
    counts = np.bincount(where, weights=np.asarray(weights[kept], dtype=np.float64), minlength=distinct.size)
    return distinct, np.asarray(counts, dtype=np.float64)


def quantiles(values: FloatArray, weights: FloatArray, shares: tuple[float, ...]) -> list[float]:
    """Return the least value that is reached by each share of the data sets.

    Examples
    --------
    >>> quantiles(np.array([1.0, 2, 3]), np.array([1.0, 2, 1]), (0.0, 0.25, 0.5, 1.0))
    [1.0, 1.0, 2.0, 3.0]
    """
    if not values.size:
        return [np.nan] * len(shares)
    reached = np.cumsum(weights) / weights.sum()
    # The tolerance keeps a share such as 1/4 from being missed by its last bit.
    places = np.searchsorted(reached, np.asarray(shares) - 1e-12)
    return [float(values[min(int(place), values.size - 1)]) for place in places]


def estimates_of(function: Callable[[FloatArray], Any], batch: FloatArray, columns: int) -> FloatArray:
    """Call the function with a batch of data sets and check what it returns."""
    found = np.asarray(function(batch), dtype=np.float64)
    matrix = found[:, None] if found.ndim == 1 else found
    if matrix.shape != (len(batch), columns):
        raise DesignError(
            f"The function returned an array of shape {found.shape} for {len(batch)} data sets and "
            f"{columns} name{'s' if columns != 1 else ''}. It must return an estimate a row (and a column a "
            "name), for instance `lambda rows: rows.mean(axis=1)`."
        )
    return matrix
