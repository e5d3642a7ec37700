r"""Scores of interval-censored times, and the information they have when groups share one distribution.

S_0 = 1 > S_1 > ... > S_M = 0 are the heights of the pooled estimate; row i lies between the heights a_i and
b_i, with probability L_i = S_a - S_b. A model that changes S_j to S_j(eta) for a patient with covariate eta,
the larger eta the earlier the event, has the score c_i = (S'_a - S'_b) / L_i, the derivative at eta = 0 of
log L_i (Fay 1999, Statistics in Medicine 18:273):

    "finkelstein"  S^exp(eta), proportional hazards,                            S' = S log S
    "sun"          prod 1 / (1 + exp(eta) q_k / (1 - q_k)), proportional odds of the discrete hazards
                   q_k = 1 - S_k / S_(k-1),                                     S' = - S sum of q_k
    "wilcoxon"     1 / (1 + exp(eta) (1 - S) / S), proportional odds,           S' = - S (1 - S)

Sums over groups, U_g, have the variance I_gg - I_gS I_SS^-1 I_Sg of the observed information with the heights
as nuisance, or that of all relabellings of the patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.interval.regions import Regions
from hpcstats.core.risk_sets import FloatArray, IntArray

SCORES = ("sun", "finkelstein", "wilcoxon")


@dataclass(frozen=True, slots=True)
class Heights:
    """Heights of a pooled estimate and between which of them each row lies.

    Attributes
    ----------
    survival : ndarray, shape (M + 1,)
        From 1 down to 0.
    above, below : ndarray of int, shape (n,)
        The heights a and b of each row.
    """

    survival: FloatArray
    above: IntArray
    below: IntArray

    @classmethod
    def of(cls, regions: Regions, mass: FloatArray) -> Heights:
        """Read the heights off the masses (m,) of the regions; those without mass are none."""
        passed = np.concatenate([[0], np.cumsum(mass > 0)])
        kept = mass[mass > 0]
        survival = np.append(np.cumsum(kept[::-1])[::-1], 0.0)
        return cls(survival / survival[0], passed[regions.first], passed[regions.last + 1])

    @property
    def probability(self) -> FloatArray:
        """Probability of each row."""
        return self.between(self.survival)

    @property
    def hazard(self) -> FloatArray:
        """Discrete hazard q of each step, 0 at the start: (M + 1,)."""
        return np.append(0.0, 1 - self.survival[1:] / self.survival[:-1])

    def between(self, values: FloatArray) -> FloatArray:
        """Subtract values (M + 1, ...) at the lower height of each row from those at the upper one."""
        difference: FloatArray = values[self.above] - values[self.below]
        return difference


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Derivatives of S_j(eta) at 0: first and second (M + 1,), and mixed with S_l (M + 1, M + 1)."""

    first: FloatArray
    second: FloatArray
    mixed: FloatArray


def derivatives(heights: Heights, kind: str) -> Derivatives:
    """Return what a model does to the heights."""
    s = heights.survival
    log_s = np.log(np.where(s > 0, s, 1.0))
    if kind == "finkelstein":
        return Derivatives(s * log_s, s * log_s * (1 + log_s), np.diag(1 + log_s))
    if kind == "wilcoxon":
        return Derivatives(-s * (1 - s), s * (1 - s) * (1 - 2 * s), np.diag(2 * s - 1))
    q = heights.hazard
    total = -np.cumsum(q)
    spread = np.cumsum(q * (1 - q))
    return Derivatives(s * total, s * (total**2 - spread), np.diag(total) + s[:, None] * _slopes(s))


def _slopes(s: FloatArray) -> FloatArray:
    """Return the derivative of minus the sum of q_k, k <= j, by S_l: (j, l)."""
    slopes, last = np.zeros((s.size, s.size)), s.size - 1
    for step in range(1, last + 1):
        slopes[step:, step] += 1 / s[step - 1]
        if step < last:
            slopes[step + 1 :, step] -= s[step + 1] / s[step] ** 2
    return slopes


def scores(heights: Heights, kind: str) -> FloatArray:
    """Return the score of each row (n,); they sum to 0 up to rounding."""
    return heights.between(derivatives(heights, kind).first) / heights.probability


def information(heights: Heights, kind: str, codes: IntArray, groups: int) -> FloatArray:
    """Return the variance of the sums of scores by the observed information: (groups, groups)."""
    found, chance = derivatives(heights, kind), heights.probability
    score = heights.between(found.first) / chance
    inner = slice(1, heights.survival.size - 1)
    edge = heights.between(np.eye(heights.survival.size))[:, inner] / chance[:, None]
    own = score**2 - heights.between(found.second) / chance
    mixed = score[:, None] * edge - heights.between(found.mixed)[:, inner] / chance[:, None]
    member = (codes == np.arange(groups)[:, None]).astype(np.float64)
    across = member @ mixed
    taken = across @ np.linalg.lstsq(edge.T @ edge, across.T, rcond=None)[0]
    variance: FloatArray = np.diag(member @ own) - (taken + taken.T) / 2
    return variance
