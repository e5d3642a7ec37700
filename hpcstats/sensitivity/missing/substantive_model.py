"""Multiple imputation compatible with the Cox model itself: all chains move side by side.

A missing value is drawn from its distribution given the other covariates, times what the outcome says of it
under the Cox model with coefficients and baseline hazard drawn anew in each cycle (Bartlett et al. 2015,
doi:10.1177/0962280214521348). Levels are drawn from their exact probabilities, numbers by rejection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.core.cox.symmetric import inverse
from hpcstats.core.missing.multinomial_logistic import augmented, fit_multinomial, probabilities
from hpcstats.core.missing.substantive import (
    cumulative_baseline,
    log_acceptance,
    log_outcome,
    posterior_of_mean,
    spread_of,
)
from hpcstats.core.risk_sets import RiskSets, place
from hpcstats.design import Design
from hpcstats.sensitivity.missing.draws import Draws, summaries
from hpcstats.sensitivity.missing.variables import Columns
from hpcstats.surv import Surv

_TRIES = 2_000
"""Proposals for one missing number; the last is taken when all were rejected."""

_AT_ONCE = 4_000
"""Proposals that are looked at together."""

_TOGETHER = 8
"""Chains whose Cox models are fitted together."""


def substantive_model(
    response: Surv,
    columns: Columns,
    design: Design,
    n_imputations: int,
    cycles: int,
    ties: str,
    entropy: Sequence[int],
) -> Draws:
    """Run the chains; `design` says how completed columns become the matrix of the Cox model."""
    rng = np.random.default_rng(entropy)
    chains = Chains(
        response=response,
        columns=columns,
        design=design,
        ties=ties,
        rng=rng,
        values=_started(columns, n_imputations, rng),
        coefficients=np.zeros((n_imputations, len(design.terms))),
        risk=place(response.time, response.event, response.entry),
    )
    trace = []
    for _ in range(cycles):
        chains.cycle()
        trace.append(chains.summaries())
    values = tuple(chains.values)
    return Draws(values=values, trace=np.stack(trace, axis=1), forced=chains.forced)


def _started(columns: Columns, size: int, rng: np.random.Generator) -> list[FloatArray]:
    """Fill gaps with known values of the same column, drawn at random."""
    values = []
    for variable in columns.variables:
        filled = np.tile(variable.values, (size, 1))
        gaps = variable.missing
        known = variable.values[~gaps]
        filled[:, gaps] = known[rng.integers(0, known.size, (size, int(gaps.sum())))]
        values.append(filled)
    return values


@dataclass(slots=True, kw_only=True)
class Chains:
    """All chains: `values` (m, n) of each variable, the coefficients last drawn (m, p), where they began."""

    response: Surv
    columns: Columns
    design: Design
    ties: str
    rng: np.random.Generator
    values: list[FloatArray]
    coefficients: FloatArray
    risk: RiskSets
    forced: int = 0
    modes: FloatArray | None = None

    def cycle(self) -> None:
        """Draw the coefficients, then every incomplete variable in turn."""
        self._draw_coefficients()
        self.forced = 0
        for k in self.columns.incomplete:
            hazard = cumulative_baseline(self.risk, self._linear(self.values))
            gaps = np.flatnonzero(self.columns.variables[k].missing)
            if self.columns.variables[k].kind == "categorical":
                self._draw_levels(k, gaps, hazard[:, gaps])
            else:
                self._draw_numbers(k, gaps, hazard[:, gaps])

    def summaries(self) -> FloatArray:
        """Summarise the imputed values of each chain: (m, quantities)."""
        chains = range(self.coefficients.shape[0])
        return np.stack(
            [summaries(self.columns.variables, [values[m] for values in self.values]) for m in chains]
        )

    def _matrix(self, values: list[FloatArray]) -> FloatArray:
        """Return the matrix of the Cox model at values of any one shape, its columns on a new last axis."""
        frame = self.columns.frame(values)
        if self.design.spec is None:
            matrix = frame[list(self.design.terms)].to_numpy(dtype=np.float64)
        else:
            matrix = self.design.encoded(frame)
        return np.asarray(matrix.reshape(*values[0].shape, -1), dtype=np.float64)

    def _linear(self, values: list[FloatArray], chain: Any = slice(None)) -> FloatArray:
        """Return linear predictors at values (m, r), or at values (r,) of the chains given."""
        matrix = self._matrix(values) - self.design.matrix.mean(axis=0)
        linear: FloatArray = np.einsum("m...p,mp->m...", matrix, self.coefficients[chain])
        return linear

    def _draw_coefficients(self) -> None:
        """Draw from the normal approximation of the posterior under Jeffreys' prior."""
        matrix = self._matrix(self.values)
        normal = self.rng.standard_normal(self.coefficients.shape)
        widths = scale(matrix.reshape(-1, matrix.shape[2]))
        modes = np.zeros_like(self.coefficients) if self.modes is None else self.modes
        for first in range(0, matrix.shape[0], _TOGETHER):
            block = slice(first, first + _TOGETHER)
            top = maximise(FirthPenalty(self._likelihood(matrix[block] / widths)), modes[block])
            covariance, _, _ = inverse(top.derivatives.information)
            modes[block] = top.position
            self.coefficients[block] = (modes[block] + spread_of(covariance, normal[block])) / widths
        self.modes = modes

    def _likelihood(self, matrix: FloatArray) -> PartialLikelihood:
        """Return the partial likelihood of several chains (b, n, p): all their rows, weighed by chain."""
        chains, n, p = matrix.shape
        entry = self.response.entry
        return prepare(
            np.tile(self.response.time, chains),
            np.tile(self.response.event, chains),
            matrix.reshape(-1, p),
            np.repeat(np.eye(chains), n, axis=1),
            entry=None if entry is None else np.tile(entry, chains),
            ties=self.ties,
            frequency=True,
        )

    def _at(self, gaps: IntArray) -> list[FloatArray]:
        return [values[:, gaps] for values in self.values]

    def _predictors(self, k: int) -> FloatArray:
        """Return an intercept and all other variables as they stand: (m, n, q)."""
        parts = [np.ones((*self.values[k].shape, 1))]
        for number, variable in enumerate(self.columns.variables):
            if number != k:
                parts.append(variable.predictors(self.values[number]))
        return np.concatenate(parts, axis=2)

    def _draw_levels(self, k: int, gaps: IntArray, hazard: FloatArray) -> None:
        design, levels = self._predictors(k), len(self.columns.variables[k].levels)
        spread = np.stack([design.mean(axis=1), design.std(axis=1)], axis=1)
        fit = fit_multinomial(*_arranged(design, self.values[k], levels, spread))
        normal = self.rng.standard_normal(fit.coefficients.shape)
        shares = probabilities(design[:, gaps], fit.coefficients + spread_of(fit.covariance, normal), levels)
        event, states = self.response.event[gaps], self._at(gaps)
        logs = np.log(np.maximum(shares, 1e-300))
        for level in range(levels):
            states[k] = np.full(hazard.shape, float(level))
            logs[..., level] += log_outcome(event, hazard, self._linear(states))
        weights = np.exp(logs - logs.max(axis=2, keepdims=True))
        upto = np.cumsum(weights / weights.sum(axis=2, keepdims=True), axis=2)[..., :-1]
        drawn = (self.rng.random(hazard.shape)[..., None] > upto).sum(axis=2)
        self.values[k][:, gaps] = drawn

    def _draw_numbers(self, k: int, gaps: IntArray, hazard: FloatArray) -> None:
        design = self._predictors(k)
        freedom = design.shape[1] - design.shape[2]
        normal = self.rng.standard_normal((design.shape[0], design.shape[2]))
        coefficients, deviation = posterior_of_mean(
            design, self.values[k], normal, self.rng.chisquare(freedom, design.shape[0])
        )
        mean = np.einsum("mrq,mq->mr", design[:, gaps], coefficients)
        chain, row = (place.reshape(-1) for place in np.indices(mean.shape))
        values = self._accepted(k, gaps, hazard, mean, deviation, chain, row)
        self.values[k][chain, gaps[row]] = values

    def _accepted(
        self,
        k: int,
        gaps: IntArray,
        hazard: FloatArray,
        mean: FloatArray,
        deviation: FloatArray,
        chain: IntArray,
        row: IntArray,
    ) -> FloatArray:
        """Propose numbers until each is accepted, several at once while few are left."""
        event, found = self.response.event[gaps], np.empty(chain.size)
        waiting, tries = np.arange(chain.size), 0
        while waiting.size:
            several = min(_TRIES - tries, max(1, _AT_ONCE // waiting.size))
            m, r = np.repeat(chain[waiting], several), np.repeat(row[waiting], several)
            proposed = mean[m, r] + deviation[m] * self.rng.standard_normal(m.size)
            states = [values[m, gaps[r]] for values in self.values]
            states[k] = proposed
            chance = np.log(self.rng.random(m.size))
            taken = chance <= log_acceptance(event[r], hazard[m, r], self._linear(states, m))
            taken = taken.reshape(-1, several)
            first = np.where(taken.any(axis=1), taken.argmax(axis=1), several - 1)
            found[waiting] = proposed.reshape(-1, several)[np.arange(waiting.size), first]
            waiting, tries = waiting[~taken.any(axis=1)], tries + several
            if tries >= _TRIES:
                break
        self.forced += waiting.size
        return found


def _arranged(
    design: FloatArray, values: FloatArray, levels: int, spread: FloatArray
) -> tuple[FloatArray, IntArray, int, FloatArray]:
    rows, codes, weights = augmented(design, values.astype(np.int64), levels, spread)
    return rows, codes, levels, weights
