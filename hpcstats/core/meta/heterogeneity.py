"""Estimators of the variance tau^2 between studies, from estimates y with known variances v.

With weights w, W = sum w and the projection P = diag(w) - w w' / W, Q = y' P y is the weighted sum of squares
about the weighted mean. The estimators are

    HS    (Q - k) / W,                               w = 1 / v      (Hunter and Schmidt)
    DL    (Q - (k - 1)) / tr P,                      w = 1 / v      (DerSimonian and Laird 1986)
    HE    (Q - tr P diag(v)) / (k - 1),              w = 1          (Hedges)
    SJ    t Q / (k - 1),  w = 1 / (t + v),           t = sum (y - mean)^2 / k   (Sidik and Jonkman 2005)
    PM    the root of Q(tau^2) = k - 1,              w = 1 / (tau^2 + v)   (Paule and Mandel 1982)
    EB    the same root                              (Morris 1983)
    ML    the maximum of -(sum log(tau^2 + v) + Q) / 2
    REML  the maximum of -(sum log(tau^2 + v) + log W + Q) / 2

none below 0. Reviews: Viechtbauer 2005 (doi:10.3102/10769986030003261); Veroniki et al. 2016
(doi:10.1002/jrsm.1164). The standard errors are those of the same quadratic forms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.meta.search import Peak, highest, root
from hpcstats.core.risk_sets import FloatArray

ESTIMATORS = ("reml", "ml", "pm", "eb", "dl", "he", "sj", "hs", "fe")


@dataclass(frozen=True, slots=True)
class BetweenStudies:
    """An estimate of tau^2, its standard error, and whether a maximum exists."""

    tau2: float
    std_error: float
    bounded: bool = True


def between_studies(y: FloatArray, v: FloatArray, estimator: str) -> BetweenStudies:
    """Estimate tau^2 from at least two studies; `fe` is the common-effect model, tau^2 = 0."""
    if estimator == "fe":
        return BetweenStudies(0.0, np.nan)
    if estimator in {"reml", "ml"}:
        peak = _likelihood_peak(y, v, restricted=estimator == "reml")
        tau2 = peak.tau**2
        w = 1 / (v + tau2)
        total = traces(w, np.ones_like(v), np.ones_like(v)) if estimator == "reml" else float(np.sum(w**2))
        return BetweenStudies(tau2, float(np.sqrt(2 / total)), peak.bounded)
    if estimator in {"pm", "eb"}:
        tau2 = tau2_where_q_is(y, v, y.size - 1.0)
        total = float(np.sum(1 / (v + tau2)))
        return BetweenStudies(tau2, float(np.sqrt(2 / (y.size - 1)) * y.size / total))
    return _by_moments(y, v, estimator)


def _by_moments(y: FloatArray, v: FloatArray, estimator: str) -> BetweenStudies:
    """Solve E Q = c tau^2 + constant for the one set of weights of the estimator."""
    k, first = y.size, 1.0
    if estimator == "sj":
        first = float(np.var(y))
        # Equal estimates leave nothing between the studies.
        if first == 0:
            return BetweenStudies(0.0, np.nan)
    w = {"he": np.ones_like(v), "sj": 1 / (first + v)}.get(estimator, 1 / v)
    q, trace = weighted_q(y, w), float(w.sum() - np.sum(w**2) / w.sum())
    numerator, scale = {
        "dl": (q - (k - 1), trace),
        "hs": (q - k, float(w.sum())),
        "he": (q - float(np.sum(v) * (k - 1) / k), k - 1.0),
        "sj": (first * q, k - 1.0),
    }[estimator]
    tau2 = max(float(numerator) / scale, 0.0)
    ones = np.ones_like(v)
    variance = 2 * (traces(w, v, v) + 2 * tau2 * traces(w, v, ones) + tau2**2 * traces(w, ones, ones))
    return BetweenStudies(tau2, float(np.sqrt(variance)) * first / scale)


def traces(w: FloatArray, a: FloatArray, b: FloatArray) -> float:
    """Return tr(P diag(a) P diag(b)), the sum of a_i b_j P_ij^2."""
    total = w.sum()
    diagonal = np.sum((w**2 - 2 * w**3 / total) * a * b)
    return float(diagonal + np.sum(w**2 * a) * np.sum(w**2 * b) / total**2)


def weighted_q(y: FloatArray, w: FloatArray) -> float:
    """Return the weighted sum of squares about the weighted mean."""
    mean = np.sum(w * y) / w.sum()
    return float(np.sum(w * (y - mean) ** 2))


def tau2_where_q_is(y: FloatArray, v: FloatArray, target: float) -> float:
    """Return the tau^2 >= 0 at which Q(tau^2), which falls with it, equals `target`; 0 if it starts below."""

    def excess(tau2: float) -> float:
        return weighted_q(y, 1 / (v + tau2)) - target

    if excess(0.0) <= 0:
        return 0.0
    if target <= 0:
        return np.inf
    high = float(np.sum((y - y.mean()) ** 2)) / target
    return root(excess, 0.0, max(high, float(v.min()))) if excess(high) < 0 else high


def _likelihood_peak(y: FloatArray, v: FloatArray, *, restricted: bool) -> Peak:
    """Find the tau at which the (restricted) normal likelihood is largest."""

    def curve(tau: FloatArray) -> tuple[FloatArray, FloatArray]:
        w = 1 / (v + tau[:, None] ** 2)
        total = w.sum(axis=1)
        rest = y - (np.sum(w * y, axis=1) / total)[:, None]
        value = np.sum(np.log(w) - w * rest**2, axis=1) / 2
        slope = np.sum(w**2 * rest**2 - w, axis=1) / 2
        if restricted:
            value -= np.log(total) / 2
            slope += np.sum(w**2, axis=1) / total / 2
        return value, slope

    return highest(curve, float(np.sqrt(np.var(y) + v.mean())))
