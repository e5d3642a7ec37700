"""Neighbouring regions that only rows of their own tell apart: one region, as far as all other rows go.

Where no row of several regions begins or ends between two neighbours, both add to every such row alike, and
the likelihood depends on how their common mass P is split only through their own rows, with weights w_j:
sum of w_j log(P x_j) = w log P + sum of w_j log x_j, w their sum. The best split is x_j = w_j / w, whatever P
is. So a run of exact times between the ends of intervals is one region of the maximisation, and exact times
alone have a closed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, add_at


@dataclass(frozen=True, slots=True)
class Split:
    """How the mass of each group is split, under B weight rows.

    Attributes
    ----------
    share : ndarray, shape (B, m)
        Share of each region in the mass of its group; all for the first where no row is of one region alone.
    inside : ndarray of bool, shape (B, m)
        Which regions are innermost if their group is.
    log_likelihood : ndarray, shape (B,)
        What the split adds to the log-likelihood of the groups.
    """

    share: FloatArray
    inside: BoolArray
    log_likelihood: FloatArray


@dataclass(frozen=True, slots=True)
class Joined:
    """Groups of neighbouring regions.

    Attributes
    ----------
    group : ndarray of int, shape (m,)
        Number of the group of each region, ascending.
    """

    group: IntArray

    @classmethod
    def of(cls, first: IntArray, last: IntArray, size: int) -> Joined:
        """Join regions unless a row of several regions begins or ends between them."""
        wide = first < last
        cut = np.zeros(size, dtype=bool)
        cut[first[wide]] = True
        cut[last[wide & (last + 1 < size)] + 1] = True
        cut[0] = False
        return cls(np.cumsum(cut).astype(np.int64))

    @property
    def size(self) -> int:
        """Number of groups."""
        return int(self.group[-1]) + 1

    def split(self, first: IntArray, last: IntArray, weights: FloatArray) -> Split:
        """Split the mass of the groups under each row of weights (B, n)."""
        single = first == last
        own = add_at(weights[:, single], first[single], self.group.size)
        together = add_at(own, self.group, self.size)[:, self.group]
        begins = np.diff(self.group, prepend=-1) > 0
        share = np.divide(own, together, out=np.zeros_like(own), where=together > 0)
        share[(together == 0) & begins] = 1.0
        gained = np.sum(own * np.log(np.where(own > 0, share, 1.0)), axis=1)
        return Split(share, (own > 0) | ((together == 0) & begins), gained)
