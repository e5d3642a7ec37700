"""The cases of a truncated Cox model: their weights, the solution, and the solutions of resamples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.existence import maximum_or_recession
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.cox.partial_likelihood import prepare
from hpcstats.core.resampling.resampling_weights import Units, block_of_weights
from hpcstats.core.truncation.reverse_time import emptied, place_windows, tally_reverse
from hpcstats.core.truncation.truncated_score import TruncatedScore
from hpcstats.design import Design
from hpcstats.errors import DesignError, listing
from hpcstats.findings import infinite_terms
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, eq=False)
class TruncatedCase:
    """Right-truncated cases in ascending order of time.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Their positions among the rows used.
    widths : ndarray, shape (p,)
        Spread of the covariates, by which they are divided in `score`.
    score : TruncatedScore
        The estimating equations.
    time, sorted_chances : ndarray, shape (n,)
        Times, and the chance of each to be seen, in this order.
    """

    order: IntArray
    widths: FloatArray
    score: TruncatedScore
    time: FloatArray
    sorted_chances: FloatArray

    @classmethod
    def of(cls, response: Surv, design: Design, beyond: float) -> TruncatedCase:
        """Sort the cases, and refuse those whose chance to be seen is estimated as 0."""
        assert response.truncation is not None
        order = np.argsort(response.time, kind="stable")
        widths = scale(design.matrix)
        windows = place_windows(response.time[order], response.truncation[order])
        ones = np.ones((1, order.size))
        empty = np.flatnonzero(emptied(tally_reverse(windows, ones))[0])
        if empty.size:
            rows = order[windows.place == empty[-1]]
            named = response.patients(rows) or [f"row {row}" for row in rows.tolist()]
            raise DesignError(
                f"At {windows.times[empty[-1]]:g} {response.unit} everybody at risk had the event "
                f"({listing(named)}): by the data no case with a shorter time could have been seen as late "
                "as that, so that the inverse weights are infinite. Leave these cases out, with a reason."
            )
        score = TruncatedScore(windows, design.matrix[order] / widths, beyond)
        return cls(order, widths, score, response.time[order], score.chances(ones)[0])

    @property
    def chances(self) -> FloatArray:
        """The chance of each case to be seen, in the order of the rows."""
        found = np.empty_like(self.sorted_chances)
        found[self.order] = self.sorted_chances
        return found

    def infinite_terms(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        """Name the terms in which the weighted likelihood rises for ever."""
        likelihood = prepare(
            self.time,
            np.ones(self.time.size, dtype=bool),
            self.score.covariates,
            np.ones((1, self.time.size)),
            offset=-np.log(self.sorted_chances),
            ties="breslow",
        )
        _, _, cone = maximum_or_recession(likelihood)
        return infinite_terms(cone, terms)

    def solved(self) -> FloatArray:
        """Solve the equations of the data: (p,), NaN where there is no solution."""
        ones, zero = np.ones((1, self.time.size)), np.zeros(self.widths.size)
        plain = TruncatedScore(self.score.windows, self.score.covariates).solve(ones, zero)
        start = plain.coef[0] if plain.found[0] else zero
        coef: FloatArray = self.score.solve(ones, start).coef[0]
        return coef / self.widths

    def bootstrap(self, n_resamples: int, generator: np.random.Generator, coef: FloatArray) -> FloatArray:
        """Solve the equations of resampled cases: (B, p)."""
        n = self.time.size
        units = Units.of_rows(np.ones(n))
        entropy = generator.integers(0, 2**32, size=4).tolist()
        pieces = block_of_weights(units, "multinomial", entropy, 0, n_resamples)
        parts = [self.score.solve(piece, coef * self.widths).coef for piece in pieces]
        return np.concatenate(parts) / self.widths
