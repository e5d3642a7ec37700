"""How much is tried, and where a search begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.columns import IntArray
from hpcstats.core.rounding.order_search import random_order

_CHOICES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """The most an exact answer may take, and the starts of a search.

    Attributes
    ----------
    limit : int
        Orders beyond which a search takes over.
    n_starts : int
        Random starts of a search, besides those known to be good.
    generator : numpy Generator
        Where they are drawn.
    """

    limit: int
    n_starts: int
    generator: np.random.Generator

    @property
    def choices(self) -> int:
        """Choices of a dynamic programme beyond which a search takes over; one costs less than an order."""
        return _CHOICES * self.limit

    def starts(self, keys: Sequence[IntArray], known: Sequence[IntArray]) -> list[IntArray]:
        """Return the starts: those known, and random ones."""
        drawn = [random_order(list(keys), self.generator) for _ in range(self.n_starts)]
        return [*known, *drawn]
