"""How often a relabelling is as extreme as the data, and the p-values that follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from hpcstats.columns import FloatArray

TIE = 1e-9
"""Statistics closer than this, relative to their scale, are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares of the relabellings, or numbers of them, by how their statistic lies to that of the data.

    Attributes
    ----------
    at_least, above : float
        As large or larger, and larger.
    at_most, below : float
        As small or smaller, and smaller.
    beyond, farther : float
        As far from zero or farther, and farther.
    """

    at_least: float
    above: float
    at_most: float
    below: float
    beyond: float
    farther: float

    def __add__(self, other: Shares) -> Shares:
        return Shares(
            **{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)}
        )

    def pair(self, alternative: str) -> tuple[float, float]:
        """Return the share that is as extreme, and the share that is more extreme."""
        if alternative == "greater":
            return self.at_least, self.above
        if alternative == "less":
            return self.at_most, self.below
        return self.beyond, self.farther


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How shares are read as a p-value.

    Attributes
    ----------
    alternative : {"two-sided", "greater", "less"}
        The direction.
    doubled : bool
        Whether the two-sided p-value is twice the smaller one-sided one, not the share as far from zero.
    mid_p : bool
        Whether relabellings as extreme as the data count half.
    """

    alternative: str = "two-sided"
    doubled: bool = False
    mid_p: bool = False

    def exact(self, shares: Shares) -> float:
        """Return the p-value from shares of all relabellings."""
        return self._read(shares, 0, 1)

    def monte_carlo(self, counts: Shares, number: int) -> tuple[float, float]:
        """Return (b + 1) / (m + 1) from numbers among m random relabellings, and its standard error.

        The data themselves are the one relabelling added.
        """
        value = self._read(counts, 1, number + 1)
        factor = 2 if self.doubled and self.alternative == "two-sided" else 1
        share = value / factor
        return value, factor * float(np.sqrt(max(share * (1 - share), 0.0) / number))

    def _read(self, shares: Shares, added: int, total: int) -> float:
        if self.alternative != "two-sided" or not self.doubled:
            return self._one(shares, self.alternative, added, total)
        return min(1.0, 2 * min(self._one(shares, side, added, total) for side in ("greater", "less")))

    def _one(self, shares: Shares, side: str, added: int, total: int) -> float:
        reached, passed = shares.pair(side)
        value = (passed + reached + added) / 2 if self.mid_p else reached + added
        return min(1.0, value / total)


def shares_of(
    batches: Iterable[tuple[FloatArray, FloatArray | None]], seen: float, scale: float, *, signed: bool
) -> Shares:
    """Count statistics (with how often each occurs) against that of the data.

    Without a sign (a quadratic form) only large values speak against the hypothesis.
    """
    slack = TIE * scale
    found = Shares(at_least=0, above=0, at_most=0, below=0, beyond=0, farther=0)
    for values, ways in batches:
        size, distance = (np.abs(values), abs(seen)) if signed else (values, seen)
        masks = {
            "at_least": values >= seen - slack,
            "above": values > seen + slack,
            "at_most": values <= seen + slack,
            "below": values < seen - slack,
            "beyond": size >= distance - slack,
            "farther": size > distance + slack,
        }
        found += Shares(
            **{
                name: float(np.count_nonzero(mask) if ways is None else ways[mask].sum())
                for name, mask in masks.items()
            }
        )
    return found


def divided(shares: Shares, total: float) -> Shares:
    """Turn numbers of relabellings into shares."""
    return Shares(**{field.name: getattr(shares, field.name) / total for field in fields(shares)})
