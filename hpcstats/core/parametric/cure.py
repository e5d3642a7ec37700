"""Mixture cure: a fraction never has the event, the others follow a family.

S(t) = pi + (1 - pi) S_0(t), with pi the cured fraction, H = -log S and u = (1 - pi) S_0 / S the share of the
not cured among those without the event at t. Boag 1949; Farewell 1982 (doi:10.2307/2529885).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, log_ndtr, logit, ndtr, ndtri

from hpcstats.core.parametric.hazards import NEAR, Family, Hazards
from hpcstats.core.risk_sets import FloatArray


@dataclass(frozen=True, slots=True)
class Link:
    """How the incidence predictor becomes the cured fraction.

    Attributes
    ----------
    fraction : callable
        The cured fraction.
    logs : callable
        Logarithms of the cured fraction and of the rest.
    slope : callable
        Derivative of the cured fraction.
    predictor : callable
        The predictor of a cured fraction.
    rising : bool
        Whether the cured fraction grows with the predictor.
    """

    fraction: Callable[[FloatArray], FloatArray]
    logs: Callable[[FloatArray], tuple[FloatArray, FloatArray]]
    slope: Callable[[FloatArray], FloatArray]
    predictor: Callable[[FloatArray], FloatArray]
    rising: bool = True


LINKS: dict[str, Link] = {
    "logit": Link(
        fraction=lambda x: np.asarray(expit(x)),
        logs=lambda x: (np.asarray(log_expit(x)), np.asarray(log_expit(-x))),
        slope=lambda x: np.asarray(expit(x) * expit(-x)),
        predictor=lambda p: np.asarray(logit(p)),
    ),
    "probit": Link(
        fraction=lambda x: np.asarray(ndtr(x)),
        logs=lambda x: (np.asarray(log_ndtr(x)), np.asarray(log_ndtr(-x))),
        slope=lambda x: np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi),
        predictor=lambda p: np.asarray(ndtri(p)),
    ),
    "log-log": Link(
        fraction=lambda x: np.exp(-np.exp(x)),
        logs=lambda x: (-np.exp(x), np.log(-np.expm1(-np.exp(x)))),
        slope=lambda x: -np.exp(x - np.exp(x)),
        predictor=lambda p: np.log(-np.log(p)),
        rising=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Cure:
    """A family with a cured fraction; its predictors are those of the family, then the incidence."""

    family: Family
    link: Link

    @property
    def predictors(self) -> int:
        """How many predictors a row has."""
        return self.family.predictors + 1

    @property
    def from_zero(self) -> bool:
        """Whether times below 0 are impossible."""
        return self.family.from_zero

    @property
    def walls(self) -> tuple[float, ...]:
        """How far out each predictor may be sought; at the last wall nobody, or everybody, is cured."""
        return (*self.family.walls, NEAR)

    def at(self, times: FloatArray, predictors: FloatArray) -> Hazards:
        """Evaluate at m times, each with its own predictors (K, m)."""
        inner = self.family.at(times, predictors[:-1])
        incidence, hazard = predictors[-1], inner.cumulative
        log_cured, log_rest = self.link.logs(incidence)
        gone = np.expm1(-hazard)
        late = hazard > 0.5
        cumulative = np.where(
            late,
            -np.logaddexp(log_cured, log_rest - hazard),
            -np.log1p(np.exp(log_rest) * np.where(late, 0.0, gone)),
        )
        uncured = np.exp(log_rest - hazard + cumulative)
        slope = self.link.slope(incidence)
        in_incidence = gone * np.exp(cumulative) * slope
        in_cumulative = np.vstack([uncured * inner.cumulative_slopes, in_incidence])
        in_log = np.vstack(
            [
                inner.log_hazard_slopes - (1 - uncured) * inner.cumulative_slopes,
                in_incidence - slope * np.exp(-log_rest),
            ]
        )
        log_hazard = log_rest + inner.log_hazard - hazard + cumulative
        return Hazards(log_hazard, cumulative, in_log, in_cumulative)

    def starts(self, typical: float) -> Sequence[Sequence[float]]:
        """Return predictors to begin a search from."""
        shares = self.link.predictor(np.array([0.6, 0.25]))
        inner = [*self.family.starts(typical / 3)[:2], self.family.starts(typical)[0]]
        return [[*start, float(share)] for share in shares for start in inner]
