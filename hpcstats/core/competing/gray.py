"""Gray's test for one cause: differences of cumulative incidences between groups, batched over labels.

Gray 1988 (doi:10.1214/aos/1176350951), in the form of R's ``cmprsk``. At each time with an event, of group g
n_g at risk, d_g events of the cause and e_g of others, S_g and F_g the group's event-free proportion and
cumulative incidence, R_g = n_g / S_g(t-), R their sum, and of all groups d events and the cumulative
incidence F with dF = d / R,

    U_g = sum of w [d_g - d R_g (1 - F_g(t-)) / sum of R_h (1 - F_h(t-))],      w = (1 - F(t-))^rho.

With a_gh = w R_g ([g = h] - R_h / R) and C_gh(t) the sum after t of a_gh dF / (1 - F(t-)), the variance is

    V_gh = sum over t and k of  x_gk x_hk s_k + y_gk y_hk r_k,
    x_gk = a_gk + u_k C_gk,  u_k = 1 - (1 - F(t)) / S_k(t),     y_gk = (1 - u_k) C_gk,
    s_k = S_k(t-) d / (R n_k) (1 - (d - 1) / (R S_k(t-) - 1)),
    r_k = S_k(t-)^2 e_k / n_k^2 (1 - (e_k - 1) / (n_k - 1)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray, reverse_cumulate


@dataclass(frozen=True, slots=True)
class Placed:
    """One stratum: the grid point at which each patient leaves, and why.

    Attributes
    ----------
    last : ndarray of int, shape (n,)
        Position on the grid of distinct times.
    kind : ndarray of int, shape (n,)
        0 censored, 1 the cause that is tested, 2 another.
    size : int
        Number of distinct times.
    """

    last: IntArray
    kind: IntArray
    size: int


@dataclass(frozen=True, slots=True)
class _Tables:
    """At risk and events of the groups at the event times, each (B, G, T)."""

    at_risk: FloatArray
    own: FloatArray
    other: FloatArray

    @classmethod
    def of(cls, placed: Placed, labels: IntArray, groups: int) -> _Tables:
        batch = labels.shape[0]
        cell = (np.arange(batch)[:, None] * groups + labels) * placed.size + placed.last

        def counted(rows: IntArray | slice) -> FloatArray:
            found = np.bincount(cell[:, rows].ravel(), minlength=batch * groups * placed.size)
            return found.reshape(batch, groups, placed.size).astype(np.float64)

        times = np.unique(placed.last[placed.kind > 0])
        at_risk = reverse_cumulate(counted(slice(None)))[..., times]
        own, other = (counted(np.flatnonzero(placed.kind == kind))[..., times] for kind in (1, 2))
        return cls(at_risk, own, other)


def scores(placed: Placed, labels: IntArray, groups: int, rho: float) -> tuple[FloatArray, FloatArray]:
    """Return the scores (B, G) and their variance (B, G, G) under each row of labels (B, n)."""
    table = _Tables.of(placed, labels, groups)
    n, own, other = table.at_risk, table.own, table.other
    present = n > 0
    survival = np.cumprod(_ratio(n - own - other, n, 1.0), axis=-1, dtype=np.float64)
    before = _shifted(survival, 1.0)
    incidence = np.cumsum(before * _ratio(own, n, 0.0), axis=-1, dtype=np.float64)
    incidence_before = _shifted(incidence, 0.0)
    reweighted = np.where(present, _ratio(n, before, 0.0), 0.0)
    total = reweighted.sum(axis=1, dtype=np.float64)
    events = own.sum(axis=1)
    step = events / total
    pooled = np.cumsum(step, axis=-1)
    pooled_before = _shifted(pooled, 0.0)
    weight = np.maximum(1 - pooled_before, 0.0) ** rho
    free = reweighted * (1 - incidence_before)
    expected = free * _ratio(events, free.sum(axis=1), 0.0)[:, None]
    score = (weight[:, None] * (own - expected)).sum(axis=-1)

    unit = np.eye(groups)[:, :, None]
    share = reweighted / total[:, None]
    a = (weight[:, None] * reweighted)[:, :, None] * (unit - share[:, None])
    a[~np.broadcast_to(present[:, None], a.shape)] = 0.0
    remaining = _after(a * _ratio(step, 1 - pooled_before, 0.0)[:, None, None])
    alive = survival > 0
    other_part = np.where(alive, _ratio((1 - pooled)[:, None], survival, 0.0), 0.0)
    x = a + (1 - other_part)[:, None] * remaining
    y = other_part[:, None] * remaining
    own_spread = _own_spread(before, n, total, events)
    other_spread = np.where(alive, before**2 * _ratio(other, n**2, 0.0) * _corrected(other, n), 0.0)
    return score, _products(x, own_spread) + _products(y, other_spread)


def _own_spread(before: FloatArray, n: FloatArray, total: FloatArray, events: FloatArray) -> FloatArray:
    d = np.broadcast_to(events[:, None], n.shape)
    spread = before * _ratio(d, total[:, None] * n, 0.0)
    return np.where(n > 0, spread * _corrected(d, total[:, None] * before), 0.0)


def _corrected(events: FloatArray, at_risk: FloatArray) -> FloatArray:
    """Return 1 - (d - 1) / (n - 1), 1 for a single event."""
    return np.where(events > 1, 1 - _ratio(events - 1, at_risk - 1, 0.0), 1.0)


def _products(values: FloatArray, spread: FloatArray) -> FloatArray:
    """Sum over groups k and times the products of values (B, G, k, T) times spread (B, k, T): (B, G, G)."""
    flat = values.reshape(*values.shape[:2], -1)
    scaled = (values * spread[:, None]).reshape(flat.shape)
    product: FloatArray = scaled @ flat.swapaxes(1, 2)
    return product


def _after(values: FloatArray) -> FloatArray:
    """Sum after each position along the last axis."""
    return reverse_cumulate(values) - values


def _shifted(curve: FloatArray, first: float) -> FloatArray:
    return np.concatenate([np.full_like(curve[..., :1], first), curve[..., :-1]], axis=-1)


def _ratio(top: FloatArray, bottom: FloatArray, otherwise: float) -> FloatArray:
    found = np.full(np.broadcast_shapes(top.shape, bottom.shape), otherwise)
    np.divide(top, bottom, out=found, where=bottom != 0)
    return found
