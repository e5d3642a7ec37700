"""Scales on which two probabilities are compared: every contrast is a difference h(S2) - h(S1) on one.

plain S (difference) · log S (ratio of S) · -log(1 - S) (ratio of 1 - S) · logit S (odds ratio)
· -log(-log S) (ratio of the cumulative hazards -log S) · asin sqrt S.
All rise with S, from ``low`` to ``high``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from hpcstats.core.risk_sets import FloatArray

_Map = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale h of a probability S.

    Attributes
    ----------
    forward, inverse : callable
        h and its inverse.
    slope : callable
        S h'(S): what multiplies the root of the Greenwood sum to give the standard error of h(S).
    low, high : float
        h(0) and h(1).
    """

    forward: _Map
    inverse: _Map
    slope: _Map
    low: float
    high: float

    def shifted(self, probability: FloatArray, by: FloatArray) -> FloatArray:
        """Return the probability whose h lies `by` above that of `probability`, kept between 0 and 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = self.forward(probability) + by
        return self.inverse(np.minimum(np.maximum(moved, self.low), self.high))

    def distance(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Return h(second) - h(first), NaN where both are infinite alike."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.forward(second) - self.forward(first)


def _identity(s: FloatArray) -> FloatArray:
    return s


def _minus_log_rest(s: FloatArray) -> FloatArray:
    return -np.log1p(-s)


def _rest_of_exp(h: FloatArray) -> FloatArray:
    return -np.expm1(-h)


def _minus_log_minus_log(s: FloatArray) -> FloatArray:
    return -np.log(-np.log(s))


def _exp_minus_exp(h: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):
        return np.exp(-np.exp(-h))


def _arcsin(s: FloatArray) -> FloatArray:
    return np.arcsin(np.sqrt(s))


def _squared_sin(h: FloatArray) -> FloatArray:
    return np.sin(h) ** 2


_INF = float("inf")

SCALES: dict[str, Scale] = {
    "plain": Scale(_identity, _identity, _identity, 0.0, 1.0),
    "log": Scale(np.log, np.exp, np.ones_like, -_INF, 0.0),
    "log-event": Scale(_minus_log_rest, _rest_of_exp, lambda s: s / (1 - s), 0.0, _INF),
    "logit": Scale(logit, expit, lambda s: 1 / (1 - s), -_INF, _INF),
    "log-log": Scale(_minus_log_minus_log, _exp_minus_exp, lambda s: -1 / np.log(s), -_INF, _INF),
    "arcsin": Scale(_arcsin, _squared_sin, lambda s: np.sqrt(s / (1 - s)) / 2, 0.0, float(np.pi / 2)),
}
