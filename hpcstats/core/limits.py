"""Limits of a curve over the whole time axis, as pieces that include their beginning.

Piece k holds at ``start[k]`` and from there until ``start[k + 1]``; the last piece has no end. Some methods give
one value at an observed time itself and another just after it: ``low_after`` and ``high_after`` then hold on
the open piece behind ``start[k]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray
from hpcstats.core.step_function import last_at_or_before, same_as


@dataclass(frozen=True, slots=True)
class Limits:
    """Lower and upper limits on P pieces, arrays of shape (P,); ``start[0]`` is 0.

    Attributes
    ----------
    start : ndarray
        Beginning of each piece, ascending.
    low, high : ndarray
        Limits at the beginning of the piece and, unless `low_after` and `high_after` say otherwise, on all of it.
    low_after, high_after : ndarray or None
        Limits strictly after the beginning of the piece.
    low_error, high_error : ndarray or None
        Monte-Carlo standard errors of the limits.
    """

    start: FloatArray
    low: FloatArray
    high: FloatArray
    low_after: FloatArray | None = None
    high_after: FloatArray | None = None
    low_error: FloatArray | None = None
    high_error: FloatArray | None = None

    def at(self, times: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the limits at given times from 0 on."""
        piece = np.maximum(last_at_or_before(self.start, times), 0)
        low, high = self.low[piece], self.high[piece]
        if self.low_after is None or self.high_after is None:
            return low, high
        beginning = same_as(self.start[piece], times)
        return (
            np.where(beginning, low, self.low_after[piece]),
            np.where(beginning, high, self.high_after[piece]),
        )


def on_grid(times: FloatArray, low: FloatArray, high: FloatArray, before: tuple[float, float]) -> Limits:
    """Make limits that change at the grid times only, with the limits `before` the first of them."""
    return Limits(
        start=np.concatenate([[0.0], times]),
        low=np.concatenate([before[:1], low]),
        high=np.concatenate([before[1:], high]),
    )
