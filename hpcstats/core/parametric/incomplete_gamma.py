"""Logarithms of the incomplete gamma ratios, also where the ratios themselves underflow."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc, gammaincc, gammaln

from hpcstats.core.risk_sets import FloatArray

_UNDERFLOW = 1e-290
_ROUNDS = 400


def minus_log_upper(shape: FloatArray, z: FloatArray) -> FloatArray:
    """Return -log Q(a, z), the cumulative hazard of a standard gamma time."""
    shape, z = np.broadcast_arrays(shape, z)
    lower, upper = gammainc(shape, z), gammaincc(shape, z)
    tiny = upper < _UNDERFLOW
    small = lower < 0.5
    value = np.where(
        small, -np.log1p(-np.where(small, lower, 0.0)), -np.log(np.where(small | tiny, 1.0, upper))
    )
    if tiny.any():
        value[tiny] = -_log_upper_tail(shape[tiny], z[tiny])
    return value


def minus_log_lower(shape: FloatArray, z: FloatArray) -> FloatArray:
    """Return -log P(a, z)."""
    shape, z = np.broadcast_arrays(shape, z)
    lower, upper = gammainc(shape, z), gammaincc(shape, z)
    tiny = lower < _UNDERFLOW
    small = upper < 0.5
    value = np.where(
        small, -np.log1p(-np.where(small, upper, 0.0)), -np.log(np.where(small | tiny, 1.0, lower))
    )
    if tiny.any():
        value[tiny] = -_log_lower_tail(shape[tiny], z[tiny])
    return value


def log_gamma_rest(k: FloatArray) -> FloatArray:
    """Return log Gamma(k) - [(k - 1/2) log k - k + log(2 pi) / 2], small for large k."""
    large = k > 30
    base = np.where(large, 1.0, k)
    direct = gammaln(base) - (base - 0.5) * np.log(base) + base - 0.5 * np.log(2 * np.pi)
    inverse = 1 / np.where(large, k, 1.0)
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
    return np.where(large, series, direct)


def _log_upper_tail(shape: FloatArray, z: FloatArray) -> FloatArray:
    """Return log Q(a, z) for z far above a by its continued fraction (Lentz's algorithm)."""
    b = z + 1 - shape
    c, d = np.full_like(z, 1e300), 1 / b
    fraction = d.copy()
    for k in range(1, _ROUNDS):
        numerator = -k * (k - shape)
        b = b + 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        fraction = fraction * c * d
        if np.all(np.abs(c * d - 1) < 1e-15):
            break
    value: FloatArray = shape * np.log(z) - z - gammaln(shape) + np.log(fraction)
    return value


def _log_lower_tail(shape: FloatArray, z: FloatArray) -> FloatArray:
    """Return log P(a, z) for z far below a by its series."""
    term = np.ones_like(z)
    total = term.copy()
    for k in range(1, _ROUNDS):
        term = term * z / (shape + k)
        total = total + term
        if np.all(term < 1e-17 * total):
            break
    with np.errstate(divide="ignore"):
        value: FloatArray = shape * np.log(z) - z - gammaln(shape + 1) + np.log(total)
    return value
