"""Counts of single studies given their own log-odds or log-rate: binomial and Poisson.

With the linear predictor h of a study,

    binomial   x h - n log(1 + exp h) + log C(n, x),      mean n expit(h)
    Poisson    x h - t exp h + x log t - log x!,          mean t exp(h)

are the log-likelihoods; both have slope x - mean, and curvature minus the variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammaln, xlog1py, xlogy

from hpcstats.core.risk_sets import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Events of k studies, each with its number of patients or its person-time.

    Attributes
    ----------
    events, size : ndarray, shape (k,)
        Events, and patients or person-time.
    family : {"binomial", "poisson"}
        How events vary within a study.
    """

    events: FloatArray
    size: FloatArray
    family: str

    @property
    def constant(self) -> float:
        """The part of the log-likelihood that no parameter enters."""
        x, size = self.events, self.size
        if self.family == "binomial":
            each = gammaln(size + 1) - gammaln(x + 1) - gammaln(size - x + 1)
        else:
            each = xlogy(x, size) - gammaln(x + 1)
        return float(np.sum(each))

    @property
    def apart(self) -> bool:
        """Whether in every study nobody or everybody has the event, in some of several patients.

        Each integral then rises with tau at any proportion, without end.
        """
        inside = (self.events > 0) & (self.events < self.size)
        return self.family == "binomial" and not inside.any() and bool((self.size > 1).any())

    @property
    def common(self) -> float:
        """The predictor of all studies together, were they one; infinite without events or without others."""
        x, size = float(self.events.sum()), float(self.size.sum())
        with np.errstate(divide="ignore"):
            return float(np.log(x / (size - x)) if self.family == "binomial" else np.log(x / size))

    @property
    def saturated(self) -> float:
        """The log-likelihood at the own proportion or rate of each study."""
        x, size = self.events, self.size
        if self.family == "binomial":
            return float(np.sum(xlogy(x, x / size) + xlog1py(size - x, -x / size))) + self.constant
        return float(np.sum(xlogy(x, x / size) - x)) + self.constant

    def kernel(self, predictor: FloatArray) -> FloatArray:
        """Return the log-likelihood of each study without its constant, for predictors (B, k[, nodes])."""
        x, size = self._shaped(predictor)
        log_partition = np.logaddexp(0.0, predictor) if self.family == "binomial" else _exp(predictor)
        return x * predictor - size * log_partition

    def mean(self, predictor: FloatArray) -> FloatArray:
        """Return the expected events."""
        _, size = self._shaped(predictor)
        return size * (expit(predictor) if self.family == "binomial" else _exp(predictor))

    def variance(self, predictor: FloatArray) -> FloatArray:
        """Return the variance of the events."""
        mean, (_, size) = self.mean(predictor), self._shaped(predictor)
        return mean * expit(-predictor) if self.family == "binomial" else mean + 0.0 * size

    def _shaped(self, predictor: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the studies the place they have in predictors of shape (B, k) or (B, k, nodes)."""
        if predictor.ndim == 3:
            return self.events[:, None], self.size[:, None]
        return self.events, self.size


def _exp(predictor: FloatArray) -> FloatArray:
    """Return the rate; beyond e^150 a count is impossible either way, and squares must not overflow."""
    return np.exp(np.minimum(predictor, 150.0))
