"""Moments of one replicate whose linear predictors lie far apart: each step's shares on the log scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.core.cox.step_matrix import Steps
from hpcstats.core.risk_sets import FloatArray, IntArray

if TYPE_CHECKING:
    from hpcstats.core.cox.strata import Stratum

_PIECE = 1_000_000
"""Steps times rows whose shares are formed at once."""


@dataclass(frozen=True, slots=True)
class Shares:
    """The steps of one replicate, and its rows' linear predictors without and with log weights (n,)."""

    stratum: Stratum
    column: int
    linear: FloatArray
    level: FloatArray
    steps: Steps

    @classmethod
    def of(cls, stratum: Stratum, linear: FloatArray, column: int) -> Shares:
        """Collect the steps of replicate `column`."""
        with np.errstate(divide="ignore"):
            level = linear + np.log(stratum.weights[:, column])
        return cls(stratum, column, linear, level, Steps.of(stratum, column))

    @property
    def time(self) -> IntArray:
        """Event time of each step."""
        return self.steps.time

    @property
    def fraction(self) -> FloatArray:
        """Fraction of the tied events that each step removes."""
        return self.steps.fraction

    @property
    def weight(self) -> FloatArray:
        """Weight of each step."""
        return self.steps.weight

    def derivatives(self) -> tuple[float, FloatArray, FloatArray]:
        """Return value, score (p,) and information (p, p)."""
        stratum, x = self.stratum, self.stratum.covariates
        counted = np.where(stratum.event, stratum.weights[:, self.column], 0.0)
        value, score = float(counted @ self.linear), counted @ x
        information = np.zeros((x.shape[1], x.shape[1]))
        for weight, expected, log_sum in self.pieces():
            mean = expected @ x / weight[:, None]
            value -= float(weight @ log_sum)
            score = score - weight @ mean
            for j in range(x.shape[1]):
                distance = expected * (x[:, j] - mean[:, j, None])
                information[j] += distance.sum(axis=0) @ x - distance.sum(axis=1) @ mean
        return value, score, information

    def contracted(self, inverse: FloatArray) -> FloatArray:
        """Return the traces (p,) of `inverse` with the derivatives of the information."""
        x = self.stratum.covariates
        found = np.zeros(x.shape[1])
        for weight, expected, _ in self.pieces():
            mean = expected @ x / weight[:, None]
            distance = x[None] - mean[:, None]
            squared = np.einsum("snj,jk,snk->sn", distance, inverse, distance)
            found += np.einsum("sn,sn,snk->k", expected, squared, distance)
        return found

    def score_residuals(self) -> FloatArray:
        """Return each row's part of the score (n, p), expectation and observation."""
        x, event = self.stratum.covariates, self.stratum.event
        residuals = np.zeros(x.shape)
        means = np.zeros((self.stratum.stops.size, x.shape[1]))
        start = 0
        for weight, expected, _ in self.pieces():
            mean = expected @ x / weight[:, None]
            residuals -= expected.sum(axis=0)[:, None] * x - expected.T @ mean
            np.add.at(means, self.time[start : start + weight.size], mean)
            start += weight.size
        number = np.maximum(np.bincount(self.time, minlength=means.shape[0]), 1)
        counted = np.where(event, self.stratum.weights[:, self.column], 0.0)
        residuals += counted[:, None] * (x - (means / number[:, None])[self.stratum.last])
        return residuals

    def pieces(self) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
        """Give, for pieces of the steps, weights (S,), expected events (S, n) and log A (S,)."""
        length = max(1, _PIECE // self.linear.size)
        for start in range(0, self.time.size, length):
            piece = slice(start, start + length)
            with np.errstate(divide="ignore"):
                logs = self.level + np.log(self.steps.remaining(self.stratum, piece))
            highest = logs.max(axis=1, keepdims=True)
            shares = np.exp(logs - highest)
            total = shares.sum(axis=1, keepdims=True)
            weight = self.weight[piece]
            yield weight, weight[:, None] * (shares / total), (highest + np.log(total))[:, 0]
