"""Resampling as weight matrices (B, n): bootstrap of units, Bayesian bootstrap, jackknife.

A *unit* is what is drawn or left out: a row, the rows of a patient, or those of a paper. Units lie in strata,
each of which keeps its size. Numbers are drawn stratum by stratum from one generator each, replicate after
replicate, so that the pieces in which they are asked for change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray

AT_ONCE = 2_000_000
"""Rows times replicates that are made at once."""


@dataclass(frozen=True, slots=True)
class Units:
    """What is drawn, and the weights it brings.

    Attributes
    ----------
    code : ndarray of int, shape (n,)
        Unit of each row.
    layer : ndarray of int, shape (U,)
        Stratum of each unit, numbered from 0.
    repeats : ndarray, shape (U,)
        How often each unit is there: 1, or the frequency of a row that stands for equal patients.
    base : ndarray, shape (n,)
        Weight of each row when its unit is drawn once.
    """

    code: IntArray
    layer: IntArray
    repeats: FloatArray
    base: FloatArray

    @classmethod
    def of_rows(cls, weights: FloatArray) -> Units:
        """Draw each row as often as it counts, or with its weight where weights are no whole numbers."""
        n, ones = weights.size, np.ones(weights.size)
        repeats, base = (ones, np.array(weights)) if (weights % 1).any() else (np.array(weights), ones)
        return cls(np.arange(n), np.zeros(n, dtype=np.int64), repeats, base)

    @property
    def size(self) -> int:
        """Number of different units U."""
        return self.layer.size

    @property
    def layers(self) -> int:
        """Number of strata."""
        return int(self.layer.max()) + 1

    @property
    def in_layer(self) -> FloatArray:
        """Units in the stratum of each unit, repeats counted: (U,)."""
        totals = np.bincount(self.layer, weights=self.repeats)
        return np.asarray(totals[self.layer], dtype=np.float64)

    @property
    def original(self) -> FloatArray:
        """The weights of the data themselves, (1, n)."""
        return self.weights(self.repeats[None])

    @property
    def at_once(self) -> int:
        """How many replicates are made together."""
        return max(1, AT_ONCE // max(1, self.code.size))

    def grouped(self, number: int) -> Units:
        """Join units, every `number`-th, to at most `number` groups in each stratum."""
        group = self.layer * number + np.arange(self.size) % number
        present, joined = np.unique(group, return_inverse=True)
        joined = joined.reshape(-1).astype(np.int64)
        base = self.base * self.repeats[self.code]
        return Units(joined[self.code], (present // number).astype(np.int64), np.ones(present.size), base)

    def weights(self, drawn: FloatArray) -> FloatArray:
        """Turn how often each unit is drawn (B, U) into weights of rows (B, n)."""
        return drawn[:, self.code] * self.base


def streams(entropy: Sequence[int], block: int, layers: int) -> list[np.random.Generator]:
    """Return the generators of the strata of one block of replicates."""
    return [
        np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(block, layer)))
        for layer in range(layers)
    ]


def multinomial(units: Units, generators: Sequence[np.random.Generator], size: int) -> FloatArray:
    """Draw units with replacement, as many in each stratum as there are: (size, U)."""
    drawn: FloatArray = np.empty((size, units.size))
    for layer, generator in enumerate(generators):
        inside = np.flatnonzero(units.layer == layer)
        repeats = units.repeats[inside]
        if (repeats == 1).all():
            picked = generator.integers(0, inside.size, size=(size, inside.size))
            picked += inside.size * np.arange(size)[:, None]
            counts = np.bincount(picked.reshape(-1), minlength=size * inside.size)
            drawn[:, inside] = counts.reshape(size, inside.size)
        else:
            number = int(repeats.sum())
            drawn[:, inside] = generator.multinomial(number, repeats / repeats.sum(), size=size)
    return drawn


def dirichlet(units: Units, generators: Sequence[np.random.Generator], size: int) -> FloatArray:
    """Draw weights of the Bayesian bootstrap, which sum to the size of each stratum: (size, U).

    Dirichlet weights with parameters `repeats` (Rubin 1981, doi:10.1214/aos/1176345338).
    """
    drawn: FloatArray = np.empty((size, units.size))
    for layer, generator in enumerate(generators):
        inside = np.flatnonzero(units.layer == layer)
        repeats = units.repeats[inside]
        if (repeats == 1).all():
            values = generator.standard_exponential((size, inside.size))
        else:
            values = generator.standard_gamma(repeats, size=(size, inside.size))
        drawn[:, inside] = values * (repeats.sum() / values.sum(axis=1, keepdims=True))
    return drawn


MAKERS = {"multinomial": multinomial, "bayesian": dirichlet}


def block_of_weights(
    units: Units, kind: str, entropy: Sequence[int], block: int, size: int, at_once: int | None = None
) -> Iterator[FloatArray]:
    """Give the weights (b, n) of the `size` replicates of one block, in pieces of bounded memory."""
    generators = streams(entropy, block, units.layers)
    length = units.at_once if at_once is None else at_once
    for start in range(0, size, length):
        yield units.weights(MAKERS[kind](units, generators, min(length, size - start)))


def one_left_out(units: Units, at_once: int | None = None) -> Iterator[FloatArray]:
    """Give the weights (b, n) with one of each unit left out, unit after unit: the jackknife."""
    length = units.at_once if at_once is None else at_once
    for start in range(0, units.size, length):
        unit = np.arange(start, min(start + length, units.size))
        drawn = np.tile(units.repeats, (unit.size, 1))
        drawn[np.arange(unit.size), unit] -= 1
        yield units.weights(drawn)
