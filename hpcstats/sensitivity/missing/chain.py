"""Chains of imputation by chained equations: several side by side, each with random numbers of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.missing.matching import donors_of
from hpcstats.core.missing.multinomial_logistic import augmented, fit_multinomial, probabilities
from hpcstats.core.missing.substantive import posterior_of_mean, spread_of
from hpcstats.sensitivity.missing.draws import summaries
from hpcstats.sensitivity.missing.variables import Columns, Variable

DONORS = 5


@dataclass(slots=True, kw_only=True)
class ChainedEquations:
    """Completed values (chains, n) of each variable, what tells of the outcome (n, o), and random numbers."""

    columns: Columns
    outcome: FloatArray
    rngs: Sequence[np.random.Generator]
    values: list[FloatArray]

    @classmethod
    def started(
        cls, columns: Columns, outcome: FloatArray, rngs: Sequence[np.random.Generator]
    ) -> ChainedEquations:
        """Fill the gaps with known values of the same column, drawn at random: chains begin apart."""
        values = []
        for variable in columns.variables:
            filled = np.tile(variable.values, (len(rngs), 1))
            known = variable.values[~variable.missing]
            for row, rng in zip(filled, rngs, strict=True):
                row[variable.missing] = known[rng.integers(0, known.size, variable.n_missing)]
            values.append(filled)
        return cls(columns=columns, outcome=outcome, rngs=rngs, values=values)

    def cycle(self) -> None:
        """Draw every incomplete variable in turn, those with fewest gaps first."""
        for k in self.columns.incomplete:
            variable, design = self.columns.variables[k], self._predictors(k)
            draw = self._numbers if variable.kind == "numeric" else self._levels
            self.values[k][:, variable.missing] = draw(variable, design)

    def summaries(self) -> FloatArray:
        """Summarise the imputed values of each chain: (chains, quantities)."""
        return np.stack(
            [
                summaries(self.columns.variables, [values[number] for values in self.values])
                for number in range(len(self.rngs))
            ]
        )

    def _predictors(self, k: int) -> FloatArray:
        """Return an intercept, all other variables as they stand, and the outcome: (chains, n, q)."""
        shape = self.values[k].shape
        parts = [np.ones((*shape, 1))]
        for number, variable in enumerate(self.columns.variables):
            if number != k:
                parts.append(variable.predictors(self.values[number]))
        parts.append(np.broadcast_to(self.outcome, (*shape, self.outcome.shape[1])))
        return np.concatenate(parts, axis=2)

    def _numbers(self, variable: Variable, design: FloatArray) -> FloatArray:
        """Match predictions at the best coefficients with such at drawn ones (type 1 matching)."""
        gaps = variable.missing
        seen, size = design[:, ~gaps], design.shape[2]
        known = variable.values[~gaps]
        values = np.tile(known, (len(self.rngs), 1))
        normal = np.stack([rng.standard_normal(size) for rng in self.rngs])
        squares = np.array([rng.chisquare(known.size - size) for rng in self.rngs])
        best, _ = posterior_of_mean(seen, values, np.zeros_like(normal), squares)
        drawn, _ = posterior_of_mean(seen, values, normal, squares)
        predicted = np.einsum("bnq,bq->bn", seen, best)
        wanted = np.einsum("bnq,bq->bn", design[:, gaps], drawn)
        return np.stack(
            [
                known[donors_of(predicted[number], wanted[number], DONORS, rng)]
                for number, rng in enumerate(self.rngs)
            ]
        )

    def _levels(self, variable: Variable, design: FloatArray) -> FloatArray:
        """Draw from the probabilities at coefficients drawn from their normal approximation."""
        gaps, levels = variable.missing, len(variable.levels)
        codes = np.tile(variable.values[~gaps].astype(np.int64), (len(self.rngs), 1))
        spread = np.stack([design.mean(axis=1), design.std(axis=1)], axis=1)
        rows, codes, weights = augmented(design[:, ~gaps], codes, levels, spread)
        fit = fit_multinomial(rows, codes, levels, weights)
        normal = np.stack([rng.standard_normal(fit.coefficients.shape[1]) for rng in self.rngs])
        shares = probabilities(design[:, gaps], fit.coefficients + spread_of(fit.covariance, normal), levels)
        chance = np.stack([rng.random(shares.shape[1]) for rng in self.rngs])
        drawn = chance[..., None] > np.cumsum(shares, axis=2)[..., :-1]
        return np.asarray(drawn.sum(axis=2), dtype=np.float64)
